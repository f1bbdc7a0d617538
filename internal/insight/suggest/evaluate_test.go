package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/pkg/events"
)

// told is an incident of a drawn history, and all that comes of it.
type told struct {
	n                  int
	service, key, name string
	opened, over       time.Duration // over is 0 while it is open
	priority, ends     string        // at the opening, and at the end
	team, resolver     string
	escalated          bool
}

// draw gives a history of intake facts: few services, keys and names, so that much is alike.
func draw(t *rapid.T) []told {
	of := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }
	all := make([]told, rapid.IntRange(0, 60).Draw(t, "incidents"))
	for n := range all {
		i := told{
			n: n, service: of("service", "a", "b"), name: of("name", "", "x", "y"), key: name(n),
			opened:   time.Duration(rapid.IntRange(0, 40).Draw(t, "opened")) * time.Minute,
			priority: of("priority", "P1", "P3"), team: of("team", "front", ""), escalated: rapid.Bool().Draw(t, "escalated"),
		}
		i.ends, i.resolver = of("ends as", i.priority, "P2", "P1"), of("resolver", i.team, "db")
		if i.resolver != i.team {
			i.escalated = true
		}
		if rapid.IntRange(0, 9).Draw(t, "over") > 0 {
			i.over = i.opened + time.Duration(rapid.IntRange(1, 20).Draw(t, "lasts"))*time.Minute
		}
		all[n] = i
	}
	return all
}

// factsOf writes a history as intake facts in order of time.
func factsOf(all []told) (out []events.Event) {
	add := func(i told, after time.Duration, data events.Data) {
		e := events.New(data)
		e.Time, e.Service, e.Team = start.Add(after), i.service, i.team
		out = append(out, e)
	}
	for _, i := range all {
		c := events.Command{Incident: i.key}
		labels := map[string]string{}
		if i.name != "" {
			labels["alertname"] = i.name
		}
		add(i, i.opened, events.AlertReceived{Alert: events.Alert{Key: i.key, Labels: events.NewLabels(labels)}})
		add(i, i.opened, events.PriorityReceived{Command: c, Priority: i.priority})
		change := i.opened + 30*time.Second
		if i.ends != i.priority {
			add(i, change, events.PriorityReceived{Command: c, Priority: i.ends})
		}
		if i.escalated {
			add(i, change, events.EscalationReceived{Command: c, To: map[bool]string{true: i.resolver}[i.resolver != i.team]})
		}
		if i.over != 0 {
			add(i, i.over, events.ResolutionReceived{Command: c})
		}
	}
	slices.SortStableFunc(out, func(a, b events.Event) int { return a.Time.Compare(b.Time) })
	return done(out...)
}

// naively finds, by going through everything each time, what a suggestion of the kind must count.
func naively(all []told, i told, kind string) (of, hits int, answer, basis string, ids []string) {
	var before []told
	for _, o := range all {
		if o.over != 0 && o.over < i.opened {
			before = append(before, o)
		}
	}
	slices.SortStableFunc(before, func(a, b told) int { return cmp.Or(cmp.Compare(b.over, a.over), cmp.Compare(b.n, a.n)) })
	for _, rung := range []string{SameKey, SameName, SamePriority} {
		var alike []told
		for _, o := range before {
			same := map[string]bool{
				SameKey: o.key == i.key, SameName: i.name != "" && o.name == i.name, SamePriority: o.priority == i.priority,
			}[rung]
			if same && o.service == i.service && len(alike) < DefaultLast {
				alike = append(alike, o)
			}
		}
		if kind != Escalate {
			alike = slices.DeleteFunc(alike, func(o told) bool {
				return kind == Priority && o.priority != i.priority || kind == Team && o.team != i.team
			})
		}
		if len(alike) < DefaultMin {
			continue
		}
		found := map[string][]string{}
		best := ""
		for _, o := range alike {
			a, so := map[string]string{Escalate: "yes", Priority: o.ends, Team: o.resolver}[kind], map[string]bool{
				Escalate: o.escalated, Priority: o.ends != o.priority, Team: o.resolver != o.team,
			}[kind]
			if so {
				found[a] = append(found[a], o.key)
			}
		}
		for _, o := range alike { // of equals the newest
			for a, ids := range found {
				if slices.Contains(ids, o.key) && len(ids) > len(found[best]) {
					best = a
				}
			}
		}
		return len(alike), len(found[best]), best, rung, found[best]
	}
	return 0, 0, "", "", nil
}

// TestAgainstNaive: suggestions and scores are those of a plain count over the whole history.
func TestAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		e := NewEvaluator(Options{})
		for _, f := range factsOf(all) {
			e.Add(f)
		}
		want := map[string]*Score{Escalate: {}, Priority: {}, Team: {}}
		for _, i := range all {
			made, known := e.Learner().Suggestions(i.key)
			require.True(t, known)
			for kind, score := range want {
				of, hits, answer, basis, ids := naively(all, i, kind)
				suggested := of > 0 && atLeast(hits, of) >= DefaultAt
				n := slices.IndexFunc(made, func(s Suggestion) bool { return s.Kind == kind })
				require.Equal(t, suggested, n >= 0, "%s of %+v", kind, i)
				if suggested {
					got := made[n].Evidence
					require.Equal(t, []any{of, hits, basis}, []any{got.Of, got.Hits, got.Basis})
					require.Equal(t, ids, got.Incidents)
				}
				if i.over == 0 {
					continue
				}
				happened := map[string]bool{Escalate: i.escalated, Priority: i.ends != i.priority, Team: i.resolver != i.team}[kind]
				right := map[string]bool{Escalate: i.escalated, Priority: i.ends == answer, Team: i.resolver == answer}[kind]
				score.add(happened, suggested, right)
			}
		}
		for _, got := range e.Scores(time.Time{}, time.Time{}, "") {
			if w := want[got.Kind]; w != nil {
				require.Equal(t, []int{w.N, w.Happened, w.Suggested, w.Right}, []int{got.N, got.Happened, got.Suggested, got.Right}, got.Kind)
				if w.Suggested > 0 {
					require.InDelta(t, float64(w.Right)/float64(w.Suggested), *got.Precision, 1e-12)
				}
			}
		}
	})
}

// TestNoFuture: what comes after an instant, whether it is left out or happens in another order, changes no
// suggestion for an incident that opened up to it.
func TestNoFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		facts := factsOf(all)
		now := start.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "now")) * time.Minute)
		cut := slices.IndexFunc(facts, func(e events.Event) bool { return e.Time.After(now) })
		if cut < 0 {
			cut = len(facts)
		}
		future := slices.Clone(facts[cut:])
		times := make([]time.Time, len(future))
		for n := range future {
			times[n] = future[n].Time
		}
		future = rapid.Permutation(future).Draw(t, "future")
		for n := range future {
			future[n].Time = times[n]
		}
		whole, short, other := New(Options{}), New(Options{}), New(Options{})
		for n, e := range facts {
			whole.Add(e)
			if n < cut {
				short.Add(e)
				other.Add(e)
			}
		}
		for _, e := range future {
			other.Add(e)
		}
		for _, i := range all {
			if start.Add(i.opened).After(now) {
				continue
			}
			want, _ := whole.Suggestions(i.key)
			for _, l := range []*Learner{short, other} {
				got, _ := l.Suggestions(i.key)
				require.Equal(t, want, got, i)
			}
		}
	})
}

// TestSpikeScore: a spike is right when the hour after the incident has more alerts than the limit.
func TestSpikeScore(t *testing.T) {
	e := NewEvaluator(Options{})
	n := 0
	alert := func(after time.Duration) {
		n++
		f := events.New(events.AlertReceived{Alert: events.Alert{Key: name(n)}})
		f.Time, f.Service, f.Team = start.Add(after), "web", "front"
		for _, fact := range done(f) {
			e.Add(fact)
		}
	}
	for w := range 8 { // one each Monday at nine: usual 1, limit 4
		alert(time.Duration(w) * aWeek)
	}
	for m := range 12 { // twelve minutes of storm: from the fifth on a spike; the first seven are followed by five or more
		alert(8*aWeek + time.Duration(m)*time.Minute)
	}
	score := func() Score { return e.Scores(time.Time{}, time.Time{}, "")[3] }
	require.Zero(t, score().N, "no hour is over")
	alert(8*aWeek + 2*time.Hour) // of another hour: none usual there, limit 4, and its own hour is not over
	got := score()
	require.Equal(t, []int{12, 7, 8, 3}, []int{got.N, got.Happened, got.Suggested, got.Right})
	require.InDelta(t, 3.0/8, *got.Precision, 1e-12)
	require.InDelta(t, 3.0/7, *got.Recall, 1e-12)
	require.InDelta(t, 7.0/12, *got.BaseRate, 1e-12)

	got = e.Scores(start.Add(8*aWeek+6*time.Minute), start.Add(8*aWeek+8*time.Minute), "front")[3]
	require.Equal(t, []int{2, 1, 2, 1}, []int{got.N, got.Happened, got.Suggested, got.Right})
	require.Zero(t, e.Scores(time.Time{}, time.Time{}, "db")[3].N)
}

// TestAsked: an alert of a history joins, opens again after a resolution and opens anew after a closure; its
// clearing resolves.
func TestAsked(t *testing.T) {
	l := New(Options{Min: 1, At: 0.1})
	var asDone history.AsDone
	at := start
	add := func(data events.Data) {
		at = at.Add(time.Minute)
		e := events.New(data)
		e.Time, e.Service, e.Team = at, "web", "front"
		if err := asDone.Add(e, l.Add); err != nil {
			t.Fatal(err)
		}
	}
	a, b := events.Alert{Key: "a"}, events.Alert{Key: "b", DedupKey: "a"}
	c := events.Command{Incident: "a"}
	add(events.AlertReceived{Alert: a})
	add(events.AlertReceived{Alert: b})
	add(events.EscalationReceived{Command: c})
	add(events.AlertCleared{Alert: a})
	require.Empty(t, l.lessons, "b still fires")
	add(events.AlertCleared{Alert: b})
	require.Len(t, l.lessons, 1)
	add(events.AlertReceived{Alert: a})
	require.True(t, l.lessons[0].alike == nil, "open again")
	add(events.ClosureReceived{Command: c})
	add(events.AlertReceived{Alert: a})
	s, ok := of(t, l, "a#2", Escalate)
	require.True(t, ok, "the new one knows what the old one came to")
	require.Equal(t, SameKey, s.Evidence.Basis)
	e := l.lives.young["a#2"]
	require.NotNil(t, e)
	add(events.MergeReceived{Command: c})
	require.True(t, e.merged)
}

// TestMemoryIsBounded: what is asked for stays, what is not goes.
func TestMemoryIsBounded(t *testing.T) {
	m := newMemory[int, int](10)
	for n := range 1000 {
		m.put(n, n)
		_, ok := m.get(0)
		require.True(t, ok, n)
		require.LessOrEqual(t, len(m.young)+len(m.old), 20)
	}
	_, ok := m.get(1)
	require.False(t, ok)
	_, ok = m.get(999)
	require.True(t, ok)
}

// BenchmarkLearner: an incident from its opening to its end, suggestions included.
func BenchmarkLearner(b *testing.B) {
	l := New(Options{})
	b.ReportAllocs()
	for n := range b.N {
		at := start.Add(time.Duration(n) * 30 * time.Second)
		id := name(n)
		add := func(after time.Duration, data events.Data) {
			l.Add(events.Event{Envelope: events.Envelope{Time: at.Add(after), Subject: id, Service: services[n%len(services)], Team: "front"}, Data: data})
		}
		add(0, events.IncidentTriggered{Priority: "P3", DedupKey: services[n%97%len(services)], Alert: events.Alert{Labels: labels[n%len(labels)]}})
		add(time.Second, events.EscalationAdvanced{Level: 1 + n%2})
		add(2*time.Second, events.IncidentResolved{})
	}
}

var services, labels = func() (s []string, l []events.Labels) {
	for n := range 50 {
		s = append(s, fmt.Sprintf("service-%d", n))
		l = append(l, events.NewLabels(map[string]string{"alertname": name(n), "instance": "x"}))
	}
	return s, l
}()
