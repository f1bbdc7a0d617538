package page

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var asked = time.Date(2026, time.October, 25, 0, 59, 0, 0, time.UTC) // an hour is repeated in Madrid

func at(after time.Duration) time.Time { return asked.Add(after) }

// plan has a hook at once, mail after two minutes, and a console after two minutes as well.
var plan = Plan{Steps: []Step{{Contact: "hook"}, {Contact: "mail", After: 2 * time.Minute}, {Contact: "console", After: 2 * time.Minute}}}

func TestNext(t *testing.T) {
	one := Plan{Steps: plan.Steps[:1]}
	two := Plan{Steps: plan.Steps[:2]}
	for _, test := range []struct {
		name  string
		plan  Plan
		tried []result
		now   time.Duration
		want  Move
	}{
		{name: "nobody to reach", want: Move{Verdict: GiveUp}},
		{name: "the first step", plan: two, want: Move{Verdict: Send, Attempt: 1}},
		{
			name: "before it was asked, by a clock that lags", plan: two, now: -time.Second,
			want: Move{Verdict: Wait, At: at(0)},
		},
		{
			name: "even the first step keeps its delay", plan: Plan{Steps: plan.Steps[1:]}, now: 2*time.Minute - 1,
			want: Move{Verdict: Wait, At: at(2 * time.Minute)},
		},
		{name: "and is tried when it is over", plan: Plan{Steps: plan.Steps[1:]}, now: 2 * time.Minute, want: Move{Verdict: Send, Attempt: 1}},
		{name: "taken", plan: two, tried: []result{{outcome: Taken}}, now: time.Hour, want: Move{Verdict: Done}},
		{
			name: "taken by a later step while an earlier one is due again", plan: two,
			tried: []result{{outcome: Later, at: at(0)}, {step: 1, outcome: Taken, at: at(1)}}, now: time.Hour, want: Move{Verdict: Done},
		},
		{
			name: "the first failed for now: the second need not wait", plan: two,
			tried: []result{{outcome: Later, at: at(time.Second)}}, now: time.Second, want: Move{Verdict: Send, Step: 1, Attempt: 1},
		},
		{
			name: "the first failed for good", plan: two,
			tried: []result{{outcome: Never, at: at(time.Second)}}, now: time.Second, want: Move{Verdict: Send, Step: 1, Attempt: 1},
		},
		{
			name: "the third waits for the second, not for the first alone", plan: plan,
			tried: []result{{outcome: Never, at: at(0)}, {step: 1, outcome: Later, at: at(time.Second)}}, now: time.Second,
			want: Move{Verdict: Send, Step: 2, Attempt: 1},
		},
		{
			name: "the first again, as its wait ends", plan: one,
			tried: []result{{outcome: Later, at: at(0)}}, now: 2 * time.Second, want: Move{Verdict: Send, Attempt: 2},
		},
		{
			name: "not before", plan: one,
			tried: []result{{outcome: Later, at: at(0)}}, now: 2*time.Second - 1, want: Move{Verdict: Wait, At: at(2 * time.Second)},
		},
		{
			name: "the wait doubles", plan: one,
			tried: []result{{outcome: Later, at: at(0)}, {outcome: Later, at: at(2 * time.Second)}}, now: 3 * time.Second,
			want: Move{Verdict: Wait, At: at(6 * time.Second)},
		},
		{
			name: "as the receiver asked", plan: one,
			tried: []result{{outcome: Later, at: at(0), retryAt: at(time.Minute)}}, now: 59 * time.Second,
			want: Move{Verdict: Wait, At: at(time.Minute)},
		},
		{
			name: "the receiver cannot ask for haste", plan: one,
			tried: []result{{outcome: Later, at: at(0), retryAt: at(1)}}, now: time.Second, want: Move{Verdict: Wait, At: at(2 * time.Second)},
		},
		{
			name: "may have arrived: again, marked as a possible repeat", plan: one,
			tried: []result{{outcome: Unsure, at: at(0)}}, now: time.Minute, want: Move{Verdict: Send, Attempt: 2, Repeat: true},
		},
		{
			name: "the mark stays", plan: one,
			tried: []result{{outcome: Unsure, at: at(0)}, {outcome: Later, at: at(1)}}, now: time.Minute, want: Move{Verdict: Send, Attempt: 3, Repeat: true},
		},
		{
			name: "another step is no repeat", plan: two,
			tried: []result{{outcome: Unsure, at: at(0)}}, want: Move{Verdict: Send, Step: 1, Attempt: 1},
		},
		{
			name: "the earliest of two waits", plan: two,
			tried: []result{{outcome: Later, at: at(0), retryAt: at(time.Hour)}, {step: 1, outcome: Later, at: at(time.Minute)}}, now: time.Minute,
			want: Move{Verdict: Wait, At: at(time.Minute + 2*time.Second)},
		},
		{
			name: "all failed for good", plan: two,
			tried: []result{{outcome: Never}, {step: 1, outcome: Never}}, want: Move{Verdict: GiveUp},
		},
		{name: "often enough", plan: one, tried: times(maxAttempts, Later), now: 9 * time.Hour, want: Move{Verdict: GiveUp}},
		{name: "once less", plan: one, tried: times(maxAttempts-1, Later), now: 9 * time.Hour, want: Move{Verdict: Send, Attempt: maxAttempts}},
		{name: "a step that is no longer in the plan", plan: one, tried: []result{{step: 7, outcome: Taken}}, want: Move{Verdict: Send, Attempt: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, next(test.plan, test.tried, asked, at(test.now)))
		})
	}
}

func times(n int, o Outcome) []result {
	all := make([]result, n)
	for i := range all {
		all[i] = result{outcome: o, at: asked}
	}
	return all
}

// TestAboutAnHour plays a receiver that never comes back, and one step's whole patience.
func TestAboutAnHour(t *testing.T) {
	now, tried := asked, []result(nil)
	for {
		switch m := next(Plan{Steps: plan.Steps[:1]}, tried, asked, now); m.Verdict {
		case Send:
			require.Equal(t, len(tried)+1, m.Attempt)
			tried = append(tried, result{outcome: Later, at: now})
		case Wait:
			require.True(t, m.At.After(now))
			require.LessOrEqual(t, m.At.Sub(now), maxRetry)
			now = m.At
		default:
			require.Equal(t, GiveUp, m.Verdict)
			require.Len(t, tried, maxAttempts)
			require.InDelta(t, time.Hour, now.Sub(asked), float64(5*time.Minute))
			return
		}
	}
}

func TestDelayed(t *testing.T) {
	two := Plan{Steps: plan.Steps[:2]}
	for _, test := range []struct {
		name  string
		plan  Plan
		tried []result
		want  bool
	}{
		{name: "no contact method is no delay"},
		{name: "not tried yet", plan: two},
		{name: "often", plan: Plan{Steps: plan.Steps[:1]}, tried: times(delayedAfter, Later), want: true},
		{name: "not so often", plan: Plan{Steps: plan.Steps[:1]}, tried: times(delayedAfter-1, Later)},
		{name: "unsure counts as well", plan: Plan{Steps: plan.Steps[:1]}, tried: times(delayedAfter, Unsure), want: true},
		{name: "the other step has yet to fail", plan: two, tried: times(delayedAfter, Later)},
		{name: "the other step never works", plan: two, tried: append(times(delayedAfter, Later), result{step: 1, outcome: Never}), want: true},
		{name: "taken", plan: two, tried: append(times(delayedAfter, Later), result{step: 1, outcome: Taken})},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, delayed(test.plan, test.tried))
		})
	}
}
