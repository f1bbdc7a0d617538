package suggest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// TestBounds compares with values computed by hand from Wilson's formula for z = 1.28155.
func TestBounds(t *testing.T) {
	for _, test := range []struct {
		hits, of int
		want     float64
	}{
		{0, 0, 0},
		{0, 5, 0},
		{5, 5, 0.753},  // 5 / (5 + 1.6424)
		{7, 9, 0.566},  // (0.7778 + 0.0912 − 0.1996) / 1.1825
		{8, 10, 0.602}, // (0.8 + 0.0821 − 0.1817) / 1.1642
		{7, 7, 0.810},
		{10, 20, 0.362},
	} {
		require.InDelta(t, test.want, atLeast(test.hits, test.of), 0.0006, "%d of %d", test.hits, test.of)
	}
	require.InDelta(t, 8.0/11, probability(7, 9), 1e-12)
}

// TestEscalation: nine incidents with one alert's name, seven of which went to level 3.
func TestEscalation(t *testing.T) {
	var l ledger
	for n := range 9 {
		level := 3
		if n == 2 || n == 5 {
			level = 1
		}
		l.lives(time.Duration(n)*time.Hour, name(n), "Slow", level)
	}
	l.opens(20*time.Hour, "new", "Slow", "P3")
	l.opens(20*time.Hour, "other", "Fast", "P1")
	made := l.learner(Options{})
	s, ok := of(t, made, "new", Escalate)
	require.True(t, ok)
	require.Equal(t, Suggestion{
		Kind: Escalate, Says: "7 of the last 9 of these went to level 3: page level 2 now", Action: Action{Level: 2},
		Probability: 0.727, AtLeast: 0.566,
		Evidence: Evidence{Of: 9, Hits: 7, Incidents: []string{"i8", "i7", "i6", "i4", "i3", "i1", "i0"}, Basis: SameName, Among: "Slow"},
	}, s)
	_, ok = of(t, made, "other", Escalate)
	require.False(t, ok, "nothing is like it: another name, another priority")
}

// TestLadder: the narrowest rung with enough incidents counts, and says no where it says no.
func TestLadder(t *testing.T) {
	var l ledger
	for n := range 5 { // one dedup key that never climbs
		l.lives(time.Duration(n)*time.Hour, name(n), "Slow", 1)
		l.all[len(l.all)-3].Data = keyed(l.all[len(l.all)-3], "disk")
	}
	for n := range 15 {
		l.lives(time.Duration(10+n)*time.Hour, name(10+n), "Slow", 2)
	}
	l.opens(40*time.Hour, "disk", "Slow", "P3")
	l.all[len(l.all)-1].Data = keyed(l.all[len(l.all)-1], "disk")
	l.opens(40*time.Hour, "slow", "Slow", "P1")
	l.opens(40*time.Hour, "named otherwise", "", "P3")
	made := l.learner(Options{})
	_, ok := of(t, made, "disk", Escalate)
	require.False(t, ok, "five of its own key did not climb, whatever the others did")
	s, ok := of(t, made, "slow", Escalate)
	require.True(t, ok)
	require.Equal(t, SameName, s.Evidence.Basis)
	require.Equal(t, 20, s.Evidence.Of)
	require.Equal(t, 15, s.Evidence.Hits)
	s, ok = of(t, made, "named otherwise", Escalate)
	require.True(t, ok)
	require.Equal(t, SamePriority, s.Evidence.Basis)
	require.Equal(t, "P3", s.Evidence.Among)

	_, ok = of(t, l.learner(Options{Min: 6}), "disk", Escalate)
	require.True(t, ok, "five are too few now")
	s, ok = of(t, l.learner(Options{Last: 15}), "slow", Escalate)
	require.True(t, ok)
	require.Equal(t, "15 of the last 15 of these went to level 2: page level 2 now", s.Says)
	_, ok = of(t, l.learner(Options{At: 0.7}), "slow", Escalate)
	require.False(t, ok, "15 of 20 speak for 0.613")
}

func keyed(e events.Event, key string) events.IncidentTriggered {
	d := e.Data.(events.IncidentTriggered)
	d.DedupKey = key
	return d
}

// TestPriorityAndTeam: what people made of them. A priority that an alert or a rule changed says
// nothing about people.
func TestPriorityAndTeam(t *testing.T) {
	var l ledger
	for n := range 10 {
		at := time.Duration(n) * time.Hour
		l.opens(at, name(n), "Slow", "P3")
		switch {
		case n < 8:
			l.at(at+time.Minute, name(n), events.IncidentTransferred{To: "db", Was: "front"})
			l.at(at+time.Minute, name(n), events.IncidentPrioritized{Priority: "P1", Was: "P3", By: "person:ana"})
		case n == 8:
			l.at(at+time.Minute, name(n), events.IncidentPrioritized{Priority: "P2", Was: "P3", By: "person:ana"})
			l.at(at+time.Minute, name(n), events.IncidentPrioritized{Priority: "P1", Was: "P2"})
		}
		l.at(at+2*time.Minute, name(n), events.IncidentResolved{By: "person:bo"})
	}
	l.opens(20*time.Hour, "new", "Slow", "P3")
	l.opens(20*time.Hour, "high", "Slow", "P1")
	made := l.learner(Options{})
	s, ok := of(t, made, "new", Team)
	require.True(t, ok)
	require.Equal(t, "8 of the last 10 of these were resolved by db: hand over to db", s.Says)
	require.Equal(t, Action{Team: "db"}, s.Action)
	require.Equal(t, []string{"i7", "i6", "i5", "i4", "i3", "i2", "i1", "i0"}, s.Evidence.Incidents)
	s, ok = of(t, made, "new", Priority)
	require.True(t, ok)
	require.Equal(t, "8 of the last 10 of these ended as P1 by hand: make it P1", s.Says)
	require.Equal(t, Action{Priority: "P1"}, s.Action)
	s, ok = of(t, made, "new", Escalate)
	require.True(t, ok, "a transfer is an escalation")
	require.Equal(t, "8 of the last 10 of these were escalated: page level 2 now", s.Says)
	_, ok = of(t, made, "high", Priority)
	require.False(t, ok, "none of those that began as P1 is known")
}

// TestWhatIsNotKnown: open incidents, those that end in the instant of an opening, merged ones, drills, and
// those that a suggestion escalated teach nothing; one that is open again no longer does.
func TestWhatIsNotKnown(t *testing.T) {
	five := func(after func(l *ledger, at time.Duration, id string)) *Learner {
		var l ledger
		for n := range 5 {
			at := time.Duration(n) * time.Hour
			l.opens(at, name(n), "Slow", "P3")
			l.at(at+time.Minute, name(n), events.EscalationAdvanced{Level: 2})
			after(&l, at, name(n))
		}
		l.opens(10*time.Hour, "new", "Slow", "P3")
		return l.learner(Options{})
	}
	resolved := events.IncidentResolved{How: "command"}
	for what, test := range map[string]struct {
		after func(l *ledger, at time.Duration, id string)
		known bool
	}{
		"resolved":            {func(l *ledger, at time.Duration, id string) { l.at(at+time.Minute, id, resolved) }, true},
		"open":                {func(*ledger, time.Duration, string) {}, false},
		"at the same instant": {func(l *ledger, _ time.Duration, id string) { l.at(10*time.Hour, id, resolved) }, false},
		"open again": {func(l *ledger, at time.Duration, id string) {
			l.at(at+time.Minute, id, resolved)
			l.at(at+2*time.Minute, id, events.IncidentReopened{})
		}, false},
		"resolved again": {func(l *ledger, at time.Duration, id string) {
			l.at(at+time.Minute, id, resolved)
			l.at(at+2*time.Minute, id, events.IncidentReopened{})
			l.at(at+3*time.Minute, id, resolved)
		}, true},
		"merged": {func(l *ledger, at time.Duration, id string) {
			l.at(at+time.Minute, id, events.IncidentResolved{How: "merged"})
			l.at(at+time.Minute, id, events.IncidentMerged{Into: "x"})
		}, false},
		"escalated by a suggestion": {func(l *ledger, at time.Duration, id string) {
			l.at(at+time.Minute, id, events.EscalationAdvanced{Level: 2})
			l.all[len(l.all)-1].Actor = By
			l.at(at+time.Minute, id, resolved)
		}, false},
	} {
		t.Run(what, func(t *testing.T) {
			_, ok := of(t, five(test.after), "new", Escalate)
			require.Equal(t, test.known, ok)
		})
	}

	var l ledger
	for n := range 5 {
		l.lives(time.Duration(n)*time.Hour, name(n), "Slow", 2)
		d := l.all[len(l.all)-4].Data.(events.IncidentTriggered)
		d.Alert.Labels = events.NewLabels(map[string]string{"alertname": "Slow", "drill": "true"})
		l.all[len(l.all)-4].Data = d
	}
	l.opens(10*time.Hour, "new", "Slow", "P3")
	_, ok := of(t, l.learner(Options{}), "new", Escalate)
	require.False(t, ok)
	_, known := l.learner(Options{}).Suggestions("i0")
	require.False(t, known, "a drill is no incident")
}

// TestNothing: no history, facts of incidents without an opening, facts of nothing.
func TestNothing(t *testing.T) {
	var l ledger
	l.at(0, "lost", events.IncidentResolved{})
	l.at(0, "lost", events.IncidentReopened{})
	l.at(0, "", events.CatalogRevised{Revision: "x"})
	l.opens(0, "first", "", "")
	all, known := l.learner(Options{}).Suggestions("first")
	require.True(t, known)
	require.Empty(t, all)
	_, known = l.learner(Options{}).Suggestions("lost")
	require.False(t, known)
	for _, s := range NewEvaluator(Options{}).Scores(time.Time{}, time.Time{}, "") {
		require.Zero(t, s.N)
		require.Nil(t, s.Precision)
	}
}
