package rehearsal_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rehearsal"
	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// TestReplay plays random histories: twice they give the same story, and the rules alone, given the
// same inputs at the same instants, decide the same facts and so the same pages.
func TestReplay(t *testing.T) {
	c := parse(t, small)
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 1<<20), 1, 30).Draw(t, "steps")
		r := history(c, steps)
		again := history(c, steps)
		require.Equal(t, encoded(t, r.Story()), encoded(t, again.Story()))
		ledger := replay(c, r)
		require.Equal(t, facts(t, r.Ledger()), facts(t, ledger))
		requirePages(t, r.Story(), ledger)
	})
}

// history plays numbers: each is a verb and what it is about.
func history(c *catalog.Catalog, steps []int) *rehearsal.Rehearsal {
	r := rehearsal.New(c, start)
	for _, n := range steps {
		verb, n := n%12, n/12
		service, key := []string{"checkout", "rota"}[n%2], fmt.Sprint("k", n/2%3)
		a := events.Alert{Key: key, Summary: key, Severity: []string{"critical", "info", ""}[n/6%3]}
		if n/18%4 == 0 {
			a.EndsAt = r.Now().Add(7 * time.Minute)
		}
		id, _ := r.Incident(service, key)
		command := events.Command{Incident: id, By: "person:bo"}
		switch verb {
		case 0, 1:
			r.Fire(service, a)
		case 2:
			r.Clear(service, a)
		case 3:
			r.Ask(events.AcknowledgementReceived{Command: command})
		case 4:
			r.Ask(events.AcknowledgementWithdrawn{Command: command})
		case 5:
			r.Ask(events.ResolutionReceived{Command: command})
		case 6:
			r.Ask(events.ReopeningReceived{Command: command})
		case 7:
			r.Ask(events.EscalationReceived{Command: command, Level: n % 5})
		case 8:
			r.Contact([]string{"", "person:ana", "person:bo"}[n%3], "", []string{"accepted", "retryable", "permanent", "unknown"}[n/3%4])
		case 9:
			r.Before(r.Now().Add(time.Duration(n%1000) * time.Second))
		case 10:
			r.Until(r.Now().Add(5 * time.Minute))
		default:
			r.Until(r.Now().Add(time.Duration(n%100) * time.Minute))
		}
	}
	return r
}

// replay gives the inputs to rules that know nothing of a rehearsal, and fires deadlines when due.
// Where both fall on one instant the recorded facts say which came first.
func replay(c *catalog.Catalog, r *rehearsal.Rehearsal) []events.Event {
	s := rules.NewState(0)
	s.Use(c.Rules)
	was, out := r.Ledger(), []events.Event(nil)
	fire := func(end time.Time, inputComes bool) {
		for {
			at, ok := s.NextDeadline()
			if !ok || at.After(end) {
				return
			}
			if at.Equal(end) && inputComes && (len(out) >= len(was) || was[len(out)].CausationID != "") {
				return
			}
			out = append(out, s.Fire(at, 1)...)
		}
	}
	for _, in := range r.Inputs() {
		fire(in.At, true)
		out = append(out, s.Decide(in.Input, in.At).Facts...)
	}
	fire(r.Now(), len(out) >= len(was))
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
