package oncall

import (
	"slices"
	"time"
)

// horizon is how many days ahead to look for a window. Windows recur weekly; a day that the zone skips, or
// a window that a zone change removes, costs another week.
const horizon = 22

// windowOpens returns the first instant at or after t in a window; false for never.
func (l *Layer) windowOpens(t time.Time, loc *time.Location) (time.Time, bool) {
	if len(l.Only) == 0 || l.wholeWeek() {
		return t, true
	}
	var best time.Time
	day, last := floor(reading(t, loc), secondsPerDay), int64(0)
	for d := day - 2; d <= day+horizon; d++ {
		if !best.IsZero() && d > last+1 { // a gap may push a window into the next day, no further
			break
		}
		for _, w := range l.Only {
			from, to, ok := w.on(d, loc)
			switch {
			case !ok || !to.After(t):
			case !from.After(t):
				return t, true
			case best.IsZero() || from.Before(best):
				best, last = from, d
			}
		}
	}
	return best, !best.IsZero()
}

// windowCloses returns the end of the windows around t, with adjacent and overlapping ones joined; false
// for never.
func (l *Layer) windowCloses(t time.Time, loc *time.Location) (time.Time, bool) {
	if len(l.Only) == 0 || l.wholeWeek() {
		return time.Time{}, false
	}
	end := t
	for grown := true; grown; { // some minute of the week is in no window, so this ends
		grown = false
		day := floor(reading(end, loc), secondsPerDay)
		for d := day - 2; d <= day+1; d++ {
			for _, w := range l.Only {
				if from, to, ok := w.on(d, loc); ok && !from.After(end) && to.After(end) {
					end, grown = to, true
				}
			}
		}
	}
	return end, true
}

// on returns the window that starts on a day; false for none.
func (w *Window) on(day int64, loc *time.Location) (from, to time.Time, ok bool) {
	if !w.begins(time.Weekday(weekday(day))) || !exists(day, loc) {
		return from, to, false
	}
	from, to = clock(day, w.From, loc), clock(day, w.From+w.length(), loc)
	return from, to, from.Before(to)
}

func (w *Window) begins(day time.Weekday) bool {
	return len(w.Days) == 0 || slices.Contains(w.Days, day)
}

// length is the window's length in minutes of wall time.
func (w *Window) length() int {
	if w.To > w.From {
		return w.To - w.From
	}
	return w.To - w.From + minutesPerDay
}

// wholeWeek reports whether the windows cover every minute of the week, and so restrict nothing.
func (l *Layer) wholeWeek() bool {
	for covered := 0; covered < 7*minutesPerDay; {
		end := covered
		for i := range l.Only {
			end = max(end, l.Only[i].reach(covered))
		}
		if end == covered {
			return false
		}
		covered = end
	}
	return true
}

// reach returns the end of the window around a minute of the week; 0 for none.
func (w *Window) reach(minute int) int {
	const week = 7 * minutesPerDay
	far := 0
	for day := time.Sunday; day <= time.Saturday; day++ {
		if !w.begins(day) {
			continue
		}
		from := int(day)*minutesPerDay + w.From
		for _, at := range []int{from, from - week} { // Saturday's may reach into Sunday
			if at <= minute && minute < at+w.length() {
				far = max(far, at+w.length())
			}
		}
	}
	return far
}
