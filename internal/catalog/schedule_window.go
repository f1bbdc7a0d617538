package catalog

import (
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/oncall"
)

// Hints for windows.
const (
	windowHint   = `write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`
	wholeDayHint = `a whole day is from "00:00" to "24:00"`
)

// maxWindows bounds the windows of a layer or calendar: each question about it looks at all of them.
const maxWindows = 100

// readWindows reads the windows of a layer or calendar. None at all is the fault that the caller
// names.
func readWindows(i item, otherwise, none string) []oncall.Window {
	if i.Empty() {
		i.Fault(otherwise+", or "+windowHint, "%s", none)
		return nil
	}
	var all []oncall.Window
	for _, one := range i.ListUpTo(maxWindows, "windows in one list") {
		if !one.Given() {
			one.Wrong("a mapping")
		} else if w, ok := readWindow(one); ok {
			all = append(all, w)
		}
	}
	return all
}

// readWindow reads one window, in words or as a mapping. Days default to all days, from and to default
// to midnight.
func readWindow(i item) (oncall.Window, bool) {
	if i.Kind() == "text" {
		return readWindowWords(i)
	}
	f := fields(i, "window")
	if !i.IsMapping() {
		return oncall.Window{}, false
	}
	w := oncall.Window{From: readTimeOfDay(f["from"], 0), To: readTimeOfDay(f["to"], 24*60)}
	if w.From == 24*60 {
		w.From = 0
		f["from"].Fault(`midnight at the beginning of a day is "00:00"`, `a window cannot begin at "24:00"`)
	}
	if w.From == w.To {
		i.Fault(wholeDayHint, "an empty window: it ends when it begins")
	}
	if days := f["days"]; days.Given() {
		if days.Empty() {
			days.Fault("leave it out for all days", "a window without a day")
		}
		w.Days = readWeekdays(days)
	}
	return w, true
}

func readWeekdays(i item) []time.Weekday {
	var days []time.Weekday
	for _, one := range i.ListOf("a day") {
		word, ok := one.Scalar()
		switch day, found := dayNamed(word); {
		case !ok: // a fault already
		case !found:
			one.Fault("use one of Mon, Tue, Wed, Thu, Fri, Sat, Sun", "%s is not a day of the week", quote(word))
		case !slices.Contains(days, day):
			days = append(days, day)
		}
	}
	return days
}

// readTimeOfDay reads a time of day in minutes after midnight; fallback where there is none or a wrong
// one.
func readTimeOfDay(i item, fallback int) int {
	s, ok := i.Scalar()
	if !ok {
		return fallback
	}
	minutes, sound := clockTime(strings.TrimSpace(s))
	if !sound {
		i.Fault(`write it like "09:00"`, "%s is not a time of day", quote(s))
		return fallback
	}
	return minutes
}

// readHolidays reads dates and sorts them; repeated ones count once.
func readHolidays(i item) []oncall.Date {
	var all []oncall.Date
	seen := map[oncall.Date]bool{}
	for _, one := range i.ListOf("a date") {
		d := readDate(one)
		switch {
		case d == oncall.Date{}:
		case seen[d]:
			one.Warn("remove one of them", "holiday %s is given twice", quote(day(d).Format(time.DateOnly)))
		default:
			seen[d] = true
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b oncall.Date) int { return day(a).Compare(day(b)) })
	return all
}

// readHolidayRule reads what holidays change for a layer of a schedule with that many of them.
func readHolidayRule(i item, holidays int) oncall.HolidayRule {
	s, ok := i.Scalar()
	if !ok || s == "always" {
		return oncall.Always
	}
	rule := oncall.HolidayRule(s)
	if rule != oncall.Only && rule != oncall.Never {
		i.Fault("use one of always, never, only", "%s is not a rule for holidays", quote(s))
		return oncall.Always
	}
	if holidays == 0 {
		i.Warn("add them to the schedule, such as: holidays: [2026-12-25]", "the schedule has no holidays")
	}
	return rule
}
