package clock_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/oncall"
)

var zones = []string{
	"UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia",
	"Africa/Casablanca", "Asia/Kathmandu", "America/Sao_Paulo", "Antarctica/Troll",
}

// drawCalendar makes any calendar with an hour to work in somewhere, often one with windows around
// midnight and around the hours in which clocks change. Its holidays lie around the instants that
// drawInstant makes.
func drawCalendar(t *rapid.T) *clock.Calendar {
	c := &clock.Calendar{ID: "drawn", Location: zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))}
	for range rapid.SampledFrom([]int{0, 1, 2, 4}).Draw(t, "windows") {
		c.Hours = append(c.Hours, drawWindow(t))
	}
	for range rapid.IntRange(0, 8).Draw(t, "holidays") {
		first := time.Date(rapid.IntRange(2009, 2014).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		for n := range rapid.SampledFrom([]int{1, 1, 2, 14}).Draw(t, "in a row") {
			year, month, day := first.AddDate(0, 0, n).Date()
			c.Holidays = append(c.Holidays, oncall.Date{Year: year, Month: month, Day: day})
		}
	}
	slices.SortFunc(c.Holidays, func(a, b oncall.Date) int { return utc(a).Compare(utc(b)) })
	c.Holidays = slices.Compact(c.Holidays)
	return c
}

func utc(d oncall.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func drawWindow(t *rapid.T) oncall.Window {
	minute := rapid.OneOf(rapid.SampledFrom([]int{0, 1, 60, 90, 120, 135, 150, 180, 1439}), rapid.IntRange(0, 1439))
	weekday := rapid.Custom(func(t *rapid.T) time.Weekday { return time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")) })
	return oncall.Window{
		Days: rapid.SliceOfN(weekday, 0, 7).Draw(t, "days"),
		From: minute.Draw(t, "from"), To: minute.Draw(t, "to") + rapid.IntRange(0, 1).Draw(t, "end of day"),
	}
}

// drawInstant is an instant of the years around 2011, when Apia left out a day; often one near a
// change of the clocks, and often a whole minute, as edges are.
func drawInstant(t *rapid.T, loc *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(1_240_000_000, 1_420_000_000).Draw(t, "at"), 0)
	if start, _ := at.In(loc).ZoneBounds(); start.Year() >= 2000 && rapid.Bool().Draw(t, "near a change") {
		at = start.Add(time.Duration(rapid.Int64Range(-5*24*60, 5*24*60).Draw(t, "minutes off")) * time.Minute)
	}
	if rapid.Bool().Draw(t, "to the nanosecond") {
		at = at.Add(time.Duration(rapid.Int64Range(0, 1e9-1).Draw(t, "nanoseconds")))
	}
	return at
}

// drawLength is a length of time: from nothing to four years, whole minutes, hours, days or weeks, or
// a little more.
func drawLength(t *rapid.T, what string) time.Duration {
	unit := rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}).Draw(t, what+" in")
	rest := rapid.SampledFrom([]time.Duration{0, 0, 1, 90 * time.Minute}).Draw(t, what+" and")
	return unit*time.Duration(rapid.IntRange(0, 208).Draw(t, what)) + rest
}

// drawClock makes a clock with pauses that may touch, be empty, or lie before the start, and an
// instant to ask it at, which may lie before, within or after all of them.
func drawClock(t *rapid.T) (clock.Clock, time.Time) {
	c := clock.Clock{Goal: drawLength(t, "goal")}
	loc := time.UTC
	if rapid.IntRange(0, 3).Draw(t, "has a calendar") > 0 {
		c.Calendar = drawCalendar(t)
		loc = c.Calendar.Location
	}
	c.StartedAt = drawInstant(t, loc)
	at := c.StartedAt.Add(-drawLength(t, "before the start"))
	last := rapid.IntRange(0, 5).Draw(t, "pauses") - 1
	for n := range last + 1 {
		from := at.Add(drawLength(t, "running"))
		at = from.Add(drawLength(t, "paused"))
		c.Pauses = append(c.Pauses, clock.Pause{From: from, To: at})
		if n == last && rapid.Bool().Draw(t, "open") {
			c.Pauses[n].To = time.Time{}
		}
	}
	now := c.StartedAt.Add(drawLength(t, "until now") - drawLength(t, "now before the start"))
	if len(c.Pauses) > 0 && rapid.Bool().Draw(t, "now at an edge") {
		now = rapid.SampledFrom(c.Pauses).Draw(t, "pause").From
	}
	return c, now
}
