package ical_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"
)

// Rules drawn at random give what another library gives, in UTC, where its clocks do no harm.
//
// Left out is what the two read differently on purpose: a yearly BYMONTHDAY without BYMONTH, which is
// the month of the start here and all months there; years of weeks, which begin with week 1 here and
// on 1 January there; BYSETPOS in a week, which counts from the week's beginning here, as the standard
// has it, and in the first week from the start there. Parts of a day are left out because the other
// library takes minutes for some of them.
func TestAgainstReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawRule(t)
		start := time.Date(rapid.IntRange(1990, 2030).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"),
			rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 59).Draw(t, "second"), 0, time.UTC)
		until := start.AddDate(rapid.IntRange(0, 2).Draw(t, "years"), 0, rapid.IntRange(1, 60).Draw(t, "days"))

		option, err := rrule.StrToROption(text)
		require.NoError(t, err, text)
		option.Dtstart, option.Until = start, until
		other, err := rrule.NewRRule(*option)
		require.NoError(t, err, text)
		var want []string
		for _, at := range other.All() {
			want = append(want, at.Format(time.DateTime))
		}
		all := shifts(t, event("DTSTART:"+start.Format("20060102T150405Z"), "RRULE:"+text+";UNTIL="+until.Format("20060102T150405Z")), nil, begin, until.AddDate(0, 0, 1))
		require.Equal(t, want, starts(all, time.DateTime), "%s from %s", text, start)

		// A window gives what lies in it of the whole, however it is reached.
		from := start.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(start))).Draw(t, "from")))
		part := shifts(t, event("DTSTART:"+start.Format("20060102T150405Z"), "RRULE:"+text), nil, from, until)
		var inside []string
		for _, s := range all {
			if !s.Start.Before(from) && s.Start.Before(until) {
				inside = append(inside, s.Start.Format(time.DateTime))
			}
		}
		require.Equal(t, inside, starts(part, time.DateTime), "%s from %s, seen from %s", text, start, from)
	})
}

func drawRule(t *rapid.T) string {
	frequency := rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "freq")
	parts := []string{"FREQ=" + frequency, fmt.Sprint("INTERVAL=", rapid.IntRange(1, 5).Draw(t, "interval"))}
	maybe := func(name string, one *rapid.Generator[string]) bool {
		if !rapid.Bool().Draw(t, name) {
			return false
		}
		parts = append(parts, name+"="+strings.Join(rapid.SliceOfNDistinct(one, 1, 4, rapid.ID[string]).Draw(t, name), ","))
		return true
	}
	number := func(least, most int) *rapid.Generator[string] {
		return rapid.Map(rapid.IntRange(least, most).Filter(func(n int) bool { return n != 0 || least == 0 }), func(n int) string { return fmt.Sprint(n) })
	}
	day := rapid.SampledFrom([]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"})
	parts = append(parts, "WKST="+day.Draw(t, "wkst"))
	months := maybe("BYMONTH", number(1, 12))
	switch {
	case frequency == "MONTHLY" && rapid.Bool().Draw(t, "ordinals"):
		maybe("BYDAY", rapid.Custom(func(t *rapid.T) string { return number(-4, 4).Draw(t, "nth") + day.Draw(t, "day") }))
	case frequency == "YEARLY" && rapid.Bool().Draw(t, "ordinals"):
		most := 52 // the other library panics where there is no such day
		if months {
			most = 4
		}
		maybe("BYDAY", rapid.Custom(func(t *rapid.T) string { return number(-most, most).Draw(t, "nth") + day.Draw(t, "day") }))
	default:
		maybe("BYDAY", day)
	}
	if frequency != "WEEKLY" && (frequency != "YEARLY" || months) {
		maybe("BYMONTHDAY", number(-31, 31))
	}
	if frequency == "YEARLY" || frequency == "HOURLY" {
		maybe("BYYEARDAY", number(-366, 366))
	}
	chosen := maybe("BYHOUR", number(0, 23))
	chosen = maybe("BYMINUTE", number(0, 59)) || chosen
	if chosen && frequency != "WEEKLY" {
		maybe("BYSETPOS", number(-9, 9))
	}
	return strings.Join(parts, ";")
}
