package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// tell keeps the facts and writes one line for each: time, incident, fact, what it says, and who
// or what did it for which reason.
func (w *stage) tell(facts []events.Event) string {
	var out strings.Builder
	for _, e := range facts {
		w.ledger = append(w.ledger, e)
		if _, ok := e.Data.(events.IncidentTriggered); ok {
			name := fmt.Sprintf("INC-%d", len(w.names)+1)
			w.names[e.Subject], w.ids[name] = name, e.Subject
		}
		name := w.names[e.Subject]
		if name == "" {
			name = "-"
		}
		fmt.Fprintf(&out, "%s %s %s%s", w.clock(e.Time), name, events.NameOf(e.Type), w.says(e))
		if e.Actor != "" {
			fmt.Fprintf(&out, ", by %s", e.Actor)
		}
		if e.Reason != "" {
			fmt.Fprintf(&out, " (%s)", e.Reason)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

// clock gives the weekday and time of an instant, which is enough within a story.
func (w *stage) clock(at time.Time) string { return at.Format("Mon 15:04:05") }

func (w *stage) says(e events.Event) string {
	switch f := e.Data.(type) {
	case events.CatalogRevised:
		return " " + f.Revision
	case events.AlertJoined:
		return ": " + f.Key
	case events.AlertRenewed:
		return fmt.Sprintf(": %s of %s, %s", f.Key, w.names[f.Incident], w.until("until", f.EndsAt))
	case events.AlertLeft:
		return fmt.Sprintf(": %s, %s", f.Key, f.How)
	case events.CommandRefused:
		return ": " + f.Command
	}
	if e.IncidentSeq > 0 && strings.HasPrefix(events.NameOf(e.Type), "incident.") {
		return w.incidentSays(e)
	}
	return w.climbSays(e)
}

func (w *stage) until(word string, at time.Time) string {
	if at.IsZero() {
		return word + " never"
	}
	return word + " " + w.clock(at)
}

func (w *stage) incidentSays(e events.Event) string {
	switch f := e.Data.(type) {
	case events.IncidentTriggered:
		return fmt.Sprintf(": %s %q of %s, team %s, policy %s, catalog %s", f.Priority, f.Title, e.Service, e.Team, f.Policy, f.Catalog)
	case events.IncidentAcknowledged:
		return ": " + w.until("until", f.Until)
	case events.IncidentResolved:
		return ": " + f.How
	case events.IncidentPrioritized:
		return fmt.Sprintf(": %s, was %s", f.Priority, f.Was)
	case events.IncidentAnnotated:
		return fmt.Sprintf(": %q", f.Note)
	}
	return ""
}

func (w *stage) climbSays(e events.Event) string {
	switch f := e.Data.(type) {
	case events.EscalationAdvanced:
		pages := strings.Join(f.Pages, " ")
		if pages == "" {
			pages = "nobody"
		}
		kind := ""
		if f.Kind != "" {
			kind = " " + f.Kind
		}
		return fmt.Sprintf(": round %d, level %d%s, %s: %s is %s, %s", f.Round, f.Level, kind, f.Trigger,
			strings.Join(f.Targets, " "), pages, w.until("next", f.DueAt))
	case events.EscalationExhausted:
		return fmt.Sprintf(": %d levels, %d rounds", f.Levels, f.Rounds)
	case events.PageRequested:
		late := ""
		if f.Late > 0 {
			late = fmt.Sprintf(", %s late", time.Duration(f.Late)*time.Second)
		}
		return fmt.Sprintf(": %s, round %d, level %d, %s urgency, asked %d%s", f.Target, f.Round, f.Level, f.Urgency, f.Asked, late)
	case events.PageSuperseded:
		return ": " + f.Target
	case events.PageDelivered:
		return ": " + f.Target
	case events.PageDelayed:
		return ": " + f.Target
	case events.PageFailed:
		return ": " + f.Target
	}
	return ""
}

// show tells where an incident stands.
func (w *stage) show(id string) string {
	i := w.state.Incident(id)
	if i == nil {
		return "forgotten\n"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s, round %d, level %d, %s\n", i.Status, i.Priority, i.Round, i.Climb.Level, w.until("next step", i.StepAt))
	for _, a := range i.Alerts {
		fmt.Fprintf(&out, "firing: %s, %s\n", a.Key, w.until("until", a.EndsAt))
	}
	for _, p := range i.Pages {
		delayed := ""
		if p.Delayed {
			delayed = ", delayed"
		}
		fmt.Fprintf(&out, "open page: %s, round %d, level %d, asked %d%s\n", p.Target, p.Round, p.Level, p.Asked, delayed)
	}
	return out.String()
}

// requireReplay folds the ledger so far, as it would be stored, into a fresh state.
func (w *stage) requireReplay(t *testing.T) {
	t.Helper()
	if at, ok := w.state.NextDeadline(); ok && !at.After(w.now) {
		return // after an outage: the next advance fires first
	}
	live, err := w.state.Snapshot()
	require.NoError(t, err)
	require.Equal(t, string(live), string(replayed(t, w.ledger, w.catalogs, w.now)))
	again, err := rules.RestoreState(live, byRevision(w.catalogs))
	require.NoError(t, err)
	b, err := again.Snapshot()
	require.NoError(t, err)
	require.Equal(t, string(live), string(b))
}
