package suggest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

const aWeek = week * time.Hour

// TestSpikeByHand: eight weeks give the usual rate, and each later week moves it by an eighth.
func TestSpikeByHand(t *testing.T) {
	u := &hours{}
	for w, n := range []int{8, 8, 8, 8, 8, 8, 8, 8} {
		for range n {
			u.add(start.Add(time.Duration(w) * aWeek))
		}
	}
	require.False(t, u.at(u.hour, false).Known(), "the eighth week is not over")
	require.Nil(t, u.spike())
	for range 15 {
		u.add(start.Add(8 * aWeek))
	}
	require.EqualValues(t, 5249, u.at(u.hour, false).Usual, "8 × (1 − (7/8)⁸), rounded down each week")
	require.Nil(t, u.spike(), "15 are no more than 3 × 5.249")
	u.add(start.Add(8 * aWeek))
	s := u.spike()
	require.NotNil(t, s)
	require.Equal(t, "16 alerts of this service since Mon 09:00 UTC, more than the usual 5.2: up to 15.7 would be no spike", s.Says)
	require.Equal(t, Evidence{Of: 16, Hits: 16, Incidents: []string{}, Basis: SameHour, Among: "Mon 09:00 UTC", Usual: 5.2, Limit: 15.7}, s.Evidence)
	u.add(start.Add(9 * aWeek))
	require.EqualValues(t, 5249+(16000-5249)/8, u.at(u.hour, false).Usual)
}

// TestQuietHours: hours without an alert count as 0, also where nothing was ever seen, and for years.
func TestQuietHours(t *testing.T) {
	u := &hours{}
	u.add(start)
	for n := range 4 {
		u.add(start.Add(9*aWeek + time.Hour)) // an hour that never had one
		require.Nil(t, u.spike(), n)
	}
	u.add(start.Add(9*aWeek + time.Hour))
	require.NotNil(t, u.spike(), "five where none are usual")
	u.add(start.Add(1000 * aWeek))
	require.Zero(t, u.at(u.hour, false).Usual)
	u.add(time.Time{}) // late by two thousand years: now
	require.Equal(t, 2, u.count)
	old := &hours{}
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
	require.True(t, ok, "five are the fewest that are a spike")
	require.Equal(t, []string{"s4", "s3", "s2", "s1", "s0"}, s.Evidence.Incidents)
	s, ok = of(t, made, "last", Spike)
	require.True(t, ok)
	require.Equal(t, 7, s.Evidence.Of, "an alert that joined counts")
	require.Equal(t, 0.7, s.Evidence.Usual)
	require.Equal(t, 4.0, s.Evidence.Limit)
}
