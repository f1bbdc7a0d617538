package clock

import (
	"fmt"
	"strings"
	"time"
)

// Arithmetic says in one sentence how the time used by now adds up, so that a reader can check it:
//
//	4h10m of 8h used: 5h40m of working time (office) since Mon 09:20 CET, less 1h30m paused in 2 pauses
//
// Durations are whole seconds: the time used and the time paused are rounded down, and the time since the
// start is their sum. So the sentence adds up and never claims a goal as used up too early. Instants are
// in the calendar's zone. It counts pauses that began by now and are not empty, including those outside
// of working time.
func (c Clock) Arithmetic(now time.Time) string {
	if c.StartedAt.IsZero() {
		return fmt.Sprintf("0s of %s used: the clock has not started", short(c.Goal))
	}
	start := c.instant(c.StartedAt, now)
	if now.Before(c.StartedAt) {
		return fmt.Sprintf("0s of %s used: the clock starts %s", short(c.Goal), start)
	}
	elapsed := c.Elapsed(now)
	used := elapsed.Truncate(time.Second)
	paused := (c.Calendar.Working(c.StartedAt, now) - elapsed).Truncate(time.Second)
	return fmt.Sprintf("%s of %s used: %s %s since %s", short(used), short(c.Goal), short(used+paused), c.Calendar.kind(), start) +
		c.pauses(paused, now)
}

// pauses is the end of the sentence; empty if nothing has paused the clock.
func (c Clock) pauses(paused time.Duration, now time.Time) string {
	count := 0
	for _, p := range c.Pauses {
		end := p.To
		if end.IsZero() {
			end = now
		}
		if later(p.From, c.StartedAt).Before(earlier(end, now)) {
			count++
		}
	}
	var text string
	switch count {
	case 0:
	case 1:
		text = fmt.Sprintf(", less %s paused in 1 pause", short(paused))
	default:
		text = fmt.Sprintf(", less %s paused in %d pauses", short(paused), count)
	}
	if since, still := c.pausedSince(now); still {
		text += "; paused since " + c.instant(since, now)
	}
	return text
}

// kind names the time that is counted.
func (c *Calendar) kind() string {
	switch {
	case c == nil:
		return "around the clock"
	case c.ID == "":
		return "of working time"
	}
	return fmt.Sprintf("of working time (%s)", c.ID)
}

// instant formats an instant as briefly as is unambiguous at now: the weekday alone within six days, and
// no seconds if they are zero.
func (c Clock) instant(at, now time.Time) string {
	layout := "Mon 2006-01-02 15:04"
	if now.Sub(at).Abs() < 6*day {
		layout = "Mon 15:04"
	}
	at = c.Calendar.local(at)
	if at.Second() != 0 {
		layout += ":05"
	}
	return at.Format(layout + " MST")
}

// short formats a duration without trailing zero units: 4h10m, 8h, 30s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
