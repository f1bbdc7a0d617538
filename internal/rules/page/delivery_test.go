package page

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

func TestOutcomeOf(t *testing.T) {
	for word, want := range map[string]Outcome{
		events.OutcomeAccepted:  Taken,
		events.OutcomeDelivered: Taken,
		events.OutcomeRecorded:  Taken,
		events.OutcomeRetryable: Later,
		events.OutcomePermanent: Never,
		events.OutcomeUnknown:   Unsure,
		"from another version":  Unsure,
		"":                      Unsure,
	} {
		require.Equal(t, want, OutcomeOf(word), word)
	}
}

var opened = events.DeliveryOpened{Incident: "inc", Page: events.PageRequested{Page: "p", Target: "person:ana", Urgency: "high"}}

// attempt makes the attempt that the rules ask for, and answers it.
func attempt(t *testing.T, d *Delivery, p Plan, outcome string, at time.Time) {
	t.Helper()
	move := d.Next(p, at)
	require.Equal(t, Send, move.Verdict)
	claim := d.Claim(p, move)
	require.Equal(t, len(d.Attempts)+1, claim.Attempt)
	d.Claimed(claim, at)
	require.NotNil(t, d.Pending())
	d.Answered(events.DeliveryAnswered{Outcome: outcome}, at)
	require.Nil(t, d.Pending())
}

func TestDelivery(t *testing.T) {
	d := &Delivery{Opened: opened, OpenedAt: asked}
	require.Empty(t, d.Receipt(false, true).Attempts)
	require.NotNil(t, d.Receipt(false, true).Attempts, "[] in JSON")
	attempt(t, d, plan, events.OutcomeUnknown, at(0))
	attempt(t, d, plan, events.OutcomePermanent, at(0))
	d.Answered(events.DeliveryAnswered{Outcome: events.OutcomeAccepted}, at(0)) // nothing is pending
	attempt(t, d, plan, events.OutcomeRecorded, at(time.Second))
	require.Equal(t, Done, d.Next(plan, at(time.Second)).Verdict)
	require.Equal(t, events.ReceiptReceived{
		Incident: "inc", Page: "p", Target: "person:ana", Delivered: true, Final: true, Attempts: []events.Attempt{
			{Contact: "hook", At: at(0), Outcome: events.OutcomeUnknown},
			{Contact: "mail", At: at(0), Outcome: events.OutcomePermanent},
			{Contact: "console", At: at(time.Second), Outcome: events.OutcomeRecorded},
		},
	}, d.Receipt(true, true))
}

// TestPlanChanges: attempts count for the steps of the new plan that have their contact method.
func TestPlanChanges(t *testing.T) {
	d := &Delivery{Opened: opened, OpenedAt: asked}
	attempt(t, d, plan, events.OutcomePermanent, at(0))
	mail := Plan{Steps: []Step{{Contact: "mail"}, {Contact: "hook"}}}
	require.Equal(t, Move{Verdict: Send, Attempt: 1}, d.Next(mail, at(0)))
	attempt(t, d, mail, events.OutcomePermanent, at(0))
	require.Equal(t, GiveUp, d.Next(mail, at(0)).Verdict)
	require.Equal(t, Move{Verdict: Send, Attempt: 1}, d.Next(Plan{Steps: []Step{{Contact: "sms"}}}, at(0)))
}

// TestStoredForm: snapshots of older versions have these keys.
func TestStoredForm(t *testing.T) {
	d := &Delivery{Opened: opened, OpenedAt: asked, DelayReported: true}
	attempt(t, d, plan, events.OutcomeRetryable, at(0))
	b, err := json.Marshal(d)
	require.NoError(t, err)
	var keys struct {
		Opened   events.DeliveryOpened `json:"opened"`
		OpenedAt time.Time             `json:"opened_at"`
		Told     bool                  `json:"told"`
		Tries    []map[string]any      `json:"tries"`
	}
	require.NoError(t, json.Unmarshal(b, &keys))
	require.Equal(t, opened, keys.Opened)
	require.Equal(t, asked, keys.OpenedAt)
	require.True(t, keys.Told)
	require.Equal(t, []map[string]any{{"contact": "hook", "channel": "", "at": "2026-10-25T00:59:00Z", "outcome": "retryable", "step": 1.0}}, keys.Tries)
}

// TestVirtual plays pages whose methods answer as told; one that is stored and read back goes on the same.
func TestVirtual(t *testing.T) {
	two := Plan{Steps: plan.Steps[:2]}
	for name, test := range map[string]struct {
		outcome string
		delayed bool
		tries   int
	}{
		"accepted":  {events.OutcomeAccepted, false, 1},
		"recorded":  {events.OutcomeRecorded, false, 1},
		"permanent": {events.OutcomePermanent, false, 2},
		"retryable": {events.OutcomeRetryable, true, 2 * maxAttempts},
		"unknown":   {"no such word", true, 2 * maxAttempts},
	} {
		t.Run(name, func(t *testing.T) {
			var v Virtual
			v.Add(opened, two, asked)
			v.Add(opened, two, asked.Add(time.Hour)) // the same page
			require.Equal(t, 1, v.Len())
			delays, now := 0, asked
			for {
				receipt, ok := v.Step(now, func(target, contact string) string {
					require.Equal(t, "person:ana", target)
					return test.outcome
				})
				switch {
				case !ok:
					require.True(t, v.WakeAt().After(now))
					now = v.WakeAt()
				case receipt != nil && !receipt.Final:
					delays++
				case receipt != nil:
					require.Len(t, receipt.Attempts, test.tries)
					require.Zero(t, v.Len())
					require.Zero(t, v.WakeAt())
					require.Equal(t, test.delayed, delays == 1)
					return
				}
				b, err := json.Marshal(&v)
				require.NoError(t, err)
				v = Virtual{}
				require.NoError(t, json.Unmarshal(b, &v))
				v.Replan(func(string, string) Plan { return two })
			}
		})
	}
	var v Virtual
	require.Nil(t, v.Remove("p"))
	v.Add(opened, two, asked)
	require.Equal(t, "p", v.Remove("p").ID())
	require.Nil(t, v.Remove("p"))
}
