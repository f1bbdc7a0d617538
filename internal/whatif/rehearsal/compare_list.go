package rehearsal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

func (c *comparison) lists(e Expectation, s Story, id string) {
	pages := ofIncident(s.Pages, id, func(p Page) string { return p.Incident })
	levels := ofIncident(s.Levels, id, func(l Level) string { return l.Incident })
	levels = slices.DeleteFunc(levels, func(l Level) bool { return l.Exhausted })
	held := ofIncident(s.Held, id, func(h Held) string { return h.Incident })
	triggers := ofIncident(s.Triggers, id, func(t Trigger) string { return t.Incident })
	triggers = slices.DeleteFunc(triggers, func(t Trigger) bool { return t.Skipped })
	compare(c, e.Pages, pages, matcher[ExpectedPage, Page]{c.samePage, c.wantPage, c.gotPage, ExpectedPage.where})
	compare(c, e.Levels, levels, matcher[ExpectedLevel, Level]{c.sameLevel, c.wantLevel, c.gotLevel, ExpectedLevel.where})
	compare(c, e.Held, held, matcher[ExpectedHold, Held]{c.sameHold, c.wantHold, c.gotHold, ExpectedHold.where})
	compare(c, e.Triggers, triggers, matcher[ExpectedTrigger, Trigger]{c.sameTrigger, c.wantTrigger, c.gotTrigger, ExpectedTrigger.where})
	c.notPaged(e.NotPaged, pages)
}

// ofIncident returns the entries of one incident; of all if the id is empty.
func ofIncident[T any](all []T, id string, incident func(T) string) []T {
	var out []T
	for _, one := range all {
		if id == "" || incident(one) == id {
			out = append(out, one)
		}
	}
	return out
}

// matcher says how the entries of two lists are compared and shown.
type matcher[W, G any] struct {
	same func(W, G) bool
	want func(W) string
	got  func(G) string
	at   func(W) place
}

// compare compares an expected list with what happened; nil is not checked.
func compare[W, G any](c *comparison, want *Listed[W], got []G, by matcher[W, G]) {
	if want == nil {
		return
	}
	lines, bad := diff(
		entries{len(want.Want), func(n int) string { return by.want(want.Want[n]) }},
		entries{len(got), func(n int) string { return by.got(got[n]) }},
		func(w, g int) bool { return by.same(want.Want[w], got[g]) },
	)
	if bad >= 0 {
		c.miss(by.at(want.Want[bad]))
	} else if changed(lines) {
		c.miss(want.place)
	}
	c.lines = append(c.lines, lines...)
}

// where returns the place itself.
func (p place) where() place { return p }

func (c *comparison) notPaged(all []Word, pages []Page) {
	for _, w := range all {
		paged := false
		for _, p := range pages {
			if p.To != w.Want {
				continue
			}
			if !paged {
				c.lines = append(c.lines, DiffLine{'-', "not paged " + w.Want})
			}
			paged = true
			c.miss(w.place)
			c.lines = append(c.lines, DiffLine{'+', c.gotPage(p)})
		}
		if !paged {
			c.lines = append(c.lines, DiffLine{' ', "not paged " + w.Want})
		}
	}
}

func (c *comparison) after(at time.Time) time.Duration { return at.Sub(c.start) }

// same and either compare with what is expected, if anything is.
func same[T comparable](want *T, got T) bool { return want == nil || *want == got }

func either(want, got string) bool { return want == "" || want == got }

func (c *comparison) when(want *time.Duration, got time.Time) bool { return same(want, c.after(got)) }

func (c *comparison) samePage(e ExpectedPage, p Page) bool {
	return e.To == p.To && c.when(e.At, p.At) && either(e.By, p.By) &&
		(e.Taken == nil || p.Outcome == PageDelivered && c.when(e.Taken, p.EndedAt)) &&
		(e.Late == nil || *e.Late == time.Duration(p.Late)*time.Second) && strings.Contains(p.Why, e.Why) &&
		same(e.Level, p.Level) && same(e.Round, p.Round) && either(e.Urgency, p.Urgency) && either(e.Via, p.Via) && either(e.Outcome, p.Outcome)
}

func (c *comparison) sameLevel(e ExpectedLevel, l Level) bool {
	return c.when(e.At, l.At) && same(e.Level, l.Level) && same(e.Round, l.Round) &&
		either(e.Trigger, l.Trigger) && either(e.Kind, l.Kind) && strings.Contains(l.Why, e.Why)
}

func (c *comparison) sameHold(e ExpectedHold, h Held) bool {
	return c.when(e.At, h.At) && same(e.Level, h.Level) && either(e.For, h.For) && (!e.Until.set || e.Until.from(c.start).Equal(h.Until))
}

func (c *comparison) sameTrigger(e ExpectedTrigger, t Trigger) bool {
	return c.when(e.At, t.At) && either(e.On, t.On) && (e.Pages == nil || slices.Equal(e.Pages, t.Pages)) && strings.Contains(t.Why, e.Why)
}

// phrase builds the text of an entry.
type phrase struct{ strings.Builder }

// add adds a part unless its text is empty.
func (b *phrase) add(before, text, after string) {
	if text != "" {
		b.WriteString(before + text + after)
	}
}

func (b *phrase) places(level, round *int) {
	if level != nil {
		fmt.Fprintf(b, ", level %d", *level)
	}
	if round != nil {
		fmt.Fprintf(b, ", round %d", *round)
	}
}

func orAny(d *time.Duration) string {
	if d == nil {
		return "at any time"
	}
	return Brief(*d)
}

func (c *comparison) wantPage(e ExpectedPage) string {
	var b phrase
	b.WriteString("page " + orAny(e.At) + " " + e.To)
	b.add(" by ", e.By, "")
	if e.Taken != nil {
		b.WriteString(", taken " + Brief(*e.Taken))
	}
	b.places(e.Level, e.Round)
	b.add(", ", e.Urgency, "")
	b.add(", ", e.Via, "")
	b.add(", ", e.Outcome, "")
	if e.Late != nil {
		b.WriteString(", " + Brief(*e.Late) + " late")
	}
	b.add(" (… ", e.Why, " …)")
	return b.String()
}

func (c *comparison) gotPage(p Page) string {
	took := " " + p.Outcome
	if p.Outcome == PageDelivered {
		took = " by " + p.By
		if p.EndedAt.After(p.At) {
			took += ", taken " + Brief(c.after(p.EndedAt))
		}
	}
	var b phrase
	fmt.Fprintf(&b, "page %s %s%s, level %d, round %d, %s", Brief(c.after(p.At)), p.To, took, p.Level, p.Round, p.Urgency)
	b.add(", ", p.Via, "")
	if p.Late > 0 {
		b.WriteString(", " + Brief(time.Duration(p.Late)*time.Second) + " late")
	}
	b.WriteString(" (" + p.Why + ")")
	return b.String()
}

func (c *comparison) wantLevel(e ExpectedLevel) string {
	var b phrase
	b.WriteString("reached " + orAny(e.At))
	b.places(e.Level, e.Round)
	b.add(", ", e.Kind, "")
	b.add(", ", e.Trigger, "")
	b.add(" (… ", e.Why, " …)")
	return b.String()
}

func (c *comparison) gotLevel(l Level) string {
	var b phrase
	fmt.Fprintf(&b, "reached %s, level %d, round %d", Brief(c.after(l.At)), l.Level, l.Round)
	b.add(", ", l.Kind, "")
	b.add(", ", l.Trigger, "")
	return b.String()
}

func (c *comparison) wantHold(e ExpectedHold) string {
	var b phrase
	b.WriteString("held " + orAny(e.At))
	b.places(e.Level, nil)
	b.add(", for ", e.For, "")
	if e.Until.set {
		b.WriteString(", until " + Brief(c.after(e.Until.from(c.start))))
	}
	return b.String()
}

func (c *comparison) gotHold(h Held) string {
	return fmt.Sprintf("held %s, level %d, for %s, until %s (%s)", Brief(c.after(h.At)), h.Level, h.For, Brief(c.after(h.Until)), h.Until.Format(time.RFC3339))
}

func (c *comparison) wantTrigger(e ExpectedTrigger) string {
	var b phrase
	b.WriteString("trigger " + orAny(e.At))
	b.add(" ", e.On, "")
	if e.Pages != nil {
		b.WriteString(": " + cmp.Or(strings.Join(e.Pages, " "), nobody))
	}
	b.add(" (… ", e.Why, " …)")
	return b.String()
}

func (c *comparison) gotTrigger(t Trigger) string {
	return fmt.Sprintf("trigger %s %s: %s (%s)", Brief(c.after(t.At)), t.On, cmp.Or(strings.Join(t.Pages, " "), nobody), t.Why)
}

// clock compares an expected clock with those of the incident.
func (c *comparison) clock(want ExpectedClock, all []Clock) {
	got := ""
	met := want.None
	for _, one := range all {
		if one.Clock == want.Clock {
			got, met = c.gotClock(one), c.sameClock(want, one)
		}
	}
	if got == "" {
		got = "no clock " + want.Clock
	}
	if met {
		c.lines = append(c.lines, DiffLine{' ', got})
		return
	}
	c.miss(want.place)
	c.lines = append(c.lines, DiffLine{'-', c.wantClock(want)}, DiffLine{'+', got})
}

func (c *comparison) sameClock(e ExpectedClock, got Clock) bool {
	return !e.None && (!e.Never || got.DueAt.IsZero()) && (!e.Due.set || e.Due.from(c.start).Equal(got.DueAt)) &&
		same(e.AtRisk, got.AtRisk) && same(e.Breached, got.Breached) && same(e.Met, got.Met)
}

func (c *comparison) wantClock(e ExpectedClock) string {
	if e.None {
		return "no clock " + e.Clock
	}
	var b phrase
	b.WriteString("clock " + e.Clock)
	switch {
	case e.Never:
		b.WriteString(", due never")
	case e.Due.set:
		b.WriteString(", due " + Brief(c.after(e.Due.from(c.start))))
	}
	b.mark("at risk", e.AtRisk)
	b.mark("breached", e.Breached)
	b.mark("met", e.Met)
	return b.String()
}

func (b *phrase) mark(name string, so *bool) {
	switch {
	case so == nil:
	case *so:
		b.WriteString(", " + name)
	default:
		b.WriteString(", not " + name)
	}
}

func (c *comparison) gotClock(got Clock) string {
	var b phrase
	b.WriteString("clock " + got.Clock + ", due ")
	if got.DueAt.IsZero() {
		b.WriteString("never")
	} else {
		b.WriteString(Brief(c.after(got.DueAt)))
	}
	b.mark("at risk", &got.AtRisk)
	b.mark("breached", &got.Breached)
	b.mark("met", &got.Met)
	return b.String()
}
