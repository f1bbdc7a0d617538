package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/rehearsal"
)

const personPrefix = "person:"

// pagesOf adds to the pages what people want to know besides.
func pagesOf(cat *catalog.Catalog, s rehearsal.Story) []rehearsedPage {
	out := make([]rehearsedPage, len(s.Pages))
	for n, page := range s.Pages {
		one := rehearsedPage{Page: page, After: page.At.Sub(s.Start).String(), Name: cat.TargetName(page.To), Local: page.At, Timezone: "UTC"}
		if id, ok := strings.CutPrefix(page.To, personPrefix); ok && cat.People[id] != nil {
			if zone, err := time.LoadLocation(cat.People[id].Timezone); err == nil {
				one.Local, one.Timezone = page.At.In(zone), cat.People[id].Timezone
			}
		}
		out[n] = one
	}
	return out
}

// momentForm writes an instant with its weekday and zone.
const momentForm = "Mon 2 Jan 15:04:05 MST"

func (p *policyRehearsal) show(out rehearsed, s rehearsal.Story) {
	severity := out.Severity
	if severity == "" {
		severity = "no severity"
	}
	by := ""
	if p.service == "" {
		by = ", by " + clean(out.PlacedBy)
	}
	fmt.Fprintf(p.stdout, "%s%s: team %s, policy %s, %s is %s, at %s\n\n", clean(out.Service), by, clean(out.Team), clean(out.Policy),
		clean(severity), out.Priority, out.At.Format(momentForm+" 2006"))
	table(p.stdout, chain(out, s))
	fmt.Fprintf(p.stdout, "\n%s\n", clean(ending(out, s)))
}

// chain makes a row of each thing of the story that somebody who reads a policy wants to know.
func chain(out rehearsed, s rehearsal.Story) [][]string {
	rows := [][]string{{"AFTER", "LEVEL", "ROUND", "WHO", "BY", "LOCAL TIME", "VIA", "WHY"}}
	all := s.InOrder()
	pages := 0
	for n, e := range all {
		switch {
		case e.Page != nil:
			rows = append(rows, pageRow(out.Pages[pages], s.Start))
			pages++
		case e.Level != nil:
			rows = append(rows, levelRow(*e.Level, s.Start, n == len(all)-1)...)
		case e.Held != nil:
			rows = append(rows, row{e.Held.At, strconv.Itoa(e.Held.Level), "", "nobody yet", e.Held.Targets, e.Held.String()}.cells(s.Start))
		case e.Trigger != nil && len(e.Trigger.Pages) == 0:
			rows = append(rows, triggerRow(*e.Trigger, s.Start))
		case e.Change != nil && telling(*e.Change):
			rows = append(rows, row{at: e.Change.At, why: e.Change.Says}.cells(s.Start))
		}
	}
	return rows
}

// row is a row that is about no page.
type row struct {
	at           time.Time
	level, round string
	who          string
	via          []string
	why          string
}

func (r row) cells(start time.Time) []string {
	return []string{rehearsal.Brief(r.at.Sub(start)), r.level, r.round, r.who, "", "", strings.Join(r.via, " "), r.why}
}

// levelRow tells of a level that pages nobody or needs several answers, and of a climb that ends while
// more is to come.
func levelRow(l rehearsal.Level, start time.Time, last bool) [][]string {
	switch {
	case l.Exhausted && (!last || len(l.Targets) > 0):
		r := row{at: l.At, why: "exhausted: " + l.Why}
		if len(l.Targets) > 0 && len(l.Pages) == 0 {
			r.who, r.via = "nobody", l.Targets
		}
		return [][]string{r.cells(start)}
	case !l.Exhausted && len(l.Pages) == 0:
		return [][]string{row{l.At, strconv.Itoa(l.Level), strconv.Itoa(l.Round), "nobody", l.Targets, l.Why}.cells(start)}
	case l.Need > 1:
		return [][]string{row{at: l.At, level: strconv.Itoa(l.Level), round: strconv.Itoa(l.Round), why: strconv.Itoa(l.Need) + " people must answer"}.cells(start)}
	}
	return nil
}

// triggerRow tells of a trigger that pages nobody; of others their pages tell.
func triggerRow(t rehearsal.Trigger, start time.Time) []string {
	r := row{at: t.At, via: t.Targets, why: fmt.Sprintf("trigger %s at %s: %s", t.On, t.Rule, t.Why)}
	switch {
	case t.Skipped:
		r.why = fmt.Sprintf("trigger %s at %s does nothing: %s", t.On, t.Rule, t.Why)
	case len(t.Targets) > 0:
		r.who = "nobody"
	}
	return r.cells(start)
}

// telling says that a change is part of the chain: another team, another priority, a target that is
// at risk or missed.
func telling(c rehearsal.Change) bool {
	switch c.What {
	case "team", "incident.clock_at_risk", "incident.clock_breached":
		return true
	case "priority":
		return c.Says != "" // not the one that it opens with
	}
	return false
}

func pageRow(page rehearsedPage, start time.Time) []string {
	by := page.Outcome
	if page.Outcome == rehearsal.PageDelivered {
		by = page.By
		if late := page.EndedAt.Sub(page.At); late > 0 {
			by += ", " + rehearsal.Brief(late) + " later"
		}
	}
	who := strings.TrimPrefix(page.To, personPrefix)
	if page.Name != "" && page.Name != who && page.Name != page.To {
		who = page.Name + " (" + who + ")"
	}
	level, round := strconv.Itoa(page.Level), strconv.Itoa(page.Round)
	if page.Level == 0 { // no level asked for it
		level, round = "", ""
	}
	return []string{
		rehearsal.Brief(page.At.Sub(start)), level, round, who, by, page.Local.Format(momentForm), page.Via, page.Why,
	}
}

func ending(out rehearsed, s rehearsal.Story) string {
	switch out.Outcome {
	case endAnswered:
		return fmt.Sprintf("answered by %s after %s", out.Answered, rehearsal.Brief(out.AnsweredAt.Sub(s.Start)))
	case endUnfinished:
		return fmt.Sprintf("still climbing after %s", rehearsal.Brief(horizon))
	}
	for n := len(s.Levels) - 1; n >= 0; n-- {
		if s.Levels[n].Exhausted {
			return fmt.Sprintf("exhausted after %s: %s", rehearsal.Brief(s.Levels[n].At.Sub(s.Start)), s.Levels[n].Why)
		}
	}
	return "nothing more is due"
}
