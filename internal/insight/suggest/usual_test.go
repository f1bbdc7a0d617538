package suggest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

const aWeek = week * time.Hour

// hours makes alerts of one service, so many in the same hour of each week.
func hours(u *usual, counts ...int) {
	for w, n := range counts {
		for range n {
			u.add(start.Add(time.Duration(w) * aWeek))
		}
	}
}

// TestUsualByHand: eight weeks give median and deviation; then each week moves level and spread by the
// documented formulas.
func TestUsualByHand(t *testing.T) {
	u := &usual{}
	hours(u, 4, 6, 5, 5, 7, 3, 5, 100)
	require.False(t, u.at(u.hour, false).known(), "the eighth week is not over")
	require.Nil(t, u.spike())
	u.add(start.Add(8 * aWeek))
	c := u.at(u.hour, false)
	require.True(t, c.known())
	require.InDelta(t, 5, c.level, 1e-12, "the median of 3 4 5 5 5 6 7 100")
	require.InDelta(t, 1.4826, c.spread, 1e-12, "the median of 2 1 0 0 0 1 2 95 is 1")
	require.InDelta(t, math.Sqrt(5), c.width(), 1e-12, "no smaller than chance")
	require.InDelta(t, 5+3*math.Sqrt(5), c.limit(), 1e-12)

	for range 11 {
		u.add(start.Add(8 * aWeek))
	}
	s := u.spike()
	require.NotNil(t, s)
	require.Equal(t, "12 alerts of this service since Mon 09:00 UTC, more than the usual 5.0: up to 11.7 would be no spike", s.Says)
	require.Equal(t, Evidence{Of: 12, Hits: 12, Incidents: []string{}, Basis: SameHour, Among: "Mon 09:00 UTC", Usual: 5, Limit: 11.7}, s.Evidence)

	u.add(start.Add(9 * aWeek)) // the week of 12 is taken in: 3.13 spreads off, counts as 2
	c = u.at(u.hour, false)
	require.InDelta(t, 5+2*math.Sqrt(5)/8, c.level, 1e-12)
	require.InDelta(t, math.Sqrt(2.52*5/8+5*7.0/8), c.spread, 1e-12)
}

// TestOutliersMoveLittle: a storm of any size moves the level no more than one of two spreads.
func TestOutliersMoveLittle(t *testing.T) {
	level := func(storm int) float64 {
		u := &usual{}
		hours(u, 5, 5, 5, 5, 5, 5, 5, 5, storm, 1)
		return u.at(u.hour, false).level
	}
	require.InDelta(t, level(12), level(100_000), 1e-9)
	require.Greater(t, level(12), level(6))
}

// TestQuietHours: hours without an alert count as 0, also where nothing was ever seen, and for years.
func TestQuietHours(t *testing.T) {
	u := &usual{}
	u.add(start)
	for n := range 4 {
		u.add(start.Add(9*aWeek + time.Hour)) // an hour that never had one
		require.Nil(t, u.spike(), n)
	}
	u.add(start.Add(9*aWeek + time.Hour))
	require.NotNil(t, u.spike(), "five where none are usual")
	u.add(start.Add(1000 * aWeek))
	require.Zero(t, u.at(u.hour, false).level)
	u.add(time.Time{}) // late by two thousand years: now
	require.Equal(t, 2, u.count)
	old := &usual{}
	old.add(time.Time{})
	old.add(time.Time{}.Add(time.Hour))
	require.Equal(t, 1, old.count)
}

// TestSpikeOfIncidents: through the learner, with the incidents of the hour beside it.
func TestSpikeOfIncidents(t *testing.T) {
	var l ledger
	for w := range 9 {
		l.opens(time.Duration(w)*aWeek, name(w), "", "P3")
	}
	for n := range 5 {
		l.opens(9*aWeek+time.Duration(n)*time.Minute, fmt.Sprintf("s%d", n), "", "P3")
	}
	l.at(9*aWeek+6*time.Minute, "s4", events.AlertJoined{Alert: events.Alert{Key: "x"}})
	l.opens(9*aWeek+7*time.Minute, "last", "", "P3")
	made := l.learner(Options{})
	_, ok := of(t, made, "s3", Spike)
	require.False(t, ok, "four")
	s, ok := of(t, made, "s4", Spike)
	require.True(t, ok, "five are more than 1 + 3·1")
	require.Equal(t, []string{"s4", "s3", "s2", "s1", "s0"}, s.Evidence.Incidents)
	s, ok = of(t, made, "last", Spike)
	require.True(t, ok)
	require.Equal(t, 7, s.Evidence.Of, "an alert that joined counts")
	require.Equal(t, 1.0, s.Evidence.Usual)
	require.Equal(t, 4.0, s.Evidence.Limit)
}
