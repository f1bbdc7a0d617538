package backtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

// busy has something of everything that one partition decides.
const busy = `
people:
  ana: {timezone: Europe/Madrid, manager: cleo, contact: [{id: hook, webhook: {url: "https://pager.example.com/ana"}}, {id: screen, console: true}]}
  bo: {contact: [{id: hook, webhook: {url: "https://pager.example.com/bo"}}]}
  cleo: {contact: [{id: screen, console: true}]}
chats: {room: {contact: [{id: chat, webhook: {url: "https://chat.example.com/room"}}]}}
calendars: {office: {timezone: Europe/Madrid, hours: ["Mon-Fri 09:00-13:30"]}}
teams:
  payments: {lead: cleo, members: [ana, bo]}
  platform: {lead: ana, members: [bo]}
schedules:
  primary: {timezone: Europe/Madrid, layers: [{rotation: daily, handoff: "09:00", start: 2026-01-12, people: [ana, bo], only: ["09:00-14:00"]}]}
policies:
  payments:
    levels:
      - {page: [schedule:primary, chat:room], ack_within: 5m, repeat: 1, skip_if_empty: false}
      - {page: [team:payments], minimum_responders: 2, ack_within: 10m, when: 'alerts > 0'}
      - {to: platform}
    repeat: 1
    unacknowledge_after: 30m
    reopen_within: 10m
    triggers:
      - {on: unacknowledged, after: 12m, repeat: 2, page: [role:manager]}
      - {on: unresolved, after: 20m, page: [role:holder]}
      - {on: priority_raised, page: [chat:room]}
      - {on: nobody, page: [role:lead]}
      - {on: undeliverable, page: [chat:room]}
      - {on: spike, more_than: 2, within: 10m, page: [role:lead]}
  platform:
    levels: [{page: [team:platform:round_robin], hold_until: working_hours}, {page: [schedule:primary], hold_until: on_call}]
    exhausted: {page: [role:lead], priority: P2}
services:
  checkout: {team: payments, calendar: office, targets: {P1: {response: 15m, resolution: 1h}}}
  rota: {team: payments, policy: platform}
  shop: {team: platform}
routes: [{service: checkout}]
`

var start = time.Date(2026, time.January, 20, 12, 0, 0, 0, time.UTC)

func parse(t testing.TB, text string) *catalog.Catalog {
	t.Helper()
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
	require.NotNil(t, c, "%v", faults)
	return c
}

type step struct{ Verb, About int }

const stepVerbs = 23

var anyStep = rapid.Custom(func(t *rapid.T) step {
	return step{rapid.IntRange(0, stepVerbs-1).Draw(t, "verb"), rapid.IntRange(0, 1<<16).Draw(t, "about")}
})

var (
	services   = []string{"checkout", "rota", "shop"}
	severities = []string{"critical", "info", "", "warning"}
	outcomes   = []string{"accepted", "retryable", "permanent", "unknown"}
	askers     = []string{"", "person:ana", "person:bo", "person:cleo"}
)

// live plays steps, each at an instant of its own, as people and machines would bring them.
func live(c *catalog.Catalog, steps []step) *rehearsal.Rehearsal {
	r := rehearsal.New(c, start)
	for _, s := range steps {
		n := s.About
		r.Before(r.Now().Add(time.Duration(1+n%900) * time.Second))
		service, key := services[n%3], fmt.Sprint("k", n/3%3)
		a := events.Alert{Key: key, Summary: key, Severity: severities[n/9%4]}
		if n/36%4 == 0 {
			a.EndsAt = r.Now().Add(7 * time.Minute)
		}
		if n/7%2 == 0 {
			a.DedupKey = "all"
		}
		switch s.Verb {
		case 0, 1, 2, 3:
			r.Fire(service, a)
		case 4:
			r.Clear(service, a)
		case 5:
			o := events.Override{ID: fmt.Sprint("o", n%4), Schedule: "primary", Kind: "override", From: r.Now(), To: r.Now().Add(time.Hour), People: []string{"bo"}}
			r.Ask(events.OverrideReceived{Override: o})
		case stepVerbs - 1:
			r.Contact(askers[n%4], "", outcomes[n/4%4])
		default:
			incident, ok := r.IncidentOf(service, a)
			if ok {
				r.Ask(asked(r, incident, key, s.Verb, n))
			}
		}
	}
	r.Before(r.Now().Add(3 * time.Hour))
	return r
}

func asked(r *rehearsal.Rehearsal, incident, key string, verb, n int) events.Data {
	c := events.Command{Incident: incident, By: askers[n/3%4]}
	switch verb {
	case 6, 7, 8, 9:
		return events.AcknowledgementReceived{Command: c}
	case 10:
		return events.ResolutionReceived{Command: c}
	case 11:
		return events.ReopeningReceived{Command: c}
	case 12:
		return events.AcknowledgementWithdrawn{Command: c}
	case 13:
		return events.EscalationReceived{Command: c, Level: n % 4}
	case 14:
		return events.EscalationReceived{Command: c, To: []string{"payments", "platform"}[n%2]}
	case 15:
		return events.SnoozeReceived{Command: c, Until: r.Now().Add(time.Duration(1+n%60) * time.Minute)}
	case 16:
		return events.AssignmentReceived{Command: c, To: askers[1+n%3]}
	case 17:
		return events.RespondersRequested{Command: c, Targets: []string{"team:platform"}}
	case 18:
		return events.PriorityReceived{Command: c, Priority: fmt.Sprint("P", 1+n%5)}
	case 19:
		return events.NoteReceived{Command: c}
	case 20:
		return events.ClosureReceived{Command: c, Outcome: "fixed"}
	}
	return events.SplitReceived{Command: c, Alerts: []string{key}}
}

// fromInputs is the history as the streams have it: what was asked and what was decided.
func fromInputs(r *rehearsal.Rehearsal) *backtest.History {
	h := &backtest.History{}
	for _, in := range r.Inputs() {
		h.Asked(in.Input.Event)
	}
	for _, e := range r.Ledger() {
		h.Decided(e)
	}
	h.Close()
	return h
}

// shape is an incident without ids, which differ between two systems.
func shape(o *backtest.Outcomes) []string {
	var all []string
	for _, l := range o.Lives(backtest.Period{}) {
		one := *l
		one.ID = ""
		b, err := json.Marshal(one)
		if err != nil {
			panic(err)
		}
		all = append(all, string(b))
	}
	return all
}

// TestHistoriesSeeMuch: such histories have pages, answers to them, methods that fail and climbs that
// come to their end, so that the properties are about them.
func TestHistoriesSeeMuch(t *testing.T) {
	c := parse(t, busy)
	draw := rand.New(rand.NewPCG(1, 2))
	var pages, answered, exhausted, failed, split int
	for range 100 {
		steps := make([]step, 40)
		for n := range steps {
			steps[n] = step{draw.IntN(stepVerbs), draw.IntN(1 << 16)}
		}
		r := live(c, steps)
		for _, e := range r.Ledger() {
			switch e.Data.(type) {
			case events.PageFailed, events.PageDelayed:
				failed++
			case events.IncidentSplit:
				split++
			}
		}
		for _, l := range fromInputs(r).Recorded().Lives(backtest.Period{}) {
			pages += len(l.Pages)
			if !l.Answered.IsZero() {
				answered++
			}
			if l.Exhausted {
				exhausted++
			}
		}
	}
	require.Greater(t, pages, 1000)
	require.Greater(t, answered, 100)
	require.Greater(t, exhausted, 20)
	require.Greater(t, failed, 100)
	require.Positive(t, split)
}

// TestSameCatalogNoDiff: a history that the rules made, played with the catalog that made it, becomes
// itself again: every page at its instant, every answer.
func TestSameCatalogNoDiff(t *testing.T) {
	c := parse(t, busy)
	rapid.Check(t, func(t *rapid.T) {
		r := live(c, rapid.SliceOfN(anyStep, 5, 60).Draw(t, "steps"))
		h := fromInputs(r)
		b := backtest.NewBacktest(h, c, backtest.Options{Until: r.Now()})
		require.NoError(t, b.Run())
		require.Equal(t, shape(h.Recorded()), shape(b.Outcomes()))
	})
}

// TestShadowRunHistory: in a shadow run every attempt ends as "recorded". A backtest of such a history
// delivers its pages; none of them is delayed.
func TestShadowRunHistory(t *testing.T) {
	c := parse(t, plain)
	history := &backtest.History{}
	for _, e := range live(c, []step{{0, 0}, {0, 3}, {0, 6}}).Ledger() {
		if page, ok := e.Data.(events.PageDelivered); ok {
			for n := range page.Attempts {
				page.Attempts[n].Outcome = "recorded"
			}
		}
		require.NoError(t, history.Add(e))
	}
	history.Close()
	counts := map[string]int{}
	b := backtest.NewBacktest(history, c, backtest.Options{Sink: func(e events.Event) error {
		counts[e.Data.Name()]++
		return nil
	}})
	require.NoError(t, b.Run())
	require.Positive(t, counts["page.requested"])
	require.Equal(t, counts["page.requested"], counts["page.delivered"])
	require.Zero(t, counts["page.delayed"])
}

// fromLedger is the history as an export of the archive has it: decisions alone.
func fromLedger(t require.TestingT, r *rehearsal.Rehearsal) *backtest.History {
	h := &backtest.History{}
	for _, e := range r.Ledger() {
		require.NoError(t, h.Add(e))
	}
	h.Close()
	return h
}

// TestFromDecisions: what was asked, derived from what was decided, leads to the same decisions. Contact
// methods do not fail here: of a page that was superseded the ledger has no attempts.
func TestFromDecisions(t *testing.T) {
	c := parse(t, busy)
	rapid.Check(t, func(t *rapid.T) {
		reachable := anyStep.Filter(func(s step) bool { return s.Verb != stepVerbs-1 })
		r := live(c, rapid.SliceOfN(reachable, 5, 60).Draw(t, "steps"))
		h := fromLedger(t, r)
		b := backtest.NewBacktest(h, c, backtest.Options{Until: r.Now()})
		require.NoError(t, b.Run())
		require.Equal(t, shape(h.Recorded()), shape(b.Outcomes()))
	})
}

var errStop = errors.New("stop")

// TestResume: a backtest that is broken off anywhere and goes on gives what one run gives.
func TestResume(t *testing.T) {
	c, next := parse(t, busy), parse(t, plain)
	rapid.Check(t, func(t *rapid.T) {
		r := live(c, rapid.SliceOfN(anyStep, 5, 40).Draw(t, "steps"))
		h := fromInputs(r)
		whole := backtest.NewBacktest(h, next, backtest.Options{})
		require.NoError(t, whole.Run())
		every := rapid.IntRange(1, 10).Draw(t, "every")
		var checkpoint json.RawMessage
		for {
			var b *backtest.Backtest
			n := 0
			b = backtest.NewBacktest(fromInputs(r), next, backtest.Options{After: func() (err error) {
				if n++; n < every {
					return nil
				}
				if checkpoint, err = b.Checkpoint(); err != nil {
					return err
				}
				return errStop
			}})
			if checkpoint != nil {
				require.NoError(t, b.Resume(checkpoint))
			}
			if err := b.Run(); errors.Is(err, errStop) {
				continue
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, shape(whole.Outcomes()), shape(b.Outcomes()))
			nights := backtest.NightsOf(next, 22*60, 7*60)
			require.Equal(t, backtest.Summarize(h, whole, backtest.Period{}, nights), backtest.Summarize(h, b, backtest.Period{}, nights))
			return
		}
	})
}

// TestResumeOfAnother: a checkpoint belongs to its history and its catalog.
func TestResumeOfAnother(t *testing.T) {
	c, next := parse(t, busy), parse(t, plain)
	h := closed(t, day(3, 1))
	b := backtest.NewBacktest(h, c, backtest.Options{})
	require.NoError(t, b.Run())
	checkpoint, err := b.Checkpoint()
	require.NoError(t, err)
	require.ErrorIs(t, backtest.NewBacktest(h, next, backtest.Options{}).Resume(checkpoint), backtest.ErrOther)
	require.ErrorIs(t, backtest.NewBacktest(closed(t, day(4, 1)), c, backtest.Options{}).Resume(checkpoint), backtest.ErrOther)
	require.Error(t, backtest.NewBacktest(h, c, backtest.Options{}).Resume([]byte("{")))
}
