package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/internal/rules/timeline"
)

// requireTold folds the ledger as people read it, and holds it against the state that decides.
func (w *stage) requireTold(t *testing.T) {
	t.Helper()
	told := map[string]timeline.Incident{}
	for _, e := range w.ledger {
		if e.Subject != "" {
			told[e.Subject] = timeline.Fold(told[e.Subject], e)
		}
	}
	w.state.Incidents(func(i *rules.Incident) { requireSame(t, i, told[i.ID]) })
}

func requireSame(t *testing.T, i *rules.Incident, f timeline.Incident) {
	t.Helper()
	require.Equal(t, []any{i.Status.String(), i.Team, i.Policy, i.Priority, i.Assignee, i.Seq, i.Closed, len(i.Tasks), i.Documents},
		[]any{f.Status, f.Team, f.Policy, f.Priority, f.Assignee, f.Seq, f.Outcome != "", len(f.Tasks), len(f.Documents)})
	require.Equal(t, i.Absorbed, f.Absorbed)
	require.True(t, i.SnoozedUntil.Equal(f.SnoozedUntil))
	if i.Status == incident.Acknowledged {
		require.Equal(t, i.Holder, f.AcknowledgedBy)
	}
	firing := map[string]bool{}
	for _, a := range i.Alerts {
		firing[a.Key] = true
	}
	for _, a := range f.Alerts {
		require.Equal(t, firing[a.Key], a.Status == timeline.Firing, "%s is %s", a.Key, a.Status)
	}
	requireSameClocks(t, i, f)
}

func requireSameClocks(t *testing.T, i *rules.Incident, f timeline.Incident) {
	t.Helper()
	require.Equal(t, len(i.Pauses) > 0 && i.Pauses[len(i.Pauses)-1].To.IsZero(), f.ClocksPaused)
	require.True(t, i.PausedUntil.Equal(f.PausedUntil))
	require.Len(t, f.Clocks, len(i.Clocks))
	for n, c := range i.Clocks {
		told := f.Clocks[n]
		require.Equal(t, []any{c.Name, c.Goal.String(), c.AtRisk, c.Breached, c.Met}, []any{told.Clock, told.Goal, told.AtRisk, told.Breached, told.Met})
		require.True(t, c.DueAt.Equal(told.DueAt) && c.AtRiskAt.Equal(told.AtRiskAt), "%v, told %v", c, told)
	}
}
