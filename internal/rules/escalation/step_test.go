package escalation

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// threeLevels wait 5, 10 and 15 minutes, so that a whole round lasts half an hour.
func threeLevels(repeat int) *Policy {
	return &Policy{Repeat: repeat, Levels: []Level{
		{AckTimeout: 5 * time.Minute}, {AckTimeout: 10 * time.Minute}, {AckTimeout: 15 * time.Minute},
	}}
}

func TestNext(t *testing.T) {
	for _, test := range []struct {
		name   string
		repeat int
		from   Step
		to     Step
		ok     bool
	}{
		{"before the first level", 0, Step{}, Step{Round: 1, Level: 1}, true},
		{"up", 0, Step{Round: 1, Level: 1}, Step{Round: 1, Level: 2}, true},
		{"the last level", 0, Step{Round: 1, Level: 3}, Step{Round: 1, Level: 3}, false},
		{"the last level, with a repeat left", 1, Step{Round: 1, Level: 3}, Step{Round: 2, Level: 1}, true},
		{"the last level of the last round", 1, Step{Round: 2, Level: 3}, Step{Round: 2, Level: 3}, false},
		{"up in a repeat", 1, Step{Round: 2, Level: 2}, Step{Round: 2, Level: 3}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			to, ok := threeLevels(test.repeat).Next(test.from)
			require.Equal(t, test.ok, ok)
			require.Equal(t, test.to, to)
		})
	}
}

// TestNextEnds: a climb has as many steps as levels times rounds.
func TestNextEnds(t *testing.T) {
	for repeat := range 4 {
		p, steps := threeLevels(repeat), 0
		for at, ok := p.Next(Step{}); ok; at, ok = p.Next(at) {
			steps++
		}
		require.Equal(t, 3*(repeat+1), steps)
	}
}

func TestOverdue(t *testing.T) {
	due := time.Date(2026, time.March, 29, 0, 50, 0, 0, time.UTC) // Madrid's clocks change at 01:00
	minute := func(n int) time.Time { return due.Add(time.Duration(n) * time.Minute) }
	for _, test := range []struct {
		name      string
		repeat    int
		from      Step
		now       time.Time
		at        Step
		since     time.Time
		passed    int
		exhausted bool
	}{
		{"in time", 0, Step{Round: 1, Level: 1}, due, Step{Round: 1, Level: 2}, due, 0, false},
		{"just before the next falls due", 0, Step{Round: 1, Level: 1}, minute(10).Add(-1), Step{Round: 1, Level: 2}, due, 0, false},
		{"as the next falls due", 0, Step{Round: 1, Level: 1}, minute(10), Step{Round: 1, Level: 3}, minute(10), 1, false},
		{"long over", 0, Step{Round: 1, Level: 1}, minute(6000), Step{Round: 1, Level: 3}, minute(10), 1, false},
		{"into the repeat", 1, Step{Round: 1, Level: 1}, minute(27), Step{Round: 2, Level: 1}, minute(25), 2, false},
		{"to the end of the repeat", 1, Step{Round: 1, Level: 1}, minute(6000), Step{Round: 2, Level: 3}, minute(40), 4, false},
		{"nothing is left", 0, Step{Round: 1, Level: 3}, minute(6000), Step{Round: 1, Level: 3}, due, 0, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			at, since, passed, exhausted := threeLevels(test.repeat).Overdue(test.from, due, test.now)
			require.Equal(t, test.exhausted, exhausted)
			require.Equal(t, test.at, at)
			require.Equal(t, test.since, since)
			require.Equal(t, test.passed, passed)
		})
	}
}

// TestLevelRepeats: a level pages again as often as it says before the climb goes on, in each round.
func TestLevelRepeats(t *testing.T) {
	p := &Policy{Repeat: 1, Levels: []Level{{Repeat: 2}, {}}}
	var walked []Step
	for at, ok := p.Next(Step{}); ok; at, ok = p.Next(at) {
		walked = append(walked, at)
	}
	round := func(n int) []Step {
		return []Step{{n, 1, 0}, {n, 1, 1}, {n, 1, 2}, {n, 2, 0}}
	}
	require.Equal(t, append(round(1), round(2)...), walked)
	above, ok := p.Above(Step{Round: 1, Level: 1})
	require.True(t, ok)
	require.Equal(t, Step{Round: 1, Level: 2}, above)
}

// TestOverdueStops: what a level that is held, has a condition or hands over would do is not guessed.
func TestOverdueStops(t *testing.T) {
	due := time.Date(2026, time.March, 29, 0, 50, 0, 0, time.UTC)
	for name, level := range map[string]Level{
		"held": {Hold: WorkingHours}, "with a condition": {When: &Condition{}}, "handed over": {Team: "db"},
	} {
		level.AckTimeout = time.Minute
		p := &Policy{Levels: []Level{{AckTimeout: time.Minute}, level, {AckTimeout: time.Minute}}}
		at, _, passed, _ := p.Overdue(Step{}, due, due.Add(time.Hour))
		require.Equal(t, Step{Round: 1, Level: 2}, at, name)
		require.Equal(t, 1, passed, name)
	}
}
