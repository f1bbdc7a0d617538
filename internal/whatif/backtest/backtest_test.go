package backtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
	"tocsin.dev/pkg/events"
)

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
	for _, l := range o.Lives(measure.Period{}) {
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
	c := whatiftest.Catalog(t, "busy")
	draw := rand.New(rand.NewPCG(1, 2))
	var pages, answered, exhausted, failed, split int
	for range 100 {
		steps := make([]whatiftest.Step, 40)
		for n := range steps {
			steps[n] = whatiftest.Step{Verb: draw.IntN(whatiftest.Verbs), About: draw.IntN(1 << 16)}
		}
		r := whatiftest.Play(c, steps)
		for _, e := range r.Ledger() {
			switch e.Data.(type) {
			case events.PageFailed, events.PageDelayed:
				failed++
			case events.IncidentSplit:
				split++
			}
		}
		for _, l := range fromInputs(r).Recorded().Lives(measure.Period{}) {
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
// itself again: every page at its instant, every answer. The record has no attempts of a page that was
// superseded, so a history with one is only compared when no contact method fails.
func TestSameCatalogNoDiff(t *testing.T) {
	c := whatiftest.Catalog(t, "busy")
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(whatiftest.AnyStep, 5, 60).Draw(t, "steps")
		r := whatiftest.Play(c, steps)
		superseded := slices.ContainsFunc(r.Ledger(), func(e events.Event) bool { return e.Data.Name() == "page.superseded" })
		if superseded && slices.ContainsFunc(steps, func(s whatiftest.Step) bool { return s.Verb == whatiftest.Verbs-1 }) {
			return
		}
		h := fromInputs(r)
		b := backtest.New(h, c, backtest.Options{Until: r.Now()})
		require.NoError(t, b.Run())
		require.Equal(t, shape(h.Recorded()), shape(b.Outcomes()))
	})
}

// TestShadowRunHistory: in a shadow run every attempt ends as "recorded". A backtest of such a history
// delivers its pages; none of them is delayed.
func TestShadowRunHistory(t *testing.T) {
	c := whatiftest.Catalog(t, "plain")
	history := &backtest.History{}
	for _, e := range whatiftest.Play(c, []whatiftest.Step{{Verb: 0, About: 0}, {Verb: 0, About: 3}, {Verb: 0, About: 6}}).Ledger() {
		if page, ok := e.Data.(events.PageDelivered); ok {
			for n := range page.Attempts {
				page.Attempts[n].Outcome = "recorded"
			}
		}
		require.NoError(t, history.Add(e))
	}
	history.Close()
	counts := map[string]int{}
	b := backtest.New(history, c, backtest.Options{Sink: func(e events.Event) error {
		counts[e.Data.Name()]++
		return nil
	}})
	require.NoError(t, b.Run())
	require.Positive(t, counts["page.requested"])
	require.Equal(t, counts["page.requested"], counts["page.delivered"])
	require.Zero(t, counts["page.delayed"])
}

// asked is a history of inputs, a minute apart from each other.
func asked(inputs ...events.Data) *backtest.History {
	h := &backtest.History{}
	for n, data := range inputs {
		e := events.New(data)
		e.ID, e.Time, e.Service = fmt.Sprint("in-", n), whatiftest.Start.Add(time.Duration(n)*time.Minute), "checkout"
		h.Asked(e)
	}
	h.Close()
	return h
}

var down = events.AlertReceived{Alert: events.Alert{Key: "down", Summary: "down"}}

// TestEveryCommand: each command that there is can be played.
func TestEveryCommand(t *testing.T) {
	c := whatiftest.Catalog(t, "plain")
	played := 0
	for _, name := range events.Names() {
		e, err := events.Decode(fmt.Appendf(nil, `{"specversion":"1.0","id":"x","source":"x","type":"dev.tocsin.%s.v1","data":{"incident":"down"}}`, name))
		require.NoError(t, err)
		if _, ok := e.Data.(events.CommandData); ok {
			require.NoError(t, backtest.New(asked(down, e.Data), c, backtest.Options{}).Run(), name)
			played++
		}
	}
	require.GreaterOrEqual(t, played, 21)
}

// strange looks like a command about an incident and is not one.
type strange struct{ incident string }

func (strange) Name() string          { return "strange.received" }
func (s strange) Ask() events.Command { return events.Command{Incident: s.incident} }

func TestUnknownCommand(t *testing.T) {
	err := backtest.New(asked(down, strange{"down"}), whatiftest.Catalog(t, "plain"), backtest.Options{}).Run()
	require.EqualError(t, err, "input 2, at 2026-01-20T12:01:00Z: strange.received is not a command about an incident")
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
	c := whatiftest.Catalog(t, "busy")
	rapid.Check(t, func(t *rapid.T) {
		r := whatiftest.Play(c, rapid.SliceOfN(whatiftest.AnyReachable, 5, 60).Draw(t, "steps"))
		h := fromLedger(t, r)
		b := backtest.New(h, c, backtest.Options{Until: r.Now()})
		require.NoError(t, b.Run())
		require.Equal(t, shape(h.Recorded()), shape(b.Outcomes()))
	})
}

var errStop = errors.New("stop")

// TestResume: a backtest that is broken off anywhere and goes on gives what one run gives.
func TestResume(t *testing.T) {
	c, next := whatiftest.Catalog(t, "busy"), whatiftest.Catalog(t, "plain")
	rapid.Check(t, func(t *rapid.T) {
		r := whatiftest.Play(c, rapid.SliceOfN(whatiftest.AnyStep, 5, 40).Draw(t, "steps"))
		h := fromInputs(r)
		whole := backtest.New(h, next, backtest.Options{})
		require.NoError(t, whole.Run())
		every := rapid.IntRange(1, 10).Draw(t, "every")
		var checkpoint json.RawMessage
		for {
			var b *backtest.Backtest
			n := 0
			b = backtest.New(fromInputs(r), next, backtest.Options{After: func() (err error) {
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
			nights := backtest.NightsOf(next, measure.Night)
			require.Equal(t, backtest.Summarize(h, whole, measure.Period{}, nights), backtest.Summarize(h, b, measure.Period{}, nights))
			return
		}
	})
}

// TestResumeOfAnother: a checkpoint belongs to its history and its catalog.
func TestResumeOfAnother(t *testing.T) {
	c, next := whatiftest.Catalog(t, "busy"), whatiftest.Catalog(t, "plain")
	h := closed(t, day(3, 1))
	b := backtest.New(h, c, backtest.Options{})
	require.NoError(t, b.Run())
	checkpoint, err := b.Checkpoint()
	require.NoError(t, err)
	require.ErrorIs(t, backtest.New(h, next, backtest.Options{}).Resume(checkpoint), backtest.ErrCheckpoint)
	require.ErrorIs(t, backtest.New(closed(t, day(4, 1)), c, backtest.Options{}).Resume(checkpoint), backtest.ErrCheckpoint)
	require.Error(t, backtest.New(h, c, backtest.Options{}).Resume([]byte("{")))
}
