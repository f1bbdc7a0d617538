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

// pagesOf adds the name and the local time of the target to the pages.
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

// momentForm formats an instant with its weekday and zone.
const momentForm = "Mon 2 Jan 15:04:05 MST"

func (p *policyRehearsal) print(out rehearsed, s rehearsal.Story) {
	severity := out.Severity
	if severity == "" {
		severity = "no severity"
	}
	by := ""
	if p.service == "" {
		by = ", routed by " + clean(out.PlacedBy)
	}
	fmt.Fprintf(p.stdout, "%s%s: team %s, policy %s, %s is %s, at %s\n\n", clean(out.Service), by, clean(out.Team), clean(out.Policy),
		clean(severity), out.Priority, out.At.Format(momentForm+" 2006"))
	table(p.stdout, chain(out, s))
	fmt.Fprintf(p.stdout, "\n%s\n", clean(ending(out, s)))
}

// chain returns a row for each event that matters to whoever writes the policy.
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
		case e.Change != nil && inChain(*e.Change):
			rows = append(rows, row{at: e.Change.At, why: e.Change.Says}.cells(s.Start))
		}
	}
	return rows
}

// row is a row that is not about a page.
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

// levelRow returns a row for a level that pages nobody or needs several acknowledgements, and for an escalation
// that is exhausted before the end of the story.
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
		return [][]string{row{at: l.At, level: strconv.Itoa(l.Level), round: strconv.Itoa(l.Round), why: strconv.Itoa(l.Need) + " people must acknowledge"}.cells(start)}
	}
	return nil
}

// triggerRow returns a row for a trigger that pages nobody. Those that page appear as pages.
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

// inChain reports whether a change is part of the chain: another team, another priority, a goal at risk or
// breached.
func inChain(c rehearsal.Change) bool {
	switch c.What {
	case "team", "incident.clock_at_risk", "incident.clock_breached":
		return true
	case "priority":
		return c.Says != "" // not the initial priority
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
	if page.Level == 0 { // not requested by a level
		level, round = "", ""
	}
	return []string{
		rehearsal.Brief(page.At.Sub(start)), level, round, who, by, page.Local.Format(momentForm), page.Via, page.Why,
	}
}

func ending(out rehearsed, s rehearsal.Story) string {
	switch out.Outcome {
	case endAnswered:
		return fmt.Sprintf("acknowledged by %s after %s", out.Answered, rehearsal.Brief(out.AnsweredAt.Sub(s.Start)))
	case endUnfinished:
		return fmt.Sprintf("still escalating after %s", rehearsal.Brief(horizon))
	}
	for n := len(s.Levels) - 1; n >= 0; n-- {
		if s.Levels[n].Exhausted {
			return fmt.Sprintf("exhausted after %s: %s", rehearsal.Brief(s.Levels[n].At.Sub(s.Start)), s.Levels[n].Why)
		}
	}
	return "nothing more is due"
}
