package problem_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/insight/problem"
	"tocsin.dev/pkg/events"
	"tocsin.dev/test/corpus"
)

func decided(seq uint64, data events.Data, reason string) events.Event {
	e := events.New(data)
	e.Subject, e.Service, e.Team, e.IncidentSeq, e.Time, e.Reason = "inc", "checkout", "payments", seq, begin.Add(time.Duration(seq)*time.Minute), reason
	return e
}

func TestCollectDecisions(t *testing.T) {
	var c problem.Collector
	for n, f := range []struct {
		data   events.Data
		reason string
	}{
		{events.IncidentTriggered{Title: "slow", DedupKey: "k", Priority: "P2", Alert: events.Alert{Key: "k", Summary: "slow", Description: "p99 high", Labels: `{"region":"eu"}`}}, "no open incident"},
		{events.IncidentAnnotated{By: "person:bo", Note: "cache is cold"}, ""},
		{events.IncidentResolved{By: "person:bo", How: "command"}, "warmed it"},
		{events.IncidentClosed{Outcome: "fixed", Cause: "a deploy"}, ""},
	} {
		c.Add(decided(uint64(n+1), f.data, f.reason))
	}
	require.Equal(t, []*problem.Case{{
		ID: "inc", Service: "checkout", Team: "payments", Title: "slow", Priority: "P2", DedupKey: "k", Labels: map[string]string{"region": "eu"},
		Texts: []string{"slow", "slow", "p99 high", "a deploy", "cache is cold", "warmed it"}, OpenedAt: begin.Add(time.Minute), ResolvedAt: begin.Add(3 * time.Minute),
		Outcome: "fixed", Cause: "a deploy", Resolution: "warmed it", ResolvedBy: "person:bo",
	}}, c.Cases())
}

func asked(after time.Duration, data events.Data) events.Event {
	e := events.New(data)
	e.Service, e.Time = "checkout", begin.Add(after)
	return e
}

// TestCollectIntake: an alert that fires again soon belongs to the same incident, and later to another.
func TestCollectIntake(t *testing.T) {
	var c problem.Collector
	var asDone history.AsDone
	add := func(after time.Duration, data events.Data) { require.NoError(t, asDone.Add(asked(after, data), c.Add)) }
	a := events.Alert{Key: "k", Summary: "slow"}
	add(0, events.AlertReceived{Alert: a})
	add(time.Minute, events.AlertCleared{Alert: a})
	add(5*time.Minute, events.AlertReceived{Alert: a})
	add(6*time.Minute, events.NoteReceived{Command: events.Command{Incident: "k", Note: "again"}})
	add(7*time.Minute, events.AlertCleared{Alert: a})
	add(time.Hour, events.AlertReceived{Alert: a})
	add(2*time.Hour, events.ClosureReceived{Command: events.Command{Incident: "k"}, Outcome: "fixed", Cause: "x"})
	add(2*time.Hour+time.Minute, events.AlertReceived{Alert: a})
	all := c.Cases()
	var ids []string
	for _, one := range all {
		ids = append(ids, one.ID)
	}
	require.Equal(t, []string{"k", "k#2", "k#3"}, ids)
	require.Equal(t, begin.Add(7*time.Minute), all[0].ResolvedAt)
	require.Contains(t, all[0].Texts, "again")
	require.Equal(t, "fixed", all[1].Outcome)
	require.Len(t, problem.Candidates(all, problem.Recurrence{}), 1)
}

// TestOnARealHistory measures on the ServiceNow log: those few incidents whose problem is known should
// find each other. The base rate is what a draw by chance would find.
func TestOnARealHistory(t *testing.T) {
	in, err := os.Open(corpus.Path(t, corpus.ServiceNow))
	require.NoError(t, err)
	defer in.Close()
	facts, err := history.ServiceNow(in, history.Options{Location: time.UTC})
	require.NoError(t, err)
	var c problem.Collector
	var asDone history.AsDone
	for _, e := range facts {
		require.NoError(t, asDone.Add(e, c.Add))
	}
	all := c.Cases()
	require.Len(t, all, 437)
	of := map[string]string{}
	members := map[string]int{}
	for _, one := range all {
		if id := one.Labels["problem_id"]; id != "" {
			of[one.ID] = id
			members[id]++
		}
	}
	hits, named, expected := 0, 0, 0.0
	for _, one := range all {
		id := of[one.ID]
		if members[id] < 2 {
			continue
		}
		for _, m := range problem.Similar(one, all, problem.Options{}) {
			named++
			expected += float64(members[id]-1) / float64(len(all)-1)
			if of[m.Incident] == id {
				hits++
			}
		}
	}
	t.Logf("%d of %d named incidents belong to the same problem, %.1f expected by chance", hits, named, expected)
	require.Greater(t, float64(hits), 3*expected, "it must be much better than chance, though this history has no words of people")

	got := problem.Candidates(all, problem.Recurrence{Labels: []string{"category", "subcategory"}})
	require.Equal(t, 30, got[0].Count)
	require.Equal(t, map[string]string{"category": "Category 32", "subcategory": "Subcategory 9"}, got[0].Labels)
}
