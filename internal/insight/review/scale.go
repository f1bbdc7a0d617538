package review

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// scale maps the time since opening to a width. Incidents longer than linearSpan are drawn on a
// logarithmic scale, so that the minutes of the escalation stay readable next to days of work.
type scale struct {
	total time.Duration
	width float64
	log   bool
}

// linearSpan is the longest incident on a linear scale.
const linearSpan = 4 * time.Hour

// bend is where the logarithmic scale turns from nearly linear to compressed.
const bend = 2 * time.Minute

func newScale(total time.Duration, width float64) scale {
	return scale{max(total, time.Second), width, total > linearSpan}
}

// x is the position of an instant within the width.
func (s scale) x(since time.Duration) float64 {
	since = min(max(since, 0), s.total)
	if !s.log {
		return s.width * float64(since) / float64(s.total)
	}
	return s.width * math.Log1p(float64(since)/float64(bend)) / math.Log1p(float64(s.total)/float64(bend))
}

// rungs are the possible distances of ticks on a linear scale.
var rungs = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute,
	15 * time.Minute, 30 * time.Minute, time.Hour,
}

// milestones are the ticks of a logarithmic scale.
var milestones = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour,
	day, 3 * day, 7 * day, 30 * day, 90 * day, 365 * day,
}

const day = 24 * time.Hour

// ticks are the times that the axis labels, 0 first; at most nine on a linear scale.
func (s scale) ticks() []time.Duration {
	out := []time.Duration{0}
	if s.log {
		for _, m := range milestones {
			if m <= s.total {
				out = append(out, m)
			}
		}
		return s.apart(out)
	}
	step := rungs[len(rungs)-1]
	for _, r := range rungs {
		if s.total/r <= 8 {
			step = r
			break
		}
	}
	for at := step; at <= s.total; at += step {
		out = append(out, at)
	}
	return out
}

// apart drops ticks whose labels would overlap.
func (s scale) apart(all []time.Duration) []time.Duration {
	const room = 44.0
	out, last := []time.Duration{}, -room
	for _, at := range all {
		if x := s.x(at); x-last >= room {
			out, last = append(out, at), x
		}
	}
	return out
}

// span formats a duration: "45s", "5m", "1h30m", "3d4h".
func span(d time.Duration) string {
	d = d.Round(time.Second)
	if d <= 0 {
		return "0s"
	}
	var b strings.Builder
	for _, unit := range []struct {
		of   time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / unit.of; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + unit.name)
			d %= unit.of
		}
	}
	return b.String()
}
