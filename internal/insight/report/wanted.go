package report

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Last is the word for the newest whole week or month.
const Last = "last"

// Wanted names a period in words, as a person or a query does. The zero value is everything there is.
type Wanted struct {
	Week  string // "2016-W09", or [Last]
	Month string // "2016-03", or [Last]
	// From and To are RFC 3339, or a date with or without a time by the clock of the zone.
	From, To string
}

// WordFault says which word of a [Wanted] cannot be understood: "week", "month", "from" or "to".
type WordFault struct {
	Word string
	Err  error
}

func (f WordFault) Error() string { return f.Word + ": " + f.Err.Error() }
func (f WordFault) Unwrap() error { return f.Err }

// Period gives the period in a zone; at lies in the week and month that [Last] means. It fails with a
// [WordFault], also beyond the years 1900 to 9000.
func (w Wanted) Period(at time.Time, zone *time.Location) (p Period, err error) {
	if word, beside := w.clash(); word != "" {
		return p, WordFault{word, fmt.Errorf("it cannot stand beside %s", beside)}
	}
	word := "from"
	switch {
	case w.Week == Last:
		return WeekOf(at.In(zone)), nil
	case w.Month == Last:
		return MonthOf(at.In(zone)), nil
	case w.Week != "":
		word = "week"
		p, err = ParseWeek(w.Week, zone)
	case w.Month != "":
		word = "month"
		p, err = ParseMonth(w.Month, zone)
	default:
		if p.From, err = ParseInstant(w.From, zone); err == nil {
			word = "to"
			p.To, err = ParseInstant(w.To, zone)
		}
	}
	if err != nil {
		return Period{}, WordFault{word, err}
	}
	return p, w.check(p)
}

// check refuses a period that cannot be written down, or holds nothing.
func (w Wanted) check(p Period) error {
	for _, bound := range []struct {
		word string
		at   time.Time
	}{{cmp.Or(w.word(), "from"), p.From}, {cmp.Or(w.word(), "to"), p.To}} {
		if y := bound.at.Year(); !bound.at.IsZero() && (y < 1900 || y > 9000) {
			return WordFault{bound.word, errors.New("it lies beyond the years 1900 to 9000")}
		}
	}
	if p.Bounded() && !p.From.Before(p.To) {
		return WordFault{"to", errors.New("it is not after from")}
	}
	return nil
}

// word is the one that names both bounds; empty where each has its own.
func (w Wanted) word() string {
	switch {
	case w.Week != "":
		return "week"
	case w.Month != "":
		return "month"
	}
	return ""
}

// clash finds two words that say the same in two ways.
func (w Wanted) clash() (word, beside string) {
	for _, one := range []struct {
		word, beside string
		both         bool
	}{
		{"month", "week", w.Week != "" && w.Month != ""},
		{"from", "week", w.Week != "" && w.From != ""},
		{"to", "week", w.Week != "" && w.To != ""},
		{"from", "month", w.Month != "" && w.From != ""},
		{"to", "month", w.Month != "" && w.To != ""},
	} {
		if one.both {
			return one.word, one.beside
		}
	}
	return "", ""
}

// LastWhole gives the instant by which [Wanted.Period] finds the last whole week or month before now.
func (w Wanted) LastWhole(now time.Time, zone *time.Location) time.Time {
	now = now.In(zone)
	if w.Month == Last {
		return time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, zone)
	}
	return now.AddDate(0, 0, -7)
}

// ParseInstant reads an instant in a zone; the zero time for an empty word.
func ParseInstant(word string, zone *time.Location) (time.Time, error) {
	if word == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(form, word, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no instant such as 2016-03-01 or 2016-03-01T12:00:00Z", word)
}

// ParseHours reads "22:00-07:00".
func ParseHours(word string) (h Hours, err error) {
	from, to, ok := strings.Cut(word, "-")
	if ok {
		if h.From, err = minutesOf(from); err == nil {
			h.To, err = minutesOf(to)
		}
	}
	if !ok || err != nil || h.From == h.To {
		return Hours{}, fmt.Errorf("%q is no stretch of the day such as 22:00-07:00", word)
	}
	return h, nil
}

func minutesOf(clock string) (int, error) {
	t, err := time.Parse("15:04", strings.TrimSpace(clock))
	return t.Hour()*60 + t.Minute(), err
}
