package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
	"tocsin.dev/pkg/events"
)

// TestOutage: while the engine is down nothing is decided. What is asked afterwards, at the same
// instant, comes before what fell due.
func TestOutage(t *testing.T) {
	for _, test := range []struct {
		name   string
		asked  bool
		status string
		levels int
	}{
		{"the acknowledgement waited", true, "acknowledged", 1},
		{"nobody asked for anything", false, "triggered", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
			r.Fire("checkout", critical("k"))
			r.Outage(8 * time.Minute)
			require.Equal(t, after(8*time.Minute), r.Now())
			require.Len(t, r.Story().Levels, 1, "nothing has fallen due yet")
			id, _ := r.Incident("checkout", "k")
			if test.asked {
				require.Empty(t, r.Ask(ack(id)))
			}
			r.Until(r.Now())
			require.Equal(t, test.status, r.Story().Incidents[0].Status)
			require.Len(t, r.Story().Levels, test.levels)
			if !test.asked {
				p, _ := r.Story().Page("", "person:bo")
				require.Equal(t, after(8*time.Minute), p.At)
				require.Equal(t, 180, p.Late)
			}
		})
	}
}

// TestOutageOfTheEngineOnly: contact methods go on meanwhile, and the engine learns of it later.
func TestOutageOfTheEngineOnly(t *testing.T) {
	r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
	r.Contact("person:ana", "hook", "retryable")
	r.Contact("person:ana", "screen", "permanent")
	r.Fire("checkout", critical("k"))
	r.Outage(4 * time.Minute)
	p, _ := r.Story().Page("", "person:ana")
	require.Equal(t, rehearsal.PageDelayed, p.Outcome, "its receipt waited")
	require.NotEmpty(t, p.Attempts)
	require.Equal(t, start.UTC(), p.Attempts[0].At)
	_, paged := r.Story().Page("", "person:bo")
	require.True(t, paged, "and the climb goes on with it")
}

func TestRevise(t *testing.T) {
	before, next := whatiftest.Catalog(t, "small"), whatiftest.Catalog(t, "busy")
	r := rehearsal.New(before, start)
	require.Equal(t, "catalog is in force", r.Revise(before))
	r.Fire("checkout", critical("old"))
	require.Empty(t, r.Revise(next))
	r.Fire("checkout", critical("new"))
	s := r.Story()
	require.Equal(t, []string{"person:ana", "person:ana", "chat:room"}, []string{s.Pages[0].To, s.Pages[1].To, s.Pages[2].To})
	require.Empty(t, s.Incidents[0].Clocks, "it keeps the catalog without targets")
	require.Equal(t, []string{"response", "resolution"}, []string{s.Incidents[1].Clocks[0].Clock, s.Incidents[1].Clocks[1].Clock})
	require.Equal(t, "catalog.revised", s.Changes[2].What)
}

// TestRefusals: whatever leads to nothing gives its reason, commands and the rest alike.
func TestRefusals(t *testing.T) {
	r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
	require.Equal(t, "no such override", r.Ask(events.OverrideWithdrawn{ID: "o", Schedule: "primary"}))
	require.Equal(t, "no such schedule", r.Ask(events.OverrideReceived{Override: events.Override{ID: "o", Schedule: "x"}}))
	require.Equal(t, "no such incident, or it was resolved too long ago", r.Ask(ack("x")))
}

const waiting = `
people: {ana: {contact: [{console: true}]}}
chats: {room: {contact: [{console: true}]}}
teams: {a: {members: [ana]}}
calendars: {office: {timezone: Europe/Madrid, hours: ["Mon-Fri 09:00-18:00"]}}
policies:
  office: {levels: [{page: [person:ana], hold_until: working_hours}]}
  room: {levels: [{page: [chat:room], ack_within: 48h}, {page: [person:ana]}]}
services:
  office: {team: a, policy: office, calendar: office}
  room: {team: a, policy: room}
routes: [{service: office}]
`

// TestSweepHeld: an hour in which the level waits is one in which nobody is reached, and a room that
// is told is nobody.
func TestSweepHeld(t *testing.T) {
	c := parse(t, waiting)
	from := time.Date(2026, time.January, 16, 12, 0, 0, 0, time.UTC) // a Friday
	gaps := rehearsal.Sweep(c, "office", critical("k"), from, rehearsal.HoursOfWeek, 15*time.Minute)
	require.Equal(t, rehearsal.Gap{
		From: from.Add(5 * time.Hour), To: from.Add(68 * time.Hour), Hours: 63, Why: "held until Mon 19 Jan 09:00 CET: working hours",
	}, gaps[0])
	hours := 0
	for _, g := range gaps {
		hours += g.Hours
	}
	require.Equal(t, rehearsal.HoursOfWeek-5*9, hours, "nine hours on five days are not held")
	require.Len(t, rehearsal.Sweep(c, "room", critical("k"), from, 3, time.Hour), 1)
}
