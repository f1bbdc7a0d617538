package why

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Case is everything that is known about one incident.
type Case struct {
	// Facts are those of the incident, in order and without a gap; see [FromTimeline].
	Facts []events.Event
	// Catalog is the revision that the incident opened with; nil where it is lost.
	Catalog *catalog.Catalog
	// Today is the catalog in force, of which only its people are looked at; may be nil.
	Today *catalog.Catalog
	// Overrides are all that were ever known, in the order in which they came.
	Overrides []Known
	// Rosters are all that were ever read of calendars, in the order in which they came.
	Rosters []Read
	// Person is who is asked about, with or without "person:"; empty for nobody.
	Person string
	// Now is when it is asked.
	Now time.Time
	// Zone is that of the sentences. Defaults to UTC.
	Zone *time.Location
}

// Known is an override, and when it counted.
type Known struct {
	events.Override
	By, Note string
	AddedAt  time.Time
	// RemovedAt is when it was taken back; zero while it stands.
	RemovedAt time.Time
}

// Read is what was read of a schedule's calendar, and from when on it counted.
type Read struct {
	events.Roster
	At time.Time
}

// StrangerError says that neither the catalog of that time nor today's has the person.
type StrangerError struct {
	Person string
	// Near is a person of that catalog who may be meant; empty for nobody.
	Near string
}

// Error tells who is not there, and who may be meant.
func (e *StrangerError) Error() string {
	said := fmt.Sprintf("no such person: %s", e.Person)
	if e.Near != "" {
		said += fmt.Sprintf("; did you mean %s?", e.Near)
	}
	return said
}

// FromTimeline makes facts of what an archive tells of an incident. Entries that this build cannot
// read are left out, as are those that belong to no place in the incident's own order.
func FromTimeline(i timeline.Incident, all []timeline.Entry) []events.Event {
	var facts []events.Event
	for _, one := range all {
		data, err := events.DecodeData(events.TypePrefix+one.Type+".v1", one.Data)
		if err != nil || one.Seq == 0 {
			continue
		}
		e := events.New(data)
		e.ID, e.Time, e.Subject, e.Service, e.IncidentSeq = one.ID, one.At, one.Incident, i.Service, one.Seq
		e.Actor, e.Reason, e.CausationID = one.Actor, one.Reason, one.Cause
		facts = append(facts, e)
	}
	inTeams(facts, i.Team)
	return facts
}

// inTeams puts back which team had the incident at each fact: entries do not say it, but each
// transfer names the one before.
func inTeams(facts []events.Event, last string) {
	team := last
	for n := range slices.Backward(facts) {
		facts[n].Team = team
		if handed, ok := facts[n].Data.(events.IncidentTransferred); ok {
			team = handed.Was
		}
	}
}

func plain(person string) string { return strings.TrimPrefix(strings.TrimSpace(person), personPrefix) }
