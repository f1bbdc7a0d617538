package ical

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a DATE or DATE-TIME as it was written.
type moment struct {
	wall int64 // seconds as if the wall clock were UTC; midnight for a date
	date bool  // without a time; the zone is then nil
	zone *time.Location
}

// day is the number of its civil day.
func (m moment) day() int64 { return floor(m.wall, secondsPerDay) }

// in returns the instant; a date, or a time without zone, is one of the given zone.
func (m moment) in(zone *time.Location) time.Time {
	if m.zone != nil {
		zone = m.zone
	}
	return place(m.wall, zone)
}

// parseMoment reads 20260131, 20260131T090000 or 20260131T090000Z. The form decides, whatever VALUE
// says: many calendars write dates without saying so. The zone is for a time without Z.
func parseMoment(text string, zone *time.Location) (moment, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	digits, utc := strings.CutSuffix(text, "Z")
	day, clock, timed := strings.Cut(digits, "T")
	wall, err := parseDay(day)
	if err != nil || (utc && !timed) {
		return moment{}, fmt.Errorf("%s is not a date or time", quoted(text))
	}
	if !timed {
		return moment{wall: wall, date: true}, nil
	}
	seconds, err := parseClock(clock)
	if err != nil {
		return moment{}, fmt.Errorf("%s is not a date or time", quoted(text))
	}
	if utc {
		zone = time.UTC
	}
	return moment{wall: wall + seconds, zone: zone}, nil
}

var errForm = errors.New("not in this form")

func parseDay(text string) (int64, error) {
	if len(text) != 8 {
		return 0, errForm
	}
	t, err := time.Parse("20060102", text)
	if err != nil || t.Year() < 1 {
		return 0, errForm
	}
	return t.Unix(), nil
}

// parseClock reads 090000. A leap second counts as the one before, as the standard advises.
func parseClock(text string) (int64, error) {
	if len(text) != 6 {
		return 0, errForm
	}
	number, err := strconv.ParseUint(text, 10, 32)
	hour, minute, second := number/10000, number/100%100, number%100
	if err != nil || hour > 23 || minute > 59 || second > 60 {
		return 0, errForm
	}
	return int64(hour*secondsPerHour + minute*60 + min(second, 59)), nil
}

// length is how long an occurrence lasts: seconds on the wall clock first, exact seconds after.
type length struct{ wall, exact int64 }

// end of an occurrence that begins at start, where the wall clock of zone shows wall.
func (l length) end(wall int64, start time.Time, zone *time.Location) time.Time {
	end := start
	if l.wall != 0 {
		end = place(wall+l.wall, zone)
		if !end.After(start) { // the start was moved over a gap, and the end was not
			end = start.Add(time.Duration(l.wall) * time.Second)
		}
	}
	return end.Add(time.Duration(l.exact) * time.Second)
}

// maxLength keeps sums of lengths from overflowing: 100 years.
const maxLength = 100 * 366 * secondsPerDay

// parseDuration reads P7W, P1DT12H30M, PT15M. Days and weeks are time on the wall clock.
func parseDuration(text string) (length, error) {
	fault := fmt.Errorf("%s is not a duration", quoted(text))
	rest := strings.ToUpper(strings.TrimSpace(text))
	if strings.HasPrefix(rest, "-") {
		return length{}, fmt.Errorf("the duration %s is negative", quoted(text))
	}
	rest, ok := strings.CutPrefix(strings.TrimPrefix(rest, "+"), "P")
	if !ok || rest == "" {
		return length{}, fault
	}
	days, clock, _ := strings.Cut(rest, "T")
	wall, err := sumUnits(days, map[byte]int64{'W': 7 * secondsPerDay, 'D': secondsPerDay})
	exact, err2 := sumUnits(clock, map[byte]int64{'H': secondsPerHour, 'M': 60, 'S': 1})
	if err != nil || err2 != nil {
		return length{}, fault
	}
	return length{wall: wall, exact: exact}, nil
}

// sumUnits reads numbers that are each followed by their unit.
func sumUnits(text string, units map[byte]int64) (int64, error) {
	sum := int64(0)
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
		if end <= 0 {
			return 0, errForm
		}
		number, err := strconv.ParseInt(text[:end], 10, 32)
		unit, ok := units[text[end]]
		if err != nil || !ok {
			return 0, errForm
		}
		if sum += number * unit; sum > maxLength {
			return 0, errForm
		}
		text = text[end+1:]
	}
	return sum, nil
}
