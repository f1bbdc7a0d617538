package measure

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Last as the week or month of a [Query] means the newest whole one.
const Last = "last"

// Query names a period in the words of a person, as flags and query parameters do. The zero value is
// all time.
type Query struct {
	Week  string // "2016-W09", or [Last]
	Month string // "2016-03", or [Last]
	// From and To are RFC 3339, or a date with or without a time on the clock of the zone.
	From, To string
}

// QueryError says which field of a [Query] is wrong: "week", "month", "from" or "to".
type QueryError struct {
	Field string
	Err   error
}

func (e QueryError) Error() string { return e.Field + ": " + e.Err.Error() }
func (e QueryError) Unwrap() error { return e.Err }

// Period returns the period in a zone; at is in the week and month that [Last] means. It fails with a
// [QueryError], also for a bound outside the years 1900 to 9000.
func (q Query) Period(at time.Time, zone *time.Location) (p Period, err error) {
	if one, other := q.conflict(); one != "" {
		return p, QueryError{one, fmt.Errorf("cannot be combined with %s", other)}
	}
	field := cmp.Or(q.named(), "from")
	switch {
	case q.Week == Last:
		return WeekOf(at.In(zone)), nil
	case q.Month == Last:
		return MonthOf(at.In(zone)), nil
	case q.Week != "":
		p, err = ParseWeek(q.Week, zone)
	case q.Month != "":
		p, err = ParseMonth(q.Month, zone)
	default:
		if p.From, err = ParseInstant(q.From, zone); err == nil {
			field = "to"
			p.To, err = ParseInstant(q.To, zone)
		}
	}
	if err != nil {
		return Period{}, QueryError{field, err}
	}
	return p, q.check(p)
}

// check refuses a period that JSON cannot hold, or that is empty.
func (q Query) check(p Period) error {
	for _, bound := range []struct {
		field string
		at    time.Time
	}{{cmp.Or(q.named(), "from"), p.From}, {cmp.Or(q.named(), "to"), p.To}} {
		if y := bound.at.Year(); !bound.at.IsZero() && (y < 1900 || y > 9000) {
			return QueryError{bound.field, errors.New("it is outside the years 1900 to 9000")}
		}
	}
	if p.Bounded() && !p.From.Before(p.To) {
		return QueryError{"to", errors.New("it is not after from")}
	}
	return nil
}

// named returns the field that gives both bounds; empty when each bound has its own.
func (q Query) named() string {
	switch {
	case q.Week != "":
		return "week"
	case q.Month != "":
		return "month"
	}
	return ""
}

// conflict returns two fields that are set and exclude each other.
func (q Query) conflict() (one, other string) {
	for _, pair := range []struct {
		one, other string
		both       bool
	}{
		{"month", "week", q.Week != "" && q.Month != ""},
		{"from", "week", q.Week != "" && q.From != ""},
		{"to", "week", q.Week != "" && q.To != ""},
		{"from", "month", q.Month != "" && q.From != ""},
		{"to", "month", q.Month != "" && q.To != ""},
	} {
		if pair.both {
			return pair.one, pair.other
		}
	}
	return "", ""
}

// LastWhole returns an instant in the last whole week or month before now, for [Query.Period].
func (q Query) LastWhole(now time.Time, zone *time.Location) time.Time {
	now = now.In(zone)
	if q.Month == Last {
		return time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, zone)
	}
	return now.AddDate(0, 0, -7)
}

// ParseInstant reads an instant in a zone. An empty word is the zero time.
func ParseInstant(word string, zone *time.Location) (time.Time, error) {
	if word == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(form, word, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not an instant such as 2016-03-01 or 2016-03-01T12:00:00Z", word)
}
