package oncall_test

import (
	"cmp"
	"slices"
	"time"

	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/oncall"
)

// drawSchedule makes any schedule at all, often one of hand-offs and windows around midnight and
// around the hours in which clocks change.
func drawSchedule(t *rapid.T) *oncall.Schedule {
	s := &oncall.Schedule{Location: zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))}
	for range rapid.IntRange(0, 3).Draw(t, "layers") {
		s.Layers = append(s.Layers, drawLayer(t))
	}
	for range rapid.IntRange(0, 12).Draw(t, "holidays") {
		first := drawDate(t, 1969, 2030)
		for range rapid.IntRange(1, 3).Draw(t, "in a row") {
			s.Holidays = append(s.Holidays, first)
			first = next(first, 1)
		}
	}
	slices.SortFunc(s.Holidays, compareDates)
	s.Holidays = slices.Compact(s.Holidays)
	return s
}

func drawLayer(t *rapid.T) oncall.Layer {
	person := rapid.SampledFrom([]string{"ana", "bo", "cleo", "dee"})
	l := oncall.Layer{
		Rotation: rapid.SampledFrom([]oncall.Rotation{oncall.Hourly, oncall.Daily, oncall.Weekly, oncall.Monthly}).Draw(t, "rotation"),
		Every:    rapid.IntRange(0, 15).Draw(t, "every"),
		Weekday:  time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")),
		Hour:     rapid.IntRange(0, 23).Draw(t, "hour"),
		Minute:   rapid.SampledFrom([]int{0, 1, 15, 30, 59}).Draw(t, "minute"),
		MonthDay: rapid.IntRange(0, 31).Draw(t, "day of the month"),
		Start:    drawDate(t, 1968, 2030),
		People:   rapid.SliceOfN(person, 1, 4).Draw(t, "people"),
		OnHolidays: rapid.SampledFrom([]oncall.HolidayRule{
			oncall.Always, oncall.Always, oncall.Never, oncall.Only,
		}).Draw(t, "on holidays"),
	}
	if rapid.IntRange(0, 3).Draw(t, "has an end") == 0 {
		l.End = next(l.Start, rapid.IntRange(0, 3000).Draw(t, "days until the end"))
	}
	if rapid.Bool().Draw(t, "in crews") {
		l.Crews = rapid.SliceOfN(rapid.SliceOfNDistinct(person, 1, 3, rapid.ID), 1, 3).Draw(t, "crews")
	}
	for range rapid.SampledFrom([]int{0, 0, 1, 2, 4}).Draw(t, "windows") {
		l.Only = append(l.Only, drawWindow(t))
	}
	return l
}

func drawWindow(t *rapid.T) oncall.Window {
	minute := rapid.OneOf(rapid.SampledFrom([]int{0, 1, 60, 90, 120, 135, 150, 180, 1439}), rapid.IntRange(0, 1439))
	return oncall.Window{
		Days: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Weekday { return time.Weekday(rapid.IntRange(0, 6).Draw(t, "day")) }), 0, 7).Draw(t, "days"),
		From: minute.Draw(t, "from"), To: minute.Draw(t, "to") + rapid.IntRange(0, 1).Draw(t, "end of day"),
	}
}

func drawDate(t *rapid.T, first, last int) oncall.Date {
	return oncall.Date{Year: rapid.IntRange(first, last).Draw(t, "year"), Month: time.Month(rapid.IntRange(1, 12).Draw(t, "month")), Day: rapid.IntRange(1, 28).Draw(t, "day")}
}

// drawInstant is any instant, often one within two days of a change of the zone's offset.
func drawInstant(t *rapid.T, loc *time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(-50_000_000, 2_600_000_000).Draw(t, "at"), 0)
	if start, _ := at.In(loc).ZoneBounds(); !start.IsZero() && rapid.Bool().Draw(t, "near a change") {
		return start.Add(time.Duration(rapid.Int64Range(-48*3600, 48*3600).Draw(t, "seconds off")) * time.Second)
	}
	return at
}

func next(d oncall.Date, days int) oncall.Date {
	return date(time.Date(d.Year, d.Month, d.Day+days, 0, 0, 0, 0, time.UTC))
}

func compareDates(a, b oncall.Date) int {
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}
