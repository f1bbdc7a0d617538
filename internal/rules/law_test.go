package rules_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// TestLaws plays generated histories of inputs, receipts, nonsense and time over small random
// catalogs, and checks after each step what must always hold.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t)
		t.Repeat(map[string]func(*rapid.T){
			"alert":    h.alert,
			"clear":    h.clear,
			"command":  h.command,
			"life":     h.life,
			"merge":    h.merge,
			"override": h.override,
			"roster":   h.roster,
			"problem":  h.problem,
			"receipt":  h.receipt,
			"catalog":  h.catalog,
			"fire":     h.fire,
			"outage":   h.outage,
			"":         h.check,
		})
		h.requireReplay(t)
	})
}

// history is one generated run and what the laws remember of its facts.
type history struct {
	state    *rules.State
	catalogs map[string]*rules.Catalog
	now      time.Time
	position uint64
	ledger   []events.Event

	incidents []string
	pages     []events.Event // the first requests
	open      map[string]bool
	asked     map[string]int
	places    map[string]bool   // incident, round, level and target of each page
	of        map[string]string // the incident of each page
	rounds    map[string]int    // the highest one of each incident
	climbed   map[string]int    // the one in which its newest level was reached
	acked     map[string]bool
	repaged   map[string]bool // since it was acknowledged
	exhausted map[string]bool
	seq       map[string]uint64
}

func newHistory(t *rapid.T) *history {
	h := &history{
		state: rules.NewState(3), catalogs: map[string]*rules.Catalog{},
		now:  time.Date(2026, time.March, 28, 22, 0, 0, 0, time.FixedZone("", 3600)),
		open: map[string]bool{}, asked: map[string]int{}, places: map[string]bool{},
		of: map[string]string{}, rounds: map[string]int{}, climbed: map[string]int{},
		acked: map[string]bool{}, repaged: map[string]bool{}, exhausted: map[string]bool{}, seq: map[string]uint64{},
	}
	h.catalog(t)
	return h
}

// catalog puts a new revision in force, or one of old.
func (h *history) catalog(t *rapid.T) {
	revision := fmt.Sprintf("revision-%d", rapid.IntRange(1, 3).Draw(t, "revision"))
	if h.catalogs[revision] == nil {
		h.catalogs[revision] = anyCatalog(t, revision)
		h.state.Learn(h.catalogs[revision])
	}
	h.ask(t, "", events.CatalogRevised{Revision: revision})
}

func (h *history) alert(t *rapid.T) {
	h.ask(t, anyService(t), events.AlertReceived{Alert: h.anyAlert(t)})
}

func (h *history) clear(t *rapid.T) {
	h.ask(t, anyService(t), events.AlertCleared{Alert: h.anyAlert(t)})
}

// ask decides an input, and once more at once: the second time nothing may change but refusals.
func (h *history) ask(t *rapid.T, service string, data events.Data) {
	e := events.New(data)
	h.position++
	e.ID, e.Service, e.Time = events.DeriveID("input", fmt.Sprint(h.position)), service, h.now
	h.take(t, h.state.Decide(rules.Input{Position: h.position, Event: e}, h.now).Facts)
	if !rapid.Bool().Draw(t, "twice") {
		return
	}
	before := h.snapshot(t)
	h.position++
	again := h.state.Decide(rules.Input{Position: h.position, Event: e}, h.now)
	h.take(t, again.Facts)
	for _, f := range again.Facts {
		require.Zero(t, f.IncidentSeq, "%s once more led to %s", data.Name(), f.Type)
		require.Contains(t, []string{"command.refused", "merge.answered"}, f.Data.Name())
	}
	require.Equal(t, before, h.snapshot(t), "%s once more changed the state", data.Name())
}

// fire lets time pass with the engine up: all that is due is fired when it is.
func (h *history) fire(t *rapid.T) {
	end := h.now.Add(anySpan(t))
	for {
		at, ok := h.state.NextDeadline()
		if !ok || at.After(end) {
			break
		}
		if at.After(h.now) {
			h.now = at
		}
		h.fireNow(t)
	}
	h.now = end
	h.fireNow(t)
}

// outage lets time pass with the engine down; inputs may come before the next fire.
func (h *history) outage(t *rapid.T) { h.now = h.now.Add(anySpan(t)) }

func (h *history) fireNow(t *rapid.T) {
	most := rapid.IntRange(1, 20).Draw(t, "facts at once")
	for passes := 0; ; passes++ {
		require.Less(t, passes, 1000, "fire does not end")
		at, ok := h.state.NextDeadline()
		if !ok || at.After(h.now) {
			return
		}
		h.take(t, h.state.Fire(h.now, most))
	}
}

func (h *history) snapshot(t *rapid.T) string {
	b, err := h.state.Snapshot()
	require.NoError(t, err)
	return string(b)
}

// check is what holds of the state after every step.
func (h *history) check(t *rapid.T) {
	open := map[string]bool{}
	h.state.Incidents(func(i *rules.Incident) {
		for _, p := range i.Pages {
			wanted := i.Status == incident.Triggered || p.Level == 0 && i.Status.Open()
			require.True(t, wanted, "an open page of level %d of an incident that is %s", p.Level, i.Status)
			open[p.ID] = true
		}
		climbs := i.Status == incident.Triggered && !h.exhausted[i.ID]
		require.Equal(t, climbs, !i.NextStepAt.IsZero(), "%s, exhausted %v, next step %s", i.Status, h.exhausted[i.ID], i.NextStepAt)
		require.Equal(t, h.seq[i.ID], i.Seq)
	})
	require.Equal(t, h.open, open, "pages open by the facts, and by the state")
}

// requireReplay compares live, replayed and restored, and what each decides next.
func (h *history) requireReplay(t *rapid.T) {
	h.fireNow(t)
	live := h.snapshot(t)
	require.Equal(t, live, string(replayed(t, h.ledger, h.catalogs, h.now)), "replayed")
	restored, err := rules.RestoreState([]byte(live), byRevision(h.catalogs))
	require.NoError(t, err)
	again, err := restored.Snapshot()
	require.NoError(t, err)
	require.Equal(t, live, string(again), "restored")
	for _, c := range h.catalogs {
		restored.Learn(c)
	}
	for n := range 5 {
		e := events.New(events.AlertReceived{Alert: h.anyAlert(t)})
		e.ID, e.Service, e.Time = fmt.Sprint("more ", n), anyService(t), h.now
		in := rules.Input{Position: h.position + 1 + uint64(n), Event: e}
		require.Equal(t, h.state.Decide(in, h.now), restored.Decide(in, h.now))
		h.now = h.now.Add(10 * time.Minute)
		require.Equal(t, h.state.Fire(h.now, 1000), restored.Fire(h.now, 1000))
	}
	again, err = restored.Snapshot()
	require.NoError(t, err)
	require.Equal(t, h.snapshot(t), string(again), "restored, some decisions later")
}
