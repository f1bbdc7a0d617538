package review_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/review"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

const configured = `
people:
  ana: {name: Ana Ruiz, contact: [{console: true}], manager: cleo}
  bo: {name: Bo Lind, contact: [{console: true}]}
  cleo: {name: Cleo Marsh, contact: [{console: true}]}
teams:
  payments: {lead: cleo, members: [ana, bo], policy: payments}
  platform: {lead: cleo, members: [cleo], policy: platform}
services:
  checkout: {team: payments, policy: payments}
routes:
  - {service: checkout}
policies:
  payments:
    levels:
      - {page: [person:ana], ack_within: 5m}
      - {page: [person:bo], ack_within: 10m, kind: functional}
      - {page: [role:lead], ack_within: 10m, kind: hierarchical}
  platform: {levels: [{page: [person:cleo], ack_within: 5m}]}
targets:
  P1: {response: 5m, resolution: 4h}
`

var parsed = sync.OnceValue(func() *catalog.Catalog {
	c, _ := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(configured)})
	return c
})

var begin = time.Date(2026, 3, 6, 21, 50, 0, 0, time.UTC)

// story plays a history on the real rules.
type story struct {
	t *testing.T
	*rehearsal.Rehearsal
	id string
}

func tell(t *testing.T, title string) *story {
	require.NotNil(t, parsed())
	s := &story{t: t, Rehearsal: rehearsal.New(parsed(), begin)}
	placed := s.Fire("", events.Alert{
		Key: "slow", Summary: title, Severity: "critical", Labels: events.NewLabels(map[string]string{"alertname": "CheckoutSlow", "region": title}),
	})
	id, ok := s.Incident(placed.Service, placed.Dedup)
	require.True(t, ok)
	s.id = id
	return s
}

// at lets time pass until so long after the opening, and asks.
func (s *story) at(after time.Duration, by string, ask func(events.Command) events.Data) {
	s.t.Helper()
	s.Until(begin.Add(after))
	require.Empty(s.t, s.Ask(ask(events.Command{Incident: s.id, By: by, Via: "cli"})))
}

// made gives the incident and its timeline as an archive keeps them.
func (s *story) made() (in timeline.Incident, all []timeline.Entry) {
	for _, e := range s.Ledger() {
		if e.Subject != s.id {
			continue
		}
		in = timeline.Fold(in, e)
		told := timeline.Tell(e)
		raw, err := json.Marshal(e.Data)
		require.NoError(s.t, err)
		told.Data = raw
		all = append(all, told)
	}
	return in, all
}

func names(actor string) string {
	return map[string]string{"person:ana": "Ana Ruiz", "person:bo": "Bo Lind"}[actor]
}

func write(t *testing.T, r *review.Review, chart string) string {
	var b strings.Builder
	require.NoError(t, r.Markdown(&b, chart))
	return b.String()
}

// answered is an evening on which the second level answers, late for the target.
func answered(t *testing.T) *story {
	s := tell(t, "Checkout is slow")
	s.at(7*time.Minute, "person:bo", func(c events.Command) events.Data { return events.AcknowledgementReceived{Command: c} })
	s.at(9*time.Minute, "person:bo", func(c events.Command) events.Data {
		c.Note = "the cache is cold since the deploy"
		return events.NoteReceived{Command: c}
	})
	s.at(10*time.Minute, "person:bo", func(c events.Command) events.Data {
		return events.RoleReceived{Command: c, Role: "incident-manager", Person: "person:bo"}
	})
	s.at(12*time.Minute, "person:bo", func(c events.Command) events.Data {
		c.Note = "more than the cache is slow"
		return events.PriorityReceived{Command: c, Priority: "P2"}
	})
	s.at(40*time.Minute, "person:bo", func(c events.Command) events.Data { return events.ResolutionReceived{Command: c} })
	s.at(50*time.Minute, "person:ana", func(c events.Command) events.Data {
		return events.TaskReceived{Command: c, Text: "warm the cache before a deploy", Owner: "person:ana"}
	})
	s.at(51*time.Minute, "person:ana", func(c events.Command) events.Data {
		return events.TaskReceived{Command: c, Text: "alert on its hit rate"}
	})
	s.at(60*time.Minute, "person:ana", func(c events.Command) events.Data { return events.TaskCompleted{Command: c, Task: 2} })
	s.at(70*time.Minute, "person:ana", func(c events.Command) events.Data {
		return events.ClosureReceived{Command: c, Outcome: "fixed", Cause: "a cold cache"}
	})
	return s
}

// weary is an incident of days: handed on, reopened, and never closed.
func weary(t *testing.T) *story {
	s := tell(t, "Payments are stuck")
	s.at(45*time.Minute, "person:cleo", func(c events.Command) events.Data {
		return events.EscalationReceived{Command: c, To: "platform"}
	})
	s.at(47*time.Minute, "person:cleo", func(c events.Command) events.Data { return events.AcknowledgementReceived{Command: c} })
	s.at(26*time.Hour, "person:cleo", func(c events.Command) events.Data { return events.ResolutionReceived{Command: c} })
	s.at(30*time.Hour, "person:ana", func(c events.Command) events.Data { return events.ReopeningReceived{Command: c} })
	s.at(80*time.Hour, "person:cleo", func(c events.Command) events.Data { return events.ResolutionReceived{Command: c} })
	return s
}
