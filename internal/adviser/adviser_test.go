package adviser

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/sqlite"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/live"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// world is an archive that is filled by hand, a bus that remembers, and a clock.
type world struct {
	t         *testing.T
	archive   *sqlite.Archive
	catalog   *catalog.Catalog
	now       time.Time
	position  uint64
	incidents map[string]timeline.Incident
	published []bus.Message
	refuse    error
}

const files = `
people: {ana: {contact: [{console: true}]}, bo: {contact: [{console: true}]}}
teams: {front: {members: [ana, bo]}}
services: {web: {team: front, policy: p}, other: {team: front, policy: q}}
routes: [{service: web}]
policies:
  p: {levels: [{page: [person:ana]}, {page: [person:bo]}], suggestions: {escalate: {at: %s, min: 7, act: true}}}
  q: {levels: [{page: [person:ana]}, {page: [person:bo]}]}
`

func newWorld(t *testing.T, at string) *world {
	a, err := sqlite.Open(filepath.Join(t.TempDir(), "archive.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	c, faults := catalog.Parse(map[string][]byte{"c.yaml": fmt.Appendf(nil, files, at)})
	require.NotNil(t, c, faults)
	return &world{t: t, archive: a, catalog: c, now: start, incidents: map[string]timeline.Incident{}}
}

// happens keeps a fact of an incident at the clock's time.
func (w *world) happens(incident, policy string, data events.Data, cause string) {
	was := w.incidents[incident]
	e := events.New(data)
	e.ID = events.DeriveID(incident, fmt.Sprint(was.Seq))
	e.Source, e.Time, e.Subject, e.Service, e.Team, e.CausationID = "tocsin/engine", w.now, incident, "web", "front", cause
	if policy == "q" {
		e.Service = "other"
	}
	e.IncidentSeq = was.Seq + 1
	line, err := e.Encode()
	require.NoError(w.t, err)
	w.incidents[incident] = timeline.Fold(was, e)
	w.position++
	f := archive.Fact{Envelope: e.Envelope, Position: w.position, Line: line, Hash: make([]byte, 32)}
	require.NoError(w.t, w.archive.Keep(w.t.Context(), []archive.Fact{f}, []archive.Incident{w.incidents[incident]}, w.position))
}

func (w *world) opens(incident, policy string) {
	w.happens(incident, policy, events.IncidentTriggered{
		Title: "slow", DedupKey: incident, Priority: "P2", Policy: policy, Catalog: "r",
		Alert: events.Alert{Key: incident, Summary: "slow", Labels: events.NewLabels(map[string]string{"alertname": "Slow\nEvil"})},
	}, "")
}

func (w *world) climbs(incident, policy string, level int) {
	w.happens(incident, policy, events.EscalationAdvanced{Round: 1, Level: level, Trigger: "triggered", Targets: []string{}}, "")
}

// past makes seven incidents that went to level 2.
func (w *world) past(policy string) {
	for n := range 7 {
		id := fmt.Sprintf("past-%d", n)
		w.opens(id, policy)
		w.climbs(id, policy, 1)
		w.climbs(id, policy, 2)
		w.happens(id, policy, events.IncidentResolved{How: "command"}, "")
		w.now = w.now.Add(time.Hour)
	}
}

func (w *world) Publish(_ context.Context, m bus.Message) error {
	if w.refuse != nil {
		return w.refuse
	}
	w.published = append(w.published, m)
	return nil
}

func none() *catalog.Catalog { return nil }

func (w *world) adviser() *Adviser {
	a, err := New(Config{
		Archive: w.archive, History: live.NewHistory(w.archive, none, live.Bounds{}), Publisher: w, Partitions: 8, Clock: func() time.Time { return w.now },
		Catalog: func() *catalog.Catalog { return w.catalog },
	})
	require.NoError(w.t, err)
	return a
}

func (w *world) turn(a *Adviser) []bus.Message {
	w.published = nil
	require.NoError(w.t, a.Turn(w.t.Context()))
	return w.published
}

// TestFollow: seven of seven speak for 81 %, so level 2 is asked for, once, with its reason.
func TestFollow(t *testing.T) {
	w := newWorld(t, "80%")
	w.past("p")
	w.opens("incident-new", "p")
	a := w.adviser()
	require.Empty(t, w.turn(a), "nobody was paged yet")
	w.climbs("incident-new", "p", 1)
	got := w.turn(a)
	require.Len(t, got, 1)
	require.Equal(t, events.IntakeSubject(events.Partition("web", 8), "commands"), got[0].Subject)
	lines := events.Lines(got[0].Body)
	require.Len(t, lines, 1)
	e, err := events.Decode(lines[0])
	require.NoError(t, err)
	require.Equal(t, got[0].ID, e.ID)
	require.Equal(t, events.EscalationReceived{
		Command: events.Command{
			Incident: "incident-new", By: "suggestion", Via: "suggestion",
			Note: "suggested: 7 of the last 7 of these went to level 2: page level 2 now; same alert name Slow Evil, at least 81 %: " +
				"past-6 past-5 past-4 past-3 past-2 past-1 past-0",
		}, Level: 2, IfNeeded: true,
	}, e.Data)
	require.Empty(t, w.turn(a), "once")

	// Another process asks under the same id while it cannot know that it was asked; and no more once it can.
	again := w.turn(w.adviser())
	require.Len(t, again, 1)
	require.Equal(t, got[0].ID, again[0].ID)
	w.happens("incident-new", "p", events.EscalationAdvanced{Round: 1, Level: 2, Trigger: "command", Targets: []string{}}, e.ID)
	w.happens("incident-new", "p", events.EscalationAdvanced{Round: 2, Level: 1, Trigger: "unacknowledged", Targets: []string{}}, "")
	require.Empty(t, w.turn(w.adviser()))
}

// TestNotFollowed: what speaks against it.
func TestNotFollowed(t *testing.T) {
	for what, test := range map[string]struct {
		at    string
		after func(w *world)
	}{
		"too little speaks for it": {"82%", func(w *world) { w.climbs("incident-new", "p", 1) }},
		"somebody has it": {"80%", func(w *world) {
			w.climbs("incident-new", "p", 1)
			w.happens("incident-new", "p", events.IncidentAcknowledged{By: "person:ana"}, "")
		}},
		"it is there": {"80%", func(w *world) { w.climbs("incident-new", "p", 1); w.climbs("incident-new", "p", 2) }},
		"too late":    {"80%", func(w *world) { w.climbs("incident-new", "p", 1); w.now = w.now.Add(fresh) }},
		"no such level any more": {"80%", func(w *world) {
			w.climbs("incident-new", "p", 1)
			w.catalog.Rules.Policies["p"].Levels = w.catalog.Rules.Policies["p"].Levels[:1]
		}},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t, test.at)
			w.past("p")
			w.opens("incident-new", "p")
			test.after(w)
			a := w.adviser()
			require.Empty(t, w.turn(a))
			require.Empty(t, a.waiting, "nor later")
		})
	}
	w := newWorld(t, "80%")
	w.past("q")
	w.opens("incident-new", "q")
	w.climbs("incident-new", "q", 1)
	require.Empty(t, w.turn(w.adviser()), "its policy follows none")
	w.catalog.Suggestions = nil
	a := w.adviser()
	require.Empty(t, w.turn(a))
	require.Empty(t, a.opened, "no policy does: nothing is read")
}

// TestBusAway: what could not be asked is asked again, until it is too late.
func TestBusAway(t *testing.T) {
	w := newWorld(t, "80%")
	w.past("p")
	w.opens("incident-new", "p")
	w.climbs("incident-new", "p", 1)
	a := w.adviser()
	w.refuse = bus.ErrFull
	require.ErrorIs(t, a.Turn(t.Context()), bus.ErrFull)
	w.refuse = nil
	require.Len(t, w.turn(a), 1)
	require.Empty(t, w.turn(a))
}

// TestRun ends with its context, and Config says what is missing.
func TestRun(t *testing.T) {
	_, err := New(Config{})
	require.EqualError(t, err, "adviser: Archive is missing\nadviser: History is missing\nadviser: Publisher is missing\nadviser: Partitions is missing\nadviser: Catalog is missing")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, newWorld(t, "80%").adviser().Run(ctx))
}
