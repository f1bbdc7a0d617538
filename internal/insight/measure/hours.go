package measure

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the same hours of every day, in minutes since midnight, To excluded; they may pass
// midnight. The zero value holds no instant.
type Hours struct{ From, To int }

// Night is from 22:00 to 07:00.
var Night = Hours{22 * 60, 7 * 60}

// Holds reports whether t is within the hours, on the clock of t's own zone.
func (h Hours) Holds(t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	if h.From <= h.To {
		return minute >= h.From && minute < h.To
	}
	return minute >= h.From || minute < h.To
}

// ParseHours reads "22:00-07:00".
func ParseHours(word string) (h Hours, err error) {
	from, to, ok := strings.Cut(word, "-")
	if ok {
		if h.From, err = minutes(from); err == nil {
			h.To, err = minutes(to)
		}
	}
	if !ok || err != nil || h.From == h.To {
		return Hours{}, fmt.Errorf("%q is not a time of day such as 22:00-07:00", word)
	}
	return h, nil
}

func minutes(clock string) (int, error) {
	t, err := time.Parse("15:04", strings.TrimSpace(clock))
	return t.Hour()*60 + t.Minute(), err
}
