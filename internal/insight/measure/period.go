package measure

import (
	"fmt"
	"time"
)

// Period is the time from From up to, but not including, To. A zero bound means no bound.
type Period struct {
	Name string    `json:"name,omitempty"` // of a week or a month: "2016-W09", "2016-03"
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Holds reports whether t is in the period.
func (p Period) Holds(t time.Time) bool {
	return (p.From.IsZero() || !t.Before(p.From)) && (p.To.IsZero() || t.Before(p.To))
}

// Bounded reports whether the period has both bounds.
func (p Period) Bounded() bool { return !p.From.IsZero() && !p.To.IsZero() }

// Previous returns the period of the same kind before it: the week before a week, the month before a
// month, otherwise one of the same length. ok is false for a period that is not bounded.
func (p Period) Previous() (previous Period, ok bool) {
	if !p.Bounded() {
		return Period{}, false
	}
	last := p.From.Add(-time.Nanosecond)
	switch p.Name {
	case "":
	case WeekOf(p.From).Name:
		return WeekOf(last), true
	case MonthOf(p.From).Name:
		return MonthOf(last), true
	}
	return Period{From: p.From.Add(-p.To.Sub(p.From)), To: p.From}, true
}

// WeekOf returns the ISO week, Monday to Sunday, that holds t in t's own zone.
func WeekOf(t time.Time) Period {
	sinceMonday := (int(t.Weekday()) + 6) % 7
	monday := time.Date(t.Year(), t.Month(), t.Day()-sinceMonday, 0, 0, 0, 0, t.Location())
	year, week := monday.ISOWeek()
	return Period{Name: fmt.Sprintf("%04d-W%02d", year, week), From: monday, To: monday.AddDate(0, 0, 7)}
}

// MonthOf returns the month that holds t in t's own zone.
func MonthOf(t time.Time) Period {
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
	return Period{Name: first.Format("2006-01"), From: first, To: first.AddDate(0, 1, 0)}
}

// ParseWeek reads "2016-W09" in a zone.
func ParseWeek(word string, zone *time.Location) (Period, error) {
	var year, week int
	if n, err := fmt.Sscanf(word, "%4d-W%2d", &year, &week); n == 2 && err == nil {
		// The fourth of January is always in the first week of its year.
		p := WeekOf(time.Date(year, 1, 4+7*(week-1), 0, 0, 0, 0, zone))
		if p.Name == word {
			return p, nil
		}
	}
	return Period{}, fmt.Errorf("%q is not a week such as 2016-W09", word)
}

// ParseMonth reads "2016-03" in a zone.
func ParseMonth(word string, zone *time.Location) (Period, error) {
	t, err := time.ParseInLocation("2006-01", word, zone)
	if err != nil {
		return Period{}, fmt.Errorf("%q is not a month such as 2016-03", word)
	}
	return MonthOf(t), nil
}
