package alert

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

var (
	start = time.Date(2026, time.March, 29, 0, 59, 59, 0, time.UTC)
	madr  = time.FixedZone("CET", 3600)
)

func TestFire(t *testing.T) {
	known := &Known{Key: "a", StartsAt: start}
	soon := &Known{Key: "a", StartsAt: start, EndsAt: start.Add(time.Minute)}
	for _, test := range []struct {
		name    string
		c       Case
		a       events.Alert
		now     time.Time
		verdict Verdict
		reason  string
	}{
		{name: "no incident", verdict: Trigger},
		{name: "open, another alert", c: Case{Exists: true}, verdict: Join},
		{name: "open, the same alert", c: Case{Exists: true, Alert: known}, verdict: Ignore, reason: Repeated},
		{name: "open, a new expiry", c: Case{Exists: true, Alert: known}, a: events.Alert{EndsAt: start}, verdict: Renew},
		{name: "open, no expiry any more", c: Case{Exists: true, Alert: soon}, verdict: Renew},
		{
			name: "open, the same expiry in another zone", c: Case{Exists: true, Alert: soon},
			a: events.Alert{EndsAt: start.Add(time.Minute).In(madr)}, verdict: Ignore, reason: Repeated,
		},
		{name: "open, another start is no news", c: Case{Exists: true, Alert: known}, a: events.Alert{StartsAt: start.Add(1)}, verdict: Ignore, reason: Repeated},
		{name: "resolved, no window", c: Case{Exists: true, Resolved: true}, now: start, verdict: Trigger},
		{name: "resolved, in the window", c: Case{Exists: true, Resolved: true, ReopenUntil: start}, now: start.Add(-1), verdict: Reopen},
		{name: "resolved, at its end", c: Case{Exists: true, Resolved: true, ReopenUntil: start}, now: start, verdict: Trigger},
		{
			name: "resolved by hand, the same firing goes on", c: Case{Exists: true, Resolved: true, ByHand: true, ReopenUntil: start, Alert: known},
			a: events.Alert{StartsAt: start.In(madr)}, verdict: Ignore, reason: StillFiring,
		},
		{
			name: "resolved by hand, the same firing with a new expiry", c: Case{Exists: true, Resolved: true, ByHand: true, Alert: soon},
			a: events.Alert{StartsAt: start, EndsAt: start.Add(time.Hour)}, verdict: Renew, reason: StillFiring,
		},
		{
			name: "resolved by hand, a firing that began later", c: Case{Exists: true, Resolved: true, ByHand: true, ReopenUntil: start, Alert: known},
			a: events.Alert{StartsAt: start.Add(1)}, now: start.Add(-1), verdict: Reopen,
		},
		{
			name: "resolved by hand, a sender that tells no start", c: Case{Exists: true, Resolved: true, ByHand: true, Alert: &Known{Key: "a"}},
			now: start, verdict: Trigger,
		},
		{
			name: "resolved by its alerts, the same start", c: Case{Exists: true, Resolved: true, ReopenUntil: start, Alert: known},
			a: events.Alert{StartsAt: start}, now: start.Add(-1), verdict: Reopen,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			verdict, reason := Fire(test.c, test.a, test.now)
			require.Equal(t, test.verdict, verdict)
			require.Equal(t, test.reason, reason)
		})
	}
}

func TestCleared(t *testing.T) {
	for _, test := range []struct {
		name    string
		c       Case
		verdict Verdict
		reason  string
	}{
		{name: "no incident", verdict: Ignore, reason: NotFiring},
		{name: "not one of its alerts", c: Case{Exists: true}, verdict: Ignore, reason: NotFiring},
		{name: "open", c: Case{Exists: true, Alert: &Known{}}, verdict: Clear},
		{name: "resolved by hand meanwhile", c: Case{Exists: true, Resolved: true, ByHand: true, Alert: &Known{}}, verdict: Clear},
	} {
		t.Run(test.name, func(t *testing.T) {
			verdict, reason := Cleared(test.c)
			require.Equal(t, test.verdict, verdict)
			require.Equal(t, test.reason, reason)
		})
	}
}

func TestPriority(t *testing.T) {
	matrix := map[string]string{"critical": "P1", "info": "P5"}
	for severity, want := range map[string]string{"critical": "P1", "CRITICAL": "P1", "info": "P5", "": "P3", "made up": "P3"} {
		require.Equal(t, want, Priority(matrix, severity), severity)
		require.Equal(t, DefaultPriority, Priority(nil, severity))
	}
}

func TestUrgency(t *testing.T) {
	for priority, want := range map[string]string{"P1": "high", "P2": "high", "P3": "high", "P4": "low", "P5": "low"} {
		require.Equal(t, want, Urgency(priority), priority)
	}
	require.True(t, Higher("P1", "P2"))
	require.False(t, Higher("P2", "P2"))
	require.False(t, Higher("P3", "P2"))
}
