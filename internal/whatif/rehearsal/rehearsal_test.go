package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
	"tocsin.dev/pkg/events"
)

func TestNobodyAnswers(t *testing.T) {
	r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
	placed := r.Fire("", events.Alert{Key: "k", Summary: "down", Labels: events.NewLabels(map[string]string{"job": "checkout"}), Severity: "critical"})
	require.Equal(t, rehearsal.Placed{Service: "checkout", Rule: "catalog.yaml:27", Dedup: "k"}, placed)
	require.True(t, r.Finish(after(24*time.Hour)))
	s := r.Story()
	type row struct {
		at       time.Duration
		to, by   string
		level    int
		round    int
		why, via string
	}
	var got []row
	for _, p := range s.Pages {
		require.Equal(t, rehearsal.PageDelivered, p.Outcome)
		got = append(got, row{p.At.Sub(start), p.To, p.By, p.Level, p.Round, p.Why, p.Via})
	}
	require.Equal(t, []row{
		{0, "person:ana", "hook", 1, 1, "an alert opened the incident", ""},
		{5 * time.Minute, "person:bo", "hook", 2, 1, "nobody acknowledged in time", ""},
		{15 * time.Minute, "person:cleo", "screen", 3, 1, "nobody acknowledged in time", "role:lead"},
		{20 * time.Minute, "person:ana", "hook", 1, 2, "nobody acknowledged in time", ""},
		{25 * time.Minute, "person:bo", "hook", 2, 2, "nobody acknowledged in time", ""},
		{35 * time.Minute, "person:cleo", "screen", 3, 2, "nobody acknowledged in time", "role:lead"},
	}, got)
	last := s.Levels[len(s.Levels)-1]
	require.True(t, last.Exhausted)
	require.Equal(t, after(40*time.Minute), last.At)
	require.True(t, s.Incidents[0].Exhausted)
	require.Equal(t, []rehearsal.Change{
		{Incident: s.Incidents[0].ID, At: start, What: "status", To: "triggered", By: "alert", Says: "P1 incident opened: down", Why: "no open incident has its dedup key"},
		{Incident: s.Incidents[0].ID, At: start, What: "priority", To: "P1", By: "alert", Why: "no open incident has its dedup key"},
	}, s.Changes)
}

func ack(id string) events.Data {
	return events.AcknowledgementReceived{Command: events.Command{Incident: id, By: "person:bo"}}
}

// TestInputsBeforeDeadlines: an acknowledgement at the very instant of the next level comes first,
// unless the instant was let happen before it.
func TestInputsBeforeDeadlines(t *testing.T) {
	for _, test := range []struct {
		name  string
		pass  func(*rehearsal.Rehearsal, time.Time)
		pages int
	}{
		{"before", (*rehearsal.Rehearsal).Before, 1},
		{"until", (*rehearsal.Rehearsal).Until, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
			r.Fire("checkout", critical("k"))
			test.pass(r, after(5*time.Minute))
			require.Equal(t, after(5*time.Minute), r.Now())
			id, ok := r.Incident("checkout", "k")
			require.True(t, ok)
			require.Empty(t, r.Ask(ack(id)))
			require.Equal(t, "it is acknowledged already", r.Ask(ack(id)))
			r.Until(after(10 * time.Minute))
			r.Until(after(time.Minute)) // the past changes nothing
			require.Equal(t, after(10*time.Minute), r.Now())
			require.Len(t, r.Story().Pages, test.pages)
			require.Equal(t, "acknowledged", r.Story().Incidents[0].Status)
		})
	}
}

func TestContacts(t *testing.T) {
	for _, test := range []struct {
		name    string
		set     [][3]string
		pass    time.Duration
		outcome string
		by      string
		took    time.Duration
		tries   int
	}{
		{name: "all work", outcome: "delivered", by: "hook", tries: 1},
		{name: "the next one when the first fails", set: [][3]string{{"person:ana", "hook", "permanent"}}, outcome: "delivered", by: "screen", tries: 2},
		{name: "the latest word counts", set: [][3]string{{"", "", "permanent"}, {"person:ana", "screen", "accepted"}}, outcome: "delivered", by: "screen", tries: 2},
		{name: "others do not matter", set: [][3]string{{"person:bo", "", "permanent"}}, outcome: "delivered", by: "hook", tries: 1},
		{name: "all fail for good", set: [][3]string{{"person:ana", "", "permanent"}}, outcome: "failed", tries: 2},
		{name: "a word that nobody knows is no success", set: [][3]string{{"", "", "fails"}, {"person:bo", "", "accepted"}}, outcome: "open", tries: 0},
		{name: "all fail for now", set: [][3]string{{"person:ana", "", "retryable"}}, outcome: "open", tries: 0},
		{name: "and are tried further while the next level is paged", set: [][3]string{{"person:ana", "", "retryable"}}, pass: 6 * time.Second, outcome: "delayed", tries: 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
			for _, s := range test.set {
				r.Contact(s[0], s[1], s[2])
			}
			r.Fire("checkout", critical("k"))
			r.Until(after(test.pass))
			p, ok := r.Story().Page("", "person:ana")
			require.True(t, ok)
			require.Equal(t, test.outcome, p.Outcome)
			require.Equal(t, test.by, p.By)
			require.Len(t, p.Attempts, test.tries)
			_, paged := r.Story().Page("", "person:bo")
			require.Equal(t, test.outcome == "failed" || test.outcome == "delayed", paged, "the next level is paged at once")
		})
	}
}

// TestDelays: low urgency waits as the person wants it, and an acknowledgement meanwhile withdraws
// the page.
func TestDelays(t *testing.T) {
	r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
	r.Fire("checkout", events.Alert{Key: "k", Summary: "k", Severity: "info"})
	require.False(t, r.Story().Reached(""))
	r.Until(after(3 * time.Minute))
	p, _ := r.Story().Page("", "person:ana")
	require.Equal(t, rehearsal.PageDelivered, p.Outcome)
	require.Equal(t, after(3*time.Minute), p.EndedAt)
	require.Equal(t, "low", p.Urgency)
}

// TestManyMethods: a plan that names one method twice ends like any other.
func TestManyMethods(t *testing.T) {
	c := parse(t, `
people:
  ana:
    contact: [{id: hook, webhook: {url: "https://pager.example.com/ana"}}, {id: screen, console: true}]
    notify: {high: [{via: hook}, {via: screen, after: 1m}, {via: hook, after: 3m}]}
teams: {a: {members: [ana]}}
policies: {p: {levels: [{page: [person:ana]}]}}
services: {catch-all: {team: a, policy: p}}
`)
	r := rehearsal.New(c, start)
	r.Contact("", "", "retryable")
	r.Fire("catch-all", critical("k"))
	require.True(t, r.Finish(after(24*time.Hour)))
	p, _ := r.Story().Page("", "person:ana")
	require.Equal(t, rehearsal.PageFailed, p.Outcome)
}

func TestReopenedIsTheNewest(t *testing.T) {
	r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
	r.Fire("checkout", critical("k"))
	first, _ := r.Incident("checkout", "k")
	resolve := func(id string) events.Data {
		return events.ResolutionReceived{Command: events.Command{Incident: id}}
	}
	require.Empty(t, r.Ask(resolve(first)))
	r.Clear("checkout", critical("k"))
	r.Until(after(time.Hour))
	r.Fire("checkout", critical("k"))
	second, _ := r.Incident("checkout", "k")
	require.NotEqual(t, first, second)
	require.Empty(t, r.Ask(resolve(second)))
	require.Empty(t, r.Ask(events.ReopeningReceived{Command: events.Command{Incident: first}}))
	again, _ := r.Incident("checkout", "k")
	require.Equal(t, first, again)
	require.NotEmpty(t, r.Ask(events.ReopeningReceived{Command: events.Command{Incident: "nobody knows"}}))
}

func TestFinish(t *testing.T) {
	r := rehearsal.New(whatiftest.Catalog(t, "small"), start)
	require.True(t, r.Finish(after(time.Hour)), "nothing was ever due")
	r.Fire("checkout", critical("k"))
	require.False(t, r.Finish(after(10*time.Minute)))
	require.Equal(t, after(5*time.Minute), r.Now(), "the last instant at which something was due")
	r.Clear("checkout", critical("k"))
	require.True(t, r.Finish(after(time.Hour)), "that it will be forgotten is nothing that happens")
}

func TestSweep(t *testing.T) {
	c := whatiftest.Catalog(t, "small")
	from := time.Date(2026, time.January, 10, 0, 0, 0, 0, time.UTC)
	gaps := rehearsal.Sweep(c, "rota", critical("k"), from, rehearsal.HoursOfWeek, 15*time.Minute)
	require.Equal(t, []rehearsal.Gap{{
		From: from, To: time.Date(2026, time.January, 12, 8, 0, 0, 0, time.UTC), Hours: 56, Why: "no remaining level has anybody to page",
	}}, gaps)
	require.Empty(t, rehearsal.Sweep(c, "checkout", critical("k"), from, 24, 15*time.Minute))
	low := events.Alert{Key: "k", Summary: "k", Severity: "info"}
	require.Equal(t, []rehearsal.Gap{{From: from, To: from.Add(2 * time.Hour), Hours: 2, Why: "no contact method is tried so soon"}},
		rehearsal.Sweep(c, "checkout", low, from, 2, time.Minute))
}
