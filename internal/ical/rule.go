package ical

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// frequency is the period that a rule counts in.
type frequency int

const (
	secondly frequency = iota
	minutely
	hourly
	daily
	weekly
	monthly
	yearly
)

var frequencies = map[string]frequency{
	"SECONDLY": secondly, "MINUTELY": minutely, "HOURLY": hourly, "DAILY": daily,
	"WEEKLY": weekly, "MONTHLY": monthly, "YEARLY": yearly,
}

var weekdays = map[string]int{"SU": 0, "MO": 1, "TU": 2, "WE": 3, "TH": 4, "FR": 5, "SA": 6}

// skipping is what happens to a day that does not exist, such as 30 February (RFC 7529).
type skipping int

const (
	omit     skipping = iota // it is left out
	backward                 // the day before counts
	forward                  // the day after counts
)

var skippings = map[string]skipping{"OMIT": omit, "BACKWARD": backward, "FORWARD": forward}

// nthDay is a weekday; nth is 0 for all of them, 2 for the second and -1 for the last of a month
// or a year.
type nthDay struct{ nth, weekday int }

// rule is a recurrence rule. Its lists are in order and hold nothing twice.
type rule struct {
	frequency frequency
	interval  int64
	count     int     // 0 means no end by count
	until     *moment // nil means no end by time
	weekStart int
	skip      skipping

	seconds, minutes, hours      []int
	days                         []nthDay
	monthDays, yearDays, weekNos []int
	months                       []int
	positions                    []int // BYSETPOS
}

// parseRule reads the value of an RRULE. It refuses what it does not support: a rule that is half
// understood puts the wrong person on call.
func parseRule(text string) (*rule, error) {
	r := &rule{frequency: -1, interval: 1, weekStart: weekdays["MO"]}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(text)), ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if key == "" || strings.HasPrefix(key, "X-") {
			continue
		}
		if seen[key] {
			return nil, fmt.Errorf("the rule has %s twice", shownName(key))
		}
		seen[key] = true
		if err := r.set(key, strings.TrimSpace(value)); err != nil {
			return nil, err
		}
	}
	if r.skip != omit && !seen["RSCALE"] {
		return nil, errors.New("SKIP needs RSCALE")
	}
	return r, r.check()
}

func (r *rule) set(key, value string) (err error) {
	switch key {
	case "FREQ":
		r.frequency, err = named(key, value, frequencies)
	case "INTERVAL":
		var interval int
		interval, err = number(key, value, 1<<31-1)
		r.interval = int64(interval)
	case "COUNT":
		r.count, err = number(key, value, 1<<31-1)
	case "UNTIL":
		var until moment
		until, err = parseMoment(value, nil)
		r.until = &until
	case "WKST":
		r.weekStart, err = named(key, value, weekdays)
	case "RSCALE":
		if value != "GREGORIAN" {
			err = fmt.Errorf("RSCALE=%s is not supported, only GREGORIAN is", shownName(value))
		}
	case "SKIP":
		r.skip, err = named(key, value, skippings)
	case "BYSECOND":
		r.seconds, err = numbers(key, value, 0, 60)
		r.seconds = leapless(r.seconds)
	case "BYMINUTE":
		r.minutes, err = numbers(key, value, 0, 59)
	case "BYHOUR":
		r.hours, err = numbers(key, value, 0, 23)
	case "BYDAY":
		r.days, err = nthDays(value)
	case "BYMONTHDAY":
		r.monthDays, err = numbers(key, value, -31, 31)
	case "BYYEARDAY":
		r.yearDays, err = numbers(key, value, -366, 366)
	case "BYWEEKNO":
		r.weekNos, err = numbers(key, value, -53, 53)
	case "BYMONTH":
		r.months, err = numbers(key, value, 1, 12)
	case "BYSETPOS":
		r.positions, err = numbers(key, value, -366, 366)
	default:
		err = fmt.Errorf("the rule part %s is not known", quoted(key))
	}
	return err
}

// check refuses what RFC 5545 forbids and therefore leaves without a meaning.
func (r *rule) check() error {
	ordinals := slices.ContainsFunc(r.days, func(d nthDay) bool { return d.nth != 0 })
	switch f := r.frequency; {
	case f < 0:
		return errors.New("the rule has no FREQ")
	case len(r.weekNos) > 0 && f != yearly:
		return errors.New("BYWEEKNO needs FREQ=YEARLY")
	case len(r.yearDays) > 0 && (f == daily || f == weekly || f == monthly):
		return errors.New("BYYEARDAY cannot be used with FREQ=DAILY, WEEKLY or MONTHLY")
	case len(r.monthDays) > 0 && f == weekly:
		return errors.New("BYMONTHDAY cannot be used with FREQ=WEEKLY")
	case ordinals && f != monthly && f != yearly:
		return errors.New("BYDAY with a number needs FREQ=MONTHLY or YEARLY")
	case ordinals && len(r.weekNos) > 0:
		return errors.New("BYDAY with a number cannot be used with BYWEEKNO")
	}
	return nil
}

func named[T any](key, value string, names map[string]T) (T, error) {
	found, ok := names[value]
	if !ok {
		return found, fmt.Errorf("%s=%s is not known", key, shownName(value))
	}
	return found, nil
}

func number(key, value string, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("%s=%s is not a number from 1 to %d", key, shownName(value), most)
	}
	return n, nil
}

// numbers reads a list, in order and each number once. Where least is not 0, neither may a number be.
func numbers(key, value string, least, most int) ([]int, error) {
	var all []int
	for text := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < least || n > most || (n == 0 && least != 0) {
			return nil, fmt.Errorf("%s cannot be %s", key, quoted(text))
		}
		all = append(all, n)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

func nthDays(value string) ([]nthDay, error) {
	var all []nthDay
	for text := range strings.SplitSeq(value, ",") {
		text = strings.TrimSpace(text)
		at := max(len(text)-2, 0)
		day, ok := weekdays[text[at:]]
		nth := 0
		if ok && at > 0 {
			var err error
			nth, err = strconv.Atoi(text[:at])
			ok = err == nil && nth != 0 && -53 <= nth && nth <= 53
		}
		if !ok {
			return nil, fmt.Errorf("BYDAY cannot be %s", quoted(text))
		}
		all = append(all, nthDay{nth: nth, weekday: day})
	}
	slices.SortFunc(all, func(a, b nthDay) int { return (a.nth-b.nth)*8 + a.weekday - b.weekday })
	return slices.Compact(all), nil
}

// leapless replaces second 60 by 59, as the standard advises for systems without leap seconds.
func leapless(seconds []int) []int {
	if n := len(seconds); n > 0 && seconds[n-1] == 60 {
		seconds[n-1] = 59
	}
	return slices.Compact(seconds)
}
