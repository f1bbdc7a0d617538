package catalog

import (
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/oncall"
)

// Hints for windows: what one looks like, and how all hours of a day are written.
const (
	windowHint   = `write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`
	wholeDayHint = `a whole day is from "00:00" to "24:00"`
)

// maxWindows bounds the windows of a layer or calendar; a question about it looks at all of them.
const maxWindows = 100

// windows reads when a layer is on, or work is done; none is a fault, with the words given.
func (i item) windows(otherwise, none string) []oncall.Window {
	if i.empty() {
		i.fault(otherwise+", or "+windowHint, "%s", none)
		return nil
	}
	var all []oncall.Window
	for _, one := range i.atMost(maxWindows, "windows in one list") {
		if !one.given() {
			one.wrong("a mapping")
		} else if w, ok := one.window(); ok {
			all = append(all, w)
		}
	}
	return all
}

// window reads one window, in words or as a mapping. Days left out are all days, from left out is
// midnight, and so is to.
func (i item) window() (oncall.Window, bool) {
	if i.kind() == "text" {
		return i.windowNamed()
	}
	f := i.fields(keysWindow)
	if i.kind() != "a mapping" {
		return oncall.Window{}, false
	}
	w := oncall.Window{From: f["from"].clock(0), To: f["to"].clock(24 * 60)}
	if w.From == 24*60 {
		w.From = 0
		f["from"].fault(`midnight at the beginning of a day is "00:00"`, `a window cannot begin at "24:00"`)
	}
	if w.From == w.To {
		i.fault(wholeDayHint, "an empty window: it ends when it begins")
	}
	if days := f["days"]; days.given() {
		if days.empty() {
			days.fault("leave it out for all days", "a window without a day")
		}
		w.Days = days.weekdays()
	}
	return w, true
}

func (i item) weekdays() []time.Weekday {
	var days []time.Weekday
	for _, one := range i.list() {
		word, ok := one.scalar()
		if !ok {
			if !one.given() {
				one.wrong("a day")
			}
			continue
		}
		day, found := dayNamed(word)
		if !found {
			one.fault("known here: Mon, Tue, Wed, Thu, Fri, Sat, Sun", "%s is not a day of the week", quote(word))
		} else if !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	return days
}

// clock reads a time of day in minutes after midnight; fallback where there is none or a wrong one.
func (i item) clock(fallback int) int {
	s, ok := i.scalar()
	if !ok {
		return fallback
	}
	minutes, sound := clockTime(strings.TrimSpace(s))
	if !sound {
		i.fault(`write it like "09:00"`, "%s is not a time of day", quote(s))
		return fallback
	}
	return minutes
}

// holidays reads dates into their order; one that stands there twice counts once.
func (i item) holidays() []oncall.Date {
	var all []oncall.Date
	seen := map[oncall.Date]bool{}
	for _, one := range i.list() {
		if !one.given() {
			one.wrong("a date")
			continue
		}
		d := one.date()
		switch {
		case d == oncall.Date{}:
		case seen[d]:
			one.warn("", "holiday %s stands here a second time", quote(day(d).Format(time.DateOnly)))
		default:
			seen[d] = true
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b oncall.Date) int { return day(a).Compare(day(b)) })
	return all
}

// holidayRule reads what holidays change for a layer of a schedule with so many of them.
func (i item) holidayRule(holidays int) oncall.HolidayRule {
	s, ok := i.scalar()
	if !ok || s == "always" {
		return oncall.Always
	}
	rule := oncall.HolidayRule(s)
	if rule != oncall.Only && rule != oncall.Never {
		i.fault("known here: always, never, only", "%s is not a rule for holidays", quote(s))
		return oncall.Always
	}
	if holidays == 0 {
		i.warn("add them to the schedule, such as: holidays: [2026-12-25]", "the schedule has no holidays")
	}
	return rule
}
