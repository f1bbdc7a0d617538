package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// checkLevelCanBeEmpty warns of a level that never pages anybody, or pages nobody at some times. It
// warns once for each level, about the first team concerned.
func (p *parser) checkLevelCanBeEmpty(d *policyDraft, n int, of pairing, before []string, found *reached) {
	level, draft := d.Levels[n], &d.levels[n]
	if found.unknown || draft.emptyWarned || len(draft.targets) == 0 {
		return
	}
	hasHolder := slices.Contains(level.Targets, holder)
	hasChat := slices.ContainsFunc(level.Targets, func(t escalation.Target) bool { return t.Kind == escalation.Chat })
	if hasChat || escalation.OnlyMachines(level.Targets) {
		return
	}
	if len(found.levels[n]) == 0 && !hasHolder {
		draft.emptyWarned = true
		draft.targets[0].Warn("page a person, or whoever the team has", "%s pages nobody for team %s", levelName(d.ID, n), quote(of.team))
		return
	}
	onNobody := slices.ContainsFunc(d.Triggers, func(t escalation.Trigger) bool { return t.On == escalation.Nobody })
	if level.Hold != "" || draft.emptyIsMeant || onNobody {
		return
	}
	varies := n > 0 && slices.ContainsFunc(d.Levels[n-1].Targets, changesOverTime)
	first, place := "", item{}
	for i, t := range level.Targets {
		if !t.IsPerson() {
			continue
		}
		why := p.whyEmpty(t, of, before, varies)
		if why == "" {
			return
		}
		if first == "" {
			first, place = why, draft.targets[i]
		}
	}
	draft.emptyWarned = true
	place.Warn("page a chat or somebody who is always there, add hold_until: on_call, or say skip_if_empty: true",
		"%s may page nobody: %s", levelName(d.ID, n), first)
}

// changesOverTime reports whether a target is different people at different times.
func changesOverTime(t escalation.Target) bool {
	return t.Kind == escalation.OnCall || t.Of == escalation.RoundRobin || t.Of == escalation.TeamOnCall
}

// whyEmpty says why a target may be nobody at some time; "" where it always is somebody. Varies is set
// when the level before does not always page the same people.
func (p *parser) whyEmpty(t escalation.Target, of pairing, before []string, varies bool) string {
	switch {
	case t.Kind == escalation.OnCall:
		return p.whyNobodyOnCall(t.ID)
	case t.Of == escalation.TeamOnCall:
		return p.whyNobodyOnCall(p.teams[t.ID].Schedule)
	case t == holder:
		return "nobody may have the incident yet"
	case t.ID == escalation.RoleManager && t.Kind == escalation.RoleKind && t.Of == "" && varies:
		for _, id := range before {
			if len(p.managersOf([]string{id})) == 0 {
				return "manager of " + quote(id) + " is not given"
			}
		}
		return ""
	case len(p.peopleBehind(t, of, before, &reached{})) > 0:
		return ""
	case t.Kind == escalation.Team:
		return fmt.Sprintf("team %s has no members", quote(t.ID))
	}
	return t.String() + " is not given"
}

// whyNobodyOnCall says why a schedule may have nobody on call. It looks at windows, holidays and ends;
// [Catalog.Coverage] looks at the days ahead.
func (p *parser) whyNobodyOnCall(schedule string) string {
	s := p.cat.Rules.Schedules[schedule]
	if s == nil {
		return ""
	}
	if s.Imported != nil {
		return fmt.Sprintf("schedule %s is imported, and its calendar may leave gaps", quote(schedule))
	}
	whole, known := p.alwaysCovered[schedule]
	if !known {
		whole = coversWeek(s, oncall.Never) && (len(s.Holidays) == 0 || coversWeek(s, oncall.Only))
		p.alwaysCovered[schedule] = whole
	}
	if whole {
		return ""
	}
	return fmt.Sprintf("schedule %s has nobody on call at some times", quote(schedule))
}

// coversWeek reports whether the layers that count always, or on the days of a rule, leave out no
// minute of the week. Layers with an end do not count.
func coversWeek(s *oncall.Schedule, days oncall.HolidayRule) bool {
	var windows []weekSpan
	for _, l := range s.Layers {
		switch {
		case l.End != (oncall.Date{}) || l.OnHolidays != oncall.Always && l.OnHolidays != days:
		case len(l.Only) == 0:
			return true
		default:
			for _, w := range l.Only {
				windows = append(windows, weekSpans(w)...)
			}
		}
	}
	slices.SortFunc(windows, func(a, b weekSpan) int { return cmp.Compare(a.from, b.from) })
	end := 0
	for _, w := range windows {
		if w.from > end {
			break
		}
		end = max(end, w.to)
	}
	return end >= minutesPerWeek
}

// weekSpan is a range of minutes after midnight of Sunday.
type weekSpan struct{ from, to int }

const (
	minutesPerDay  = 24 * 60
	minutesPerWeek = 7 * minutesPerDay
)

// weekSpans returns the minutes of the week that a window takes.
func weekSpans(w oncall.Window) []weekSpan {
	length := w.To - w.From
	if length <= 0 {
		length += minutesPerDay
	}
	var all []weekSpan
	for day := time.Sunday; day <= time.Saturday; day++ {
		if len(w.Days) > 0 && !slices.Contains(w.Days, day) {
			continue
		}
		from := int(day)*minutesPerDay + w.From
		all = append(all, weekSpan{from, from + length})
		if over := from + length - minutesPerWeek; over > 0 { // it reaches from Saturday into Sunday
			all = append(all, weekSpan{0, over})
		}
	}
	return all
}
