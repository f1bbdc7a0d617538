package history_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/problem"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/pkg/events"
)

var begin = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// request is one intake fact, so many minutes after the beginning.
type request struct {
	minute  int
	service string
	data    events.Data
}

func (r request) event(n int) events.Event {
	e := events.New(r.data)
	e.ID, e.Source, e.Service, e.Team = events.DeriveID("test", string(rune('a'+n))), "test", r.service, "team"
	e.Time = begin.Add(time.Duration(r.minute) * time.Minute)
	return e
}

func fires(key string, labels ...string) events.Data {
	a := events.Alert{Key: key, Summary: key}
	if len(labels) > 0 {
		a.Labels = events.NewLabels(map[string]string{labels[0]: labels[1]})
	}
	return events.AlertReceived{Alert: a}
}

func clears(key string) events.Data { return events.AlertCleared{Alert: events.Alert{Key: key}} }

func by(incident string) events.Command {
	return events.Command{Incident: incident, By: "person:ana", Note: "looked at it"}
}

const day = 24 * 60

// odd is a history with everything that readers might understand differently.
var odd = []request{
	{0, "web", events.AcknowledgementReceived{Command: by("nobody")}}, // opened before the history begins
	{1, "web", events.ClosureReceived{Command: by("nobody"), Outcome: "fixed"}},

	{10, "web", fires("flaps")},
	{11, "web", fires("flaps")}, // sent again
	{12, "web", clears("flaps")},
	{20, "web", fires("flaps")}, // reopens it
	{25, "web", clears("flaps")},
	{day, "web", fires("flaps")}, // another one
	{day + 5, "web", clears("flaps")},

	{30, "web", fires("late")},
	{40, "web", events.ResolutionReceived{Command: by("late")}}, // without an acknowledgement
	{3 * day, "web", events.ReopeningReceived{Command: by("late")}},
	{3*day + 5, "web", events.ResolutionReceived{Command: by("late")}},
	{3*day + 9, "web", events.ResolutionReceived{Command: by("late")}}, // the later one counts

	{50, "web", fires("books")},
	{55, "web", events.ClosureReceived{Command: by("books"), Outcome: "fixed"}}, // resolves it
	{56, "web", fires("books")}, // another one
	{60, "web", clears("books")},

	{70, "web", fires("main")},
	{71, "web", fires("part")},
	{72, "web", events.MergeReceived{Command: by("part"), Into: "main", IntoService: "web"}},
	{75, "web", fires("part")}, // feeds main now
	{80, "web", clears("main")},
	{85, "web", clears("part")},

	{90, "web", fires("twin")},
	{91, "mail", fires("twin")},
	{92, "web", clears("twin")},
	{95, "mail", events.ResolutionReceived{Command: by("twin")}}, // the newest of that name

	{100, "web", fires("exercise", "drill", "true")},
	{101, "web", clears("exercise")},

	{110, "web", fires("open")},
}

// life is what all readers must agree on; instants are minutes, and resolved is -1 for an open incident.
type life struct {
	id, service      string
	opened, resolved int
}

var want = []life{
	{"flaps", "web", 10, 25},
	{"late", "web", 30, 3*day + 9},
	{"books", "web", 50, 55},
	{"books#2", "web", 56, 60},
	{"main", "web", 70, 85},
	{"part", "web", 71, 72},
	{"twin", "web", 90, 92},
	{"twin#2", "mail", 91, 95},
	{"exercise", "web", 100, 101},
	{"open", "web", 110, -1},
	{"flaps#2", "web", day, day + 5},
}

func minutes(at time.Time) int {
	if at.IsZero() {
		return -1
	}
	return int(at.Sub(begin) / time.Minute)
}

// TestReadersAgree: reports, problem candidates, suggestions and backtests find the same incidents in a
// history, opened and resolved at the same instants.
func TestReadersAgree(t *testing.T) {
	slices.SortStableFunc(odd, func(a, b request) int { return a.minute - b.minute })
	var reader history.AsDone
	var kpis report.Collector
	var cases problem.Collector
	var played backtest.History
	evaluator, learner := suggest.NewEvaluator(suggest.Options{}), suggest.New(suggest.Options{})
	for n, r := range odd {
		e := r.event(n)
		require.NoError(t, played.Add(e))
		require.NoError(t, reader.Add(e, func(fact events.Event) {
			require.Equal(t, e.ID, fact.CausationID)
			kpis.Add(fact)
			cases.Add(fact)
			evaluator.Add(fact)
			learner.Add(fact)
		}))
	}
	played.Close()

	var got []life
	for _, i := range kpis.Incidents() {
		got = append(got, life{i.ID, i.Service, minutes(i.Opened), minutes(i.Resolved)})
		require.Equal(t, i.ID == "exercise", i.Drill, i.ID)
		require.Equal(t, i.ID == "part", i.Merged, i.ID)
	}
	require.Equal(t, want, got, "report")
	require.Equal(t, 2, kpis.Unknown())

	got = nil
	for _, l := range played.Recorded().Lives(measure.Period{}) {
		got = append(got, life{l.ID, l.Service, minutes(l.Opened), minutes(l.Resolved)})
	}
	require.Equal(t, want, got, "backtest")
	require.Equal(t, map[string]int{backtest.NoOpening: 2}, played.LeftOut)

	got = nil
	for _, c := range cases.Cases() {
		got = append(got, life{c.ID, c.Service, minutes(c.OpenedAt), minutes(c.ResolvedAt)})
	}
	require.Equal(t, slices.DeleteFunc(slices.Clone(want), func(l life) bool { return l.id == "part" }), got, "problem: what was merged away is part of another")

	for _, l := range want {
		_, known := learner.Suggestions(l.id)
		require.Equal(t, l.id != "exercise", known, "suggest: %s; nothing is learned from a drill", l.id)
	}
	_, known := learner.Suggestions("nobody")
	require.False(t, known)
	// Neither the drill, nor what was merged away, nor what is open has an outcome.
	require.Equal(t, len(want)-3, evaluator.Scores(time.Time{}, time.Time{}, "")[0].N)
}

// TestAsDoneIsStable: the same history gives the same facts, and each has an id of its own.
func TestAsDoneIsStable(t *testing.T) {
	read := func() (all []events.Event) {
		var reader history.AsDone
		for n, r := range odd {
			require.NoError(t, reader.Add(r.event(n), func(fact events.Event) { all = append(all, fact) }))
		}
		return all
	}
	first := read()
	require.Equal(t, first, read())
	ids := map[string]bool{}
	for _, e := range first {
		require.False(t, ids[e.ID], e)
		ids[e.ID] = true
	}
}

func TestDecisionsPassUnchanged(t *testing.T) {
	var reader history.AsDone
	decided := events.New(events.IncidentResolved{How: "command"})
	decided.Subject, decided.Time = "x", begin
	var got []events.Event
	add := func(e events.Event) error { return reader.Add(e, func(fact events.Event) { got = append(got, fact) }) }
	require.NoError(t, add(decided))
	require.Equal(t, []events.Event{decided}, got)
	require.ErrorIs(t, add(request{1, "web", fires("a")}.event(0)), history.ErrMixed)
}
