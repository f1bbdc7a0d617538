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
	// Facts are those of the incident, in order and without gaps; see [FromTimeline].
	Facts []events.Event
	// Catalog is the revision that the incident opened with; nil if it is lost.
	Catalog *catalog.Catalog
	// Today is the catalog in force, used only for its people; may be nil.
	Today *catalog.Catalog
	// Overrides are all that were ever added, in that order.
	Overrides []Known
	// Rosters are all that were ever read from calendars, in that order.
	Rosters []Read
	// Person is whom the question is about, with or without "person:"; empty for nobody.
	Person string
	// Now is the time of the question.
	Now time.Time
	// Zone is the time zone of the answer. Defaults to UTC.
	Zone *time.Location
}

// Known is an override, and when it counted.
type Known struct {
	events.Override
	By, Note string
	AddedAt  time.Time
	// RemovedAt is when it was removed; zero if it was not.
	RemovedAt time.Time
}

// Read is a roster that was read from a calendar, and from when on it counted.
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

// Error implements error.
func (e *StrangerError) Error() string {
	said := fmt.Sprintf("no such person: %s", e.Person)
	if e.Near != "" {
		said += fmt.Sprintf("; did you mean %s?", e.Near)
	}
	return said
}

// FromTimeline converts the timeline of an archive back to facts. It drops entries that this build
// cannot read, and those without a number.
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

// inTeams restores the team of each fact: entries do not have it, but each transfer names the previous
// one.
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
