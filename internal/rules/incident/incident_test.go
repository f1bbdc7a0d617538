package incident

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMove is the whole table of states and asks.
func TestMove(t *testing.T) {
	type answer struct {
		next    Status
		refusal string
	}
	no := func(refusal string) answer { return answer{refusal: refusal} }
	to := func(next Status) answer { return answer{next: next} }
	for ask, row := range map[Ask][4]answer{
		//              triggered             acknowledged             resolved             snoozed
		Acknowledge:   {to(Acknowledged), no(AlreadyAcknowledged), no(IsResolved), to(Acknowledged)},
		Unacknowledge: {no(NotAcknowledged), to(Triggered), no(IsResolved), no(NotAcknowledged)},
		Resolve:       {to(Resolved), to(Resolved), no(AlreadyResolved), to(Resolved)},
		Reopen:        {no(NotResolved), no(NotResolved), to(Triggered), no(NotResolved)},
		Escalate:      {to(Triggered), to(Triggered), no(IsResolved), to(Triggered)},
		Snooze:        {to(Snoozed), to(Snoozed), no(IsResolved), to(Snoozed)},
		Wake:          {no(NotSnoozed), no(NotSnoozed), no(IsResolved), to(Triggered)},
		Change:        {to(Triggered), to(Acknowledged), no(IsResolved), to(Snoozed)},
		Any:           {to(Triggered), to(Acknowledged), to(Resolved), to(Snoozed)},
	} {
		for from, want := range row {
			next, refusal := Move(Status(from), ask)
			if want.refusal != "" {
				want.next = Status(from) // a refusal moves nothing
			}
			require.Equal(t, want, answer{next, refusal}, "ask %d of a %s incident", ask, Status(from))
		}
	}
	next, refusal := Move(Acknowledged, 99)
	require.Equal(t, Acknowledged, next)
	require.NotEmpty(t, refusal)
}

func TestStatus(t *testing.T) {
	for status, want := range map[Status]struct {
		word string
		open bool
	}{Triggered: {"triggered", true}, Acknowledged: {"acknowledged", true}, Resolved: {"resolved", false}, Snoozed: {"snoozed", true}} {
		require.Equal(t, want.word, status.String())
		require.Equal(t, want.open, status.Open())
	}
	require.Equal(t, Triggered, Status(0))
}
