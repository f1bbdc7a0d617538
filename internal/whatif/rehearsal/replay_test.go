package rehearsal_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
	"tocsin.dev/pkg/events"
)

// TestReplay plays random histories of everything that can be asked: twice they give the same story,
// and the rules alone, given the same inputs at the same instants, decide the same facts and so the
// same pages.
func TestReplay(t *testing.T) {
	c, next := whatiftest.Catalog(t, "busy"), whatiftest.Catalog(t, "small")
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(anyStep, 10, 60).Draw(t, "steps")
		h := play(c, next, steps)
		again := play(c, next, steps)
		require.Equal(t, encoded(t, h.Story()), encoded(t, again.Story()))
		ledger := h.replay(c, next)
		require.Equal(t, facts(t, h.Ledger()), facts(t, ledger))
		requirePages(t, h.Story(), ledger)
		requireInOrder(t, h.Story())
	})
}

// step is a verb and what it is about.
type step struct{ verb, about int }

const stepVerbs = 24

var anyStep = rapid.Custom(func(t *rapid.T) step {
	all := make([]int, stepVerbs)
	for n := range all {
		all[n] = n
	}
	return step{rapid.SampledFrom(all).Draw(t, "verb"), rapid.IntRange(0, 1<<16).Draw(t, "about")}
})

// history is a rehearsal and the outages in it.
type history struct {
	*rehearsal.Rehearsal
	outages []stretch
}

type stretch struct{ from, to time.Time }

var (
	services = []string{"checkout", "rota", "shop"}
	targets  = []string{"", "person:ana", "person:bo", "chat:room"}
	answers  = []string{"accepted", "retryable", "permanent", "unknown"}
)

func play(c, next *catalog.Catalog, steps []step) *history {
	h := &history{Rehearsal: rehearsal.New(c, start)}
	for _, one := range steps {
		verb, n := one.verb, one.about
		service, a := whatiftest.Alert(h.Now(), n)
		switch verb {
		case 0, 1, 2:
			h.Fire(service, a)
		case 3:
			h.Clear(service, a)
		case 4:
			h.Contact(targets[n%4], "", answers[n/4%4])
		case 5:
			h.Before(h.Now().Add(time.Duration(n%1000) * time.Second))
		case 6:
			h.Until(h.Now().Add(5 * time.Minute))
		case 7:
			h.Until(h.Now().Add(time.Duration(n%100) * time.Minute))
		case 8:
			h.outage(time.Duration(n%50) * time.Minute)
		case 9:
			h.Revise([]*catalog.Catalog{next, c}[n%2])
		case 10, 11:
			h.Ask(change(h.Now(), n))
		default:
			id, _ := h.IncidentOf(service, a)
			h.Ask(asked(h, id, a.Key, verb, n))
		}
	}
	return h
}

func (h *history) outage(long time.Duration) {
	h.outages = append(h.outages, stretch{h.Now(), h.Now().Add(long)})
	h.Outage(long)
}

// change is an override, or that one is taken back.
func change(now time.Time, n int) events.Data {
	id := fmt.Sprint("o", n%4)
	if n%3 == 0 {
		return events.OverrideWithdrawn{ID: id, Schedule: "primary"}
	}
	o := events.Override{ID: id, Schedule: "primary", Kind: "override", From: now, To: now.Add(time.Duration(n%300) * time.Minute), People: []string{"bo"}}
	switch n / 12 % 4 {
	case 0:
		o.Kind, o.People = "shadow", []string{"cleo"}
	case 1:
		o.Kind, o.People = "swap", []string{"ana", "bo"}
	case 2:
		o.Kind, o.People, o.Shifts = "temporary", nil, []events.Shift{{People: []string{"cleo"}, From: now, To: now.Add(time.Minute)}}
	}
	return events.OverrideReceived{Override: o}
}

// asked is what a person asks of an incident.
func asked(h *history, id, key string, verb, n int) events.Data {
	c := events.Command{Incident: id, By: targets[n%3]}
	soon := h.Now().Add(time.Duration(n%500-20) * time.Minute)
	switch verb {
	case 12, 13:
		return events.AcknowledgementReceived{Command: c}
	case 14:
		return events.ResolutionReceived{Command: c}
	case 15:
		return []events.Data{events.ReopeningReceived{Command: c}, events.AcknowledgementWithdrawn{Command: c}, events.SnoozeWithdrawn{Command: c}, events.PauseWithdrawn{Command: c}}[n/3%4]
	case 16:
		return events.EscalationReceived{Command: c, Level: n % 5}
	case 17:
		return events.EscalationReceived{Command: c, To: []string{"payments", "platform", ""}[n%3], Up: n%3 == 2}
	case 18:
		return events.SnoozeReceived{Command: c, Until: soon}
	case 19:
		return []events.Data{events.PauseReceived{Command: c, Until: soon}, events.PauseReceived{Command: c}, events.ClocksCancelled{Command: c}}[n/3%3]
	case 20:
		return []events.Data{events.AssignmentReceived{Command: c, To: targets[n/3%3]}, events.RespondersRequested{Command: c, Targets: []string{"team:platform"}}}[n%2]
	case 21:
		return []events.Data{events.PriorityReceived{Command: c, Priority: fmt.Sprint("P", n%6)}, events.PriorityReceived{Command: c, Impact: "high", Urgency: "low"}}[n/6%2]
	case 22:
		into, _ := h.Incident(services[n/3%3], fmt.Sprint("k", n/9%3))
		return events.MergeReceived{Command: c, Into: into, IntoService: services[n/3%3]}
	}
	return []events.Data{
		events.SplitReceived{Command: c, Alerts: []string{key}},
		events.NoteReceived{Command: c},
		events.RoleReceived{Command: c, Role: "scribe", Person: "person:ana"},
		events.TaskReceived{Command: c, Text: "x"},
		events.TaskCompleted{Command: c, Task: 1},
		events.DocumentReceived{Command: c, Title: "review", Text: "x"},
		events.ClosureReceived{Command: c, Outcome: "fixed"},
		events.ProblemChanged{ProblemRecord: events.ProblemRecord{
			Problem: "PRB-far", Revision: n, Status: "known-error", Known: &events.KnownError{Workaround: "kick it", Match: events.KnownMatch{Services: services[:], Key: key}},
		}},
	}[n/3%8]
}

// awake gives when the engine can first do what is due at an instant.
func (h *history) awake(at time.Time) time.Time {
	for _, o := range h.outages {
		if at.After(o.from) && at.Before(o.to) {
			at = o.to
		}
	}
	return at
}

// replay gives the inputs to rules that know nothing of a rehearsal, and fires deadlines when due, or
// when the engine is back. Where both fall on one instant the recorded facts say which came first.
func (h *history) replay(c, next *catalog.Catalog) []events.Event {
	s := rules.NewState(0)
	s.Use(c.Rules)
	s.Learn(next.Rules)
	was, out, now := h.Ledger(), []events.Event(nil), start
	fire := func(end time.Time, inputComes bool) {
		for {
			due, ok := s.NextDeadline()
			at := h.awake(due)
			if at.Before(now) { // as a clock that another priority has run out before it came
				at = now
			}
			if !ok || at.After(end) {
				return
			}
			if at.Equal(end) && inputComes && (len(out) >= len(was) || was[len(out)].CausationID != "") {
				return
			}
			now = at
			out = append(out, s.Fire(at, 1)...)
		}
	}
	for _, in := range h.Inputs() {
		fire(in.At, true)
		now = in.At
		out = append(out, s.Decide(in.Input, in.At).Facts...)
	}
	fire(h.Now(), true)
	return out
}

func requirePages(t require.TestingT, s rehearsal.Story, ledger []events.Event) {
	var want, got []string
	for _, e := range ledger {
		if p, ok := e.Data.(events.PageRequested); ok && p.Asked == 1 {
			want = append(want, fmt.Sprint(p.Page, e.Time.UnixNano(), p.Target, p.Level, p.Round))
		}
	}
	for _, p := range s.Pages {
		got = append(got, fmt.Sprint(p.ID, p.At.UnixNano(), p.To, p.Level, p.Round))
	}
	require.Equal(t, want, got)
}

// requireInOrder: the order of a story has each entry of its lists once, and no time runs backwards.
func requireInOrder(t require.TestingT, s rehearsal.Story) {
	all := s.InOrder()
	require.Len(t, all, len(s.Pages)+len(s.Levels)+len(s.Held)+len(s.Triggers)+len(s.Changes))
	last := s.Start
	for _, e := range all {
		var at time.Time
		switch {
		case e.Page != nil:
			at = e.Page.At
		case e.Level != nil:
			at = e.Level.At
		case e.Held != nil:
			at = e.Held.At
		case e.Trigger != nil:
			at = e.Trigger.At
		default:
			at = e.Change.At
		}
		require.False(t, at.Before(last))
		last = at
	}
}

func facts(t require.TestingT, all []events.Event) []string {
	out := make([]string, len(all))
	for n, e := range all {
		line, err := e.Encode()
		require.NoError(t, err)
		out[n] = string(line)
	}
	return out
}

func encoded(t require.TestingT, s rehearsal.Story) string {
	b, err := json.Marshal(s)
	require.NoError(t, err)
	return string(b)
}

// TestHistoriesSeeEverything: such histories lead to every fact that one partition can decide, so
// that TestReplay is about all of them.
func TestHistoriesSeeEverything(t *testing.T) {
	c, next := whatiftest.Catalog(t, "busy"), whatiftest.Catalog(t, "small")
	seen := map[string]bool{}
	draw := rand.New(rand.NewPCG(1, 2))
	for range 800 {
		steps := make([]step, 60)
		for n := range steps {
			steps[n] = step{draw.IntN(stepVerbs), draw.IntN(1 << 16)}
		}
		for _, e := range play(c, next, steps).Ledger() {
			seen[e.Data.Name()] = true
		}
	}
	for _, name := range events.Names() {
		switch noun, fact, _ := strings.Cut(name, "."); {
		case noun == "incident", noun == "escalation" && fact != "received", noun == "page",
			noun == "override" && (fact == "added" || fact == "removed"), name == "command.refused", name == "catalog.revised":
			require.True(t, seen[name], "no %s", name)
		}
	}
}
