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
			name := fmt.Sprintf("INC-%d", len(w.names)+1-w.problems)
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

// clock returns the weekday and time of an instant, which is enough within a story.
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
	case events.OverrideAdded:
		return fmt.Sprintf(": %s of %s, %s %s, %s to %s", f.Kind, f.Schedule, f.ID, strings.Join(f.People, " "), w.clock(f.From), w.clock(f.To))
	case events.OverrideRemoved:
		return fmt.Sprintf(": %s of %s", f.ID, f.Schedule)
	case events.RosterImported:
		said := fmt.Sprintf(": %s of %s", f.ID, f.Schedule)
		for _, s := range f.Shifts {
			said += fmt.Sprintf(", %s %s to %s", strings.Join(s.People, " "), w.clock(s.From), w.clock(s.To))
		}
		return said
	case events.MergeRequested:
		return fmt.Sprintf(": into %s of %s%s", w.named(f.Into), f.IntoService, again(f.Asked))
	case events.MergeAnswered:
		return fmt.Sprintf(": %s into %s, accepted %v", w.named(f.Incident), w.named(f.Into), f.Accepted)
	}
	if said := w.problemSays(e); said != "" {
		return said
	}
	if said := w.clockSays(e); said != "" {
		return said
	}
	if said := w.lifeSays(e); said != "" {
		return said
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

// named returns an incident's name in the story, or the id where it has none.
func (w *stage) named(id string) string {
	if name := w.names[id]; name != "" {
		return name
	}
	return id
}

// clockSays tells what the targets of response and resolution did.
func (w *stage) clockSays(e events.Event) string {
	switch f := e.Data.(type) {
	case events.IncidentClockStarted:
		return fmt.Sprintf(": %s within %s, %s, at risk %s", f.Clock, short(f.Goal), w.until("due", f.DueAt), w.until("from", f.AtRiskAt))
	case events.IncidentClockRetimed:
		if f.Goal == "0s" {
			return fmt.Sprintf(": no %s target any more, before: %s, %s", f.Clock, short(f.WasGoal), w.until("due", f.WasDueAt))
		}
		return fmt.Sprintf(": %s within %s, %s, before: %s, %s; %s", f.Clock, short(f.Goal), w.until("due", f.DueAt), short(f.WasGoal), w.until("due", f.WasDueAt), f.Arithmetic)
	case events.IncidentClockAtRisk:
		return fmt.Sprintf(": %s, %d percent; %s", f.Clock, f.Percent, f.Arithmetic)
	case events.IncidentClockBreached:
		return fmt.Sprintf(": %s; %s", f.Clock, f.Arithmetic)
	case events.IncidentClockMet:
		return fmt.Sprintf(": %s after %s, %s; %s", f.Clock, short(f.Elapsed), map[bool]string{true: "too late", false: "in time"}[f.Breached], f.Arithmetic)
	case events.IncidentClocksPaused:
		return ": " + w.until("until", f.Until)
	}
	return ""
}

// lifeSays tells what happened to an incident besides its climb.
func (w *stage) lifeSays(e events.Event) string {
	switch f := e.Data.(type) {
	case events.IncidentSnoozed:
		return ": " + w.until("until", f.Until)
	case events.IncidentAssigned:
		return ": to " + f.To
	case events.IncidentTransferred:
		return fmt.Sprintf(": to team %s (%s), policy %s, before: %s, %s", f.To, f.Kind, f.Policy, f.Was, f.WasPolicy)
	case events.IncidentRespondersAdded:
		return fmt.Sprintf(": %s is %s", strings.Join(f.Targets, " "), strings.Join(f.Pages, " "))
	case events.IncidentResponderJoined:
		return fmt.Sprintf(": %d of %d", f.Have, f.Need)
	case events.IncidentMerged:
		return fmt.Sprintf(": into %s of %s", w.named(f.Into), f.IntoService)
	case events.IncidentAbsorbed:
		return fmt.Sprintf(": %s of %s, %d alerts", w.named(f.From), f.FromService, len(f.Alerts))
	case events.IncidentSplit:
		return fmt.Sprintf(": %s go", strings.Join(f.Alerts, " "))
	case events.IncidentRoleAssigned:
		return fmt.Sprintf(": %s is %s", f.Role, f.Person)
	case events.IncidentTaskAdded:
		return fmt.Sprintf(": %d, %q, for %s", f.Task, f.Text, f.Owner)
	case events.IncidentTaskCompleted:
		return fmt.Sprintf(": %d", f.Task)
	case events.IncidentDocumentAdded:
		return fmt.Sprintf(": %d, %q, %s of %d bytes", f.Document, f.Title, f.Type, len(f.Text))
	case events.IncidentClosed:
		return fmt.Sprintf(": %s, cause %q", f.Outcome, f.Cause)
	}
	return ""
}

func (w *stage) incidentSays(e events.Event) string {
	switch f := e.Data.(type) {
	case events.IncidentTriggered:
		return fmt.Sprintf(": %s %q of %s, team %s, policy %s, catalog %s", f.Priority, f.Title, e.Service, e.Team, f.Policy, f.Catalog) + runbook(f.Runbook)
	case events.IncidentAcknowledged:
		if len(f.Responders) > 0 {
			return fmt.Sprintf(": %s, %s", strings.Join(f.Responders, " "), w.until("until", f.Until))
		}
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
		if f.Need > 1 {
			kind += fmt.Sprintf(" for %d people", f.Need)
		}
		return fmt.Sprintf(": round %d, level %d%s, %s: %s is %s, %s", f.Round, f.Level, kind, f.Trigger,
			strings.Join(f.Targets, " "), pages, w.until("next", f.DueAt))
	case events.EscalationHeld:
		return fmt.Sprintf(": level %d for %s, %s", f.Level, f.For, w.until("until", f.Until))
	case events.EscalationFired:
		told := "pages nobody"
		if len(f.Targets) > 0 {
			told = fmt.Sprintf("%s is %s", strings.Join(f.Targets, " "), strings.Join(f.Pages, " "))
		}
		return fmt.Sprintf(": %s %s, time %d: %s", f.Rule, f.On, f.Count, told)
	case events.EscalationSkipped:
		return fmt.Sprintf(": %s %s, time %d", f.Rule, f.On, f.Count)
	case events.EscalationExhausted:
		if len(f.Targets) > 0 {
			return fmt.Sprintf(": %d levels, %d rounds, last resort: %s is %s", f.Levels, f.Rounds, strings.Join(f.Targets, " "), strings.Join(f.Pages, " "))
		}
		return fmt.Sprintf(": %d levels, %d rounds", f.Levels, f.Rounds)
	case events.PageRequested:
		late := ""
		if f.Late > 0 {
			late = fmt.Sprintf(", %s late", time.Duration(f.Late)*time.Second)
		}
		if f.Why != "" {
			late += ", " + f.Why
		}
		if f.Known != nil {
			late += fmt.Sprintf(", known error %s: %s", w.named(f.Known.Problem), f.Known.Workaround)
		}
		return fmt.Sprintf(": %s, round %d, level %d, %s urgency%s%s", f.Target, f.Round, f.Level, f.Urgency, again(f.Asked), late)
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
	fmt.Fprintf(&out, "%s, %s, round %d, level %d, %s\n", i.Status, i.Priority, i.Round, i.Step.Level, w.until("next step", i.NextStepAt))
	for _, a := range i.Alerts {
		fmt.Fprintf(&out, "firing: %s, %s\n", a.Key, w.until("until", a.EndsAt))
	}
	for _, p := range i.Pages {
		delayed := ""
		if p.Delayed {
			delayed = ", delayed"
		}
		fmt.Fprintf(&out, "open page: %s, round %d, level %d%s%s\n", p.Target, p.Round, p.Level, again(int(p.Asked)), delayed)
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

func runbook(link string) string {
	if link == "" {
		return ""
	}
	return ", runbook " + link
}

// again says that something was asked before; nothing the first time.
func again(asked int) string {
	if asked < 2 {
		return ""
	}
	return fmt.Sprintf(", asked %d times", asked)
}

// short writes a duration without the units that say nothing: 1h0m0s is 1h.
func short(length string) string {
	if strings.HasSuffix(length, "m0s") {
		length = strings.TrimSuffix(length, "0s")
	}
	if strings.HasSuffix(length, "h0m") {
		length = strings.TrimSuffix(length, "0m")
	}
	return length
}
