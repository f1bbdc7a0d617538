package catalog

import (
	"strings"
	"time"

	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/oncall"
)

// calendar reads working hours and days off. Without hours, all hours are working hours.
func (p *parser) calendar(id string, key, body item) {
	f := fields(body, "calendar")
	c := &clock.Calendar{ID: id, Location: time.UTC, Holidays: readHolidays(f["holidays"])}
	if loc := p.zoneOf(calendar, id, key, f["timezone"]); loc != nil {
		c.Location = loc
	}
	if hours := f["hours"]; hours.Present() {
		c.Hours = readWindows(hours, "leave it out for all hours", "no hours: nobody would ever work")
	}
	p.cat.Rules.Calendars[id] = c
}

// readWindowWords reads "Mon-Fri 09:00-18:00", "Sat,Sun" or "22:00-06:00".
func readWindowWords(i item) (oncall.Window, bool) {
	s, _ := i.Scalar()
	w := oncall.Window{To: 24 * 60}
	words := strings.Fields(s)
	sound := len(words) == 1 || len(words) == 2
	if sound && (len(words) == 2 || !strings.Contains(words[0], ":")) {
		w.Days, sound = daysNamed(words[0])
		words = words[1:]
	}
	if sound && len(words) == 1 {
		from, to, _ := strings.Cut(words[0], "-")
		var begins, ends bool
		w.From, begins = clockTime(from)
		w.To, ends = clockTime(to)
		sound = begins && ends && w.From < 24*60
	}
	switch {
	case !sound:
		i.Fault(windowHint, "%s is not a window", quote(s))
	case w.From == w.To:
		i.Fault(wholeDayHint, "an empty window: it ends when it begins")
	}
	return w, sound
}

// daysNamed reads "Mon", "Mon-Fri" or "Mon,Wed-Fri"; a range may span the end of the week.
func daysNamed(words string) ([]time.Weekday, bool) {
	var days []time.Weekday
	seen := [7]bool{}
	for word := range strings.SplitSeq(words, ",") {
		first, last, isRange := strings.Cut(word, "-")
		from, ok := dayNamed(first)
		if !ok {
			return nil, false
		}
		to := from
		if isRange {
			if to, ok = dayNamed(last); !ok {
				return nil, false
			}
		}
		for day := from; ; day = (day + 1) % 7 {
			if !seen[day] {
				seen[day] = true
				days = append(days, day)
			}
			if day == to {
				break
			}
		}
	}
	return days, true
}
