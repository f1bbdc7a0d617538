package why

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// at formats an instant in the reader's zone: only the time of day if it is on the day the incident
// opened. The zone's name tells the two equal hours of an autumn night apart.
func (w *walk) at(t time.Time) string {
	t = t.In(w.Zone)
	opened := w.told.OpenedAt
	if opened.IsZero() {
		opened = w.now
	}
	if t.Format(time.DateOnly) == opened.In(w.Zone).Format(time.DateOnly) {
		return t.Format("15:04:05 MST")
	}
	return t.Format("Mon 2 Jan 15:04:05 MST")
}

// did says what a fact did to the incident: "bo acknowledged it".
func (w *walk) did(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentAcknowledged:
		return who(d.By, "somebody") + " acknowledged it"
	case events.IncidentSnoozed:
		return who(d.By, "somebody") + " snoozed it until " + w.at(d.Until)
	case events.IncidentMerged:
		return who(d.By, "somebody") + " merged it into incident " + d.Into + " of " + d.IntoService
	case events.IncidentTransferred:
		return "it was transferred to team " + d.To
	case events.IncidentResolved:
		switch {
		case d.How == "merged":
			return "it was merged into another incident"
		case d.By != "":
			return plain(d.By) + " resolved it"
		case d.How == timeline.Expired:
			return "it was resolved, because the senders of its alerts fell silent,"
		}
		return "it was resolved, because all its alerts cleared,"
	}
	return timeline.Tell(e).Summary
}

// saying describes what people did, with instants in the reader's zone instead of UTC.
func (w *walk) saying(e events.Event, said timeline.Entry) string {
	switch d := e.Data.(type) {
	case events.IncidentAcknowledged:
		out := w.did(e)
		if !d.Until.IsZero() {
			out += " until " + w.at(d.Until)
		}
		if e.Reason != "" {
			out += " (" + cut(e.Reason) + ")"
		}
		return out
	case events.IncidentSnoozed, events.IncidentMerged:
		return w.did(e)
	case events.IncidentResolved:
		return strings.TrimSuffix(w.did(e), ",")
	}
	if said.Reason != "" && !strings.Contains(said.Summary, said.Reason) {
		return said.Summary + " (" + cut(said.Reason) + ")"
	}
	return said.Summary
}

func who(actor, nobody string) string {
	if actor == "" {
		return nobody
	}
	return plain(actor)
}

// name is a target for readers: a person by the id, everything else as it is.
func name(target string) string { return strings.TrimPrefix(target, personPrefix) }

// span formats a duration without trailing zero units: "4h", "1h30m".
func span(d time.Duration) string {
	if d < time.Second {
		return "less than a second"
	}
	s := d.Round(time.Second).String()
	if whole, ok := strings.CutSuffix(s, "m0s"); ok {
		s = whole + "m"
	}
	if whole, ok := strings.CutSuffix(s, "h0m"); ok {
		s = whole + "h"
	}
	return s
}

// list joins names: "ana, bo and cleo".
func list(names []string) string {
	switch len(names) {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// in is the place of a rule, in brackets; empty for none.
func in(at catalog.Place) string {
	if at == (catalog.Place{}) {
		return ""
	}
	return " (" + at.String() + ")"
}

func brief(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

// cut shortens a foreign text.
func cut(s string) string {
	const most = 200
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

func itoa(n int) string { return strconv.Itoa(n) }

func times(n int) string {
	if n == 2 {
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// capital starts a sentence.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
