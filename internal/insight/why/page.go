package why

import (
	"fmt"
	"strings"
	"time"

	"tocsin.dev/pkg/events"
)

// page records what a fact says about a page.
func (w *walk) page(e events.Event) {
	switch d := e.Data.(type) {
	case events.PageRequested:
		w.requested(e, d)
	case events.PageDelivered:
		w.ended(d.Page, e, func(p *Page) {
			p.Outcome, p.Contact, p.Channel, p.Attempts = Delivered, d.Contact, d.Channel, d.Attempts
		})
	case events.PageDelayed:
		w.ended(d.Page, e, func(p *Page) { p.Outcome, p.EndedAt, p.Attempts = Delayed, time.Time{}, d.Attempts })
	case events.PageFailed:
		w.ended(d.Page, e, func(p *Page) { p.Outcome, p.Attempts = Failed, d.Attempts })
	case events.PageSuperseded:
		w.ended(d.Page, e, func(p *Page) { p.Outcome = Superseded })
	}
}

func (w *walk) requested(e events.Event, d events.PageRequested) {
	if at, again := w.paged[d.Page]; again {
		at.step.Pages[at.n].Asked = d.Asked
		return
	}
	s := w.asking[[2]int{d.Round, d.Level}]
	if s == nil { // this build does not know what asked for the page
		s = w.add(&Step{What: Help, Seq: e.IncidentSeq, Round: d.Round, DueAt: e.Time, At: e.Time, Outcome: Reached, Reason: d.Why, Targets: []Target{}})
		w.pages(s, d.Round, d.Level)
	}
	p := Page{
		ID: d.Page, Target: d.Target, Via: d.Via, Shadow: strings.HasSuffix(d.Why, "looking on"), Urgency: d.Urgency,
		At: e.Time, Late: d.Late, Asked: d.Asked, Outcome: Open, Attempts: []events.Attempt{},
	}
	if id, person := strings.CutPrefix(d.Target, personPrefix); person && w.Catalog != nil {
		p.Notify = w.Catalog.Places.Notify(id, d.Urgency)
	}
	s.Pages = append(s.Pages, p)
	w.paged[d.Page] = spot{s, len(s.Pages) - 1}
}

func (w *walk) ended(id string, e events.Event, change func(*Page)) {
	at, known := w.paged[id]
	if !known {
		return
	}
	p := &at.step.Pages[at.n]
	p.EndedAt, p.Reason = e.Time, e.Reason
	if change(p); p.Attempts == nil {
		p.Attempts = []events.Attempt{}
	}
}

// pageSays says what became of a page.
func (w *walk) pageSays(p *Page) string {
	said := w.outcomeSays(p)
	if p.Late > 0 {
		said += fmt.Sprintf(". It was requested %s late", span(time.Duration(p.Late)*time.Second))
	}
	if p.Asked > 1 {
		said += ". Its receipt was late, so it was requested " + times(p.Asked)
	}
	return said
}

func (w *walk) outcomeSays(p *Page) string {
	switch p.Outcome {
	case Delivered:
		said := fmt.Sprintf("%s (%s) took it at %s, %s", p.Channel, p.Contact, w.at(p.EndedAt), atAttempt(p.Attempts))
		if n := len(p.Attempts); n > 1 {
			said += ". Before that" + w.tried(p.Attempts[:n-1])
		}
		return said
	case Failed:
		return "every contact method failed" + w.tried(p.Attempts)
	case Delayed:
		return "every contact method failed so far; they are still being tried" + w.tried(p.Attempts)
	case Superseded:
		return w.supersededSays(p)
	}
	return "it is on its way"
}

// supersededSays explains a page that was no longer needed, mostly before its first contact method
// was due.
func (w *walk) supersededSays(p *Page) string {
	said := fmt.Sprintf("no longer needed at %s: %s", w.at(p.EndedAt), p.Reason)
	after := p.EndedAt.Sub(p.At)
	if w.Catalog == nil || len(p.Attempts) > 0 {
		return said + w.tried(p.Attempts)
	}
	if plan := w.Catalog.TargetPlan(p.Target, p.Urgency); len(plan.Steps) > 0 && plan.Steps[0].After >= after {
		return fmt.Sprintf("%s. Nothing was sent: for %s urgency the first contact method (%s) waits %s%s, and %s had passed",
			said, p.Urgency, plan.Steps[0].Contact, span(plan.Steps[0].After), in(p.Notify), span(after))
	}
	return said + ". Whether anything had been sent by then is not known"
}

// tried lists the attempts with the answers of their channels.
func (w *walk) tried(all []events.Attempt) string {
	if len(all) == 0 {
		return ""
	}
	var told []string
	for n, a := range all {
		if n == mostAttempts && len(all) > mostAttempts+1 {
			told = append(told, fmt.Sprintf("and %d more", len(all)-n))
			break
		}
		told = append(told, w.attemptSays(a))
	}
	return ": " + strings.Join(told, "; ")
}

// mostAttempts is how many attempts of one page are listed.
const mostAttempts = 6

// answers are the outcomes of attempts in words.
var answers = map[string]string{
	"accepted": "took it", "delivered": "delivered it", "retryable": "failed for now", "permanent": "refused it for good",
	"unknown": "gave no known answer",
}

func (w *walk) attemptSays(a events.Attempt) string {
	answer := answers[a.Outcome]
	if answer == "" {
		answer = a.Outcome
	}
	said := fmt.Sprintf("%s %s (%s) %s", w.at(a.At), a.Channel, a.Contact, answer)
	if a.Reason != "" {
		said += ": " + cut(a.Reason)
	}
	if a.PossibleRepeat {
		said += " (possible repeat)"
	}
	return said
}

func atAttempt(all []events.Attempt) string {
	n := max(1, len(all))
	said := "at attempt " + itoa(n)
	if n == 1 {
		said = "at the first attempt"
	}
	for _, a := range all {
		if a.PossibleRepeat {
			return said + ", possibly twice"
		}
	}
	return said
}
