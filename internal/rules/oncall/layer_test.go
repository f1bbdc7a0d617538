package oncall_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/oncall"
)

var workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

// on makes a layer of one person who is on all the time, but for what change does to it.
func on(person string, change ...func(*oncall.Layer)) oncall.Layer {
	l := weekly(time.Monday, 0, 0, oncall.Date{Year: 2008, Month: 2, Day: 4}, person)
	for _, c := range change {
		c(&l)
	}
	return l
}

func only(windows ...oncall.Window) func(*oncall.Layer) {
	return func(l *oncall.Layer) { l.Only = windows }
}

func window(from, to int, days ...time.Weekday) oncall.Window {
	return oncall.Window{Days: days, From: from, To: to}
}

func holidays(rule oncall.HolidayRule) func(*oncall.Layer) {
	return func(l *oncall.Layer) { l.OnHolidays = rule }
}

func turns(rotation oncall.Rotation, every, hour, minute, monthDay int, start, end oncall.Date) oncall.Layer {
	return oncall.Layer{
		Rotation: rotation, Every: every, Hour: hour, Minute: minute, MonthDay: monthDay, Start: start, End: end,
		People: []string{"ana", "bo", "cleo"},
	}
}

// shown writes shifts as "ana 09:00": who, and from when in wall time with the offset.
func shown(shifts []oncall.Shift) []string {
	var all []string
	for _, one := range shifts {
		who := "nobody"
		for i, p := range one.People {
			if i == 0 {
				who = p
			} else {
				who += "+" + p
			}
		}
		all = append(all, who+" "+strings.TrimSuffix(one.From.Format("Jan02 15:04 -0700"), "00"))
	}
	return all
}

func TestShifts(t *testing.T) {
	d := func(month time.Month, day int) oncall.Date { return oncall.Date{Year: 2026, Month: month, Day: day} }
	never := oncall.Date{}
	nine, five, ten, six := 9*60, 17*60, 22*60, 6*60
	crew := on("ana")
	crew.People, crew.Crews = []string{"ana", "bo", "cleo"}, [][]string{{"ana", "bo"}, {"cleo"}}
	tests := []struct {
		name, zone, from, to string
		layers               []oncall.Layer
		holidays             []oncall.Date
		want                 []string
	}{
		{
			"every 12 hours keeps to the wall clock", "Europe/Madrid", "2026-03-28T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
			[]oncall.Layer{turns(oncall.Hourly, 12, 8, 0, 0, d(3, 27), never)},
			nil,
			[]string{"bo Mar28 00:00 +01", "cleo Mar28 08:00 +01", "ana Mar28 20:00 +01", "bo Mar29 08:00 +02", "cleo Mar29 20:00 +02"},
		},
		{
			"every hour, forward: the hour that is left out has no length", "Europe/Madrid", "2026-03-29T01:00:00+01:00", "2026-03-29T05:00:00+02:00",
			[]oncall.Layer{turns(oncall.Hourly, 0, 0, 0, 0, d(3, 29), never)},
			nil,
			[]string{"bo Mar29 01:00 +01", "ana Mar29 03:00 +02", "bo Mar29 04:00 +02"},
		},
		{
			"every hour, back: the hour that comes twice is one turn", "Europe/Madrid", "2026-10-25T01:00:00+02:00", "2026-10-25T04:00:00+01:00",
			[]oncall.Layer{turns(oncall.Hourly, 0, 0, 0, 0, d(10, 25), never)},
			nil,
			[]string{"bo Oct25 01:00 +02", "cleo Oct25 02:00 +02", "ana Oct25 03:00 +01"},
		},
		{
			"every hour over a gap of two: two turns have no length", "Antarctica/Troll", "2026-03-29T00:30:00Z", "2026-03-29T05:00:00+02:00",
			[]oncall.Layer{turns(oncall.Hourly, 0, 0, 30, 0, d(3, 29), never)},
			nil,
			[]string{"ana Mar29 00:30 +00", "ana Mar29 03:30 +02", "bo Mar29 04:30 +02"},
		},
		{
			"every hour over a day that was left out", "Pacific/Apia", "2011-12-29T22:00:00-10:00", "2011-12-31T02:00:00+14:00",
			[]oncall.Layer{turns(oncall.Hourly, 0, 0, 30, 0, oncall.Date{Year: 2011, Month: 12, Day: 29}, never)},
			nil,
			[]string{"ana Dec29 22:00 -10", "bo Dec29 22:30 -10", "cleo Dec29 23:30 -10", "ana Dec31 00:30 +14", "bo Dec31 01:30 +14"},
		},
		{
			"every third day", "UTC", "2026-01-05T00:00:00Z", "2026-01-13T00:00:00Z",
			[]oncall.Layer{turns(oncall.Daily, 3, 9, 0, 0, d(1, 5), never)},
			nil,
			[]string{"nobody Jan05 00:00 +00", "ana Jan05 09:00 +00", "bo Jan08 09:00 +00", "cleo Jan11 09:00 +00"},
		},
		{
			"monthly on the last day", "Asia/Kathmandu", "2026-01-30T00:00:00+05:45", "2026-05-01T00:00:00+05:45",
			[]oncall.Layer{turns(oncall.Monthly, 0, 9, 0, 31, d(1, 1), never)},
			nil,
			[]string{"nobody Jan30 00:00 +0545", "ana Jan31 09:00 +0545", "bo Feb28 09:00 +0545", "cleo Mar31 09:00 +0545", "ana Apr30 09:00 +0545"},
		},
		{
			"monthly from the month after the start", "UTC", "2026-01-20T00:00:00Z", "2026-05-01T00:00:00Z",
			[]oncall.Layer{turns(oncall.Monthly, 2, 0, 0, 15, d(1, 16), never)},
			nil,
			[]string{"nobody Jan20 00:00 +00", "ana Feb15 00:00 +00", "bo Apr15 00:00 +00"},
		},
		{
			"monthly over the years", "UTC", "2400-02-28T00:00:00Z", "2400-03-01T00:00:00Z",
			[]oncall.Layer{turns(oncall.Monthly, 0, 0, 0, 30, d(1, 1), never)},
			nil,
			[]string{"ana Feb28 00:00 +00", "bo Feb29 00:00 +00"},
		},
		{
			"an end, and the layer below", "UTC", "2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z",
			[]oncall.Layer{on("dee"), turns(oncall.Daily, 0, 9, 0, 0, d(1, 5), d(1, 7))},
			nil,
			[]string{"dee Jan05 00:00 +00", "ana Jan05 09:00 +00", "bo Jan06 09:00 +00", "dee Jan07 09:00 +00"},
		},
		{
			"over before its first hand-off", "UTC", "2026-01-05T00:00:00Z", "2026-01-20T00:00:00Z",
			[]oncall.Layer{{Rotation: oncall.Weekly, Weekday: time.Sunday, Start: d(1, 5), End: d(1, 7), People: []string{"ana"}}},
			nil,
			[]string{"nobody Jan05 00:00 +00"},
		},
		{
			"several at once", "UTC", "2026-01-05T00:00:00Z", "2026-01-13T00:00:00Z",
			[]oncall.Layer{crew},
			nil,
			[]string{"cleo Jan05 00:00 +00", "ana+bo Jan12 00:00 +00"},
		},
		{
			"office hours over somebody who fills in", "Europe/Madrid", "2026-01-09T12:00:00+01:00", "2026-01-12T12:00:00+01:00",
			[]oncall.Layer{on("bo"), on("ana", only(window(nine, five, workdays...)))},
			nil,
			[]string{"ana Jan09 12:00 +01", "bo Jan09 17:00 +01", "bo Jan12 00:00 +01", "ana Jan12 09:00 +01"},
		},
		{
			"over midnight belongs to the day it begins on", "America/New_York", "2026-01-05T00:00:00-05:00", "2026-01-08T00:00:00-05:00",
			[]oncall.Layer{on("ana", only(window(ten, six, time.Monday)))},
			nil,
			[]string{"nobody Jan05 00:00 -05", "ana Jan05 22:00 -05", "nobody Jan06 06:00 -05"},
		},
		{
			"windows that meet are one", "UTC", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z",
			[]oncall.Layer{on("ana", only(window(0, nine), window(nine, five), window(five-60, ten)))},
			nil,
			[]string{"ana Jan05 00:00 +00", "nobody Jan05 22:00 +00"},
		},
		{
			"windows of the whole week restrict nothing", "UTC", "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z",
			[]oncall.Layer{on("ana", only(window(0, five), window(five, 0, workdays...), window(five-1, 1440, time.Saturday, time.Sunday)))},
			nil,
			[]string{"ana Jan05 00:00 +00"},
		},
		{
			"from nine to nine", "UTC", "2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z",
			[]oncall.Layer{on("ana", only(window(nine, nine, time.Monday)))},
			nil,
			[]string{"nobody Jan05 00:00 +00", "ana Jan05 09:00 +00", "nobody Jan06 09:00 +00"},
		},
		{
			"Madrid forward: office hours are wall time", "Europe/Madrid", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
			[]oncall.Layer{on("ana", only(window(nine, five)))},
			nil,
			[]string{"nobody Mar29 00:00 +01", "ana Mar29 09:00 +02", "nobody Mar29 17:00 +02"},
		},
		{
			"Madrid forward: a window that begins in the gap", "Europe/Madrid", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00",
			[]oncall.Layer{on("ana", only(window(150, five)))},
			nil,
			[]string{"nobody Mar29 00:00 +01", "ana Mar29 03:30 +02", "nobody Mar29 17:00 +02"},
		},
		{
			"Madrid forward: a window that the gap swallows", "Europe/Madrid", "2026-03-29T00:00:00+01:00", "2026-03-30T02:45:00+02:00",
			[]oncall.Layer{on("ana", only(window(150, 195)))},
			nil,
			[]string{"nobody Mar29 00:00 +01", "ana Mar30 02:30 +02"},
		},
		{
			"Madrid back: the first of both times", "Europe/Madrid", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00",
			[]oncall.Layer{on("ana", only(window(60, 150)))},
			nil,
			[]string{"nobody Oct25 00:00 +02", "ana Oct25 01:00 +02", "nobody Oct25 02:30 +02"},
		},
		{
			"New York forward: a night has an hour less", "America/New_York", "2026-03-07T22:00:00-05:00", "2026-03-08T07:00:00-04:00",
			[]oncall.Layer{on("ana", only(window(ten, six)))},
			nil,
			[]string{"ana Mar07 22:00 -05", "nobody Mar08 06:00 -04"},
		},
		{
			"New York back: a night has an hour more", "America/New_York", "2026-10-31T22:00:00-04:00", "2026-11-01T07:00:00-05:00",
			[]oncall.Layer{on("ana", only(window(ten, six)))},
			nil,
			[]string{"ana Oct31 22:00 -04", "nobody Nov01 06:00 -05"},
		},
		{
			"Lord Howe forward by half an hour", "Australia/Lord_Howe", "2026-10-04T00:00:00+10:30", "2026-10-05T00:00:00+11:00",
			[]oncall.Layer{on("ana", only(window(135, nine)))},
			nil,
			[]string{"nobody Oct04 00:00 +1030", "ana Oct04 02:45 +11", "nobody Oct04 09:00 +11"},
		},
		{
			"Lord Howe back by half an hour", "Australia/Lord_Howe", "2026-04-05T00:00:00+11:00", "2026-04-06T00:00:00+10:30",
			[]oncall.Layer{on("ana", only(window(nine, five), window(60, 105)))},
			nil,
			[]string{"nobody Apr05 00:00 +11", "ana Apr05 01:00 +11", "nobody Apr05 01:45 +11", "ana Apr05 09:00 +1030", "nobody Apr05 17:00 +1030"},
		},
		{
			"Kathmandu, when its offset grew by a quarter of an hour", "Asia/Kathmandu", "1985-12-31T18:00:00Z", "1986-01-01T06:15:00Z",
			[]oncall.Layer{{Rotation: oncall.Daily, Start: oncall.Date{Year: 1980, Month: 1, Day: 1}, People: []string{"ana"}, Only: []oncall.Window{window(5, nine)}}},
			nil,
			[]string{"nobody Dec31 23:30 +0530", "ana Jan01 00:20 +0545", "nobody Jan01 09:00 +0545"},
		},
		{
			"Apia: the Friday that was left out has no window", "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2012-01-01T00:00:00+14:00",
			[]oncall.Layer{on("ana", only(window(nine, five, time.Friday)))},
			nil,
			[]string{"nobody Dec29 12:00 -10"},
		},
		{
			"Apia: a night into the day that was left out", "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00",
			[]oncall.Layer{on("ana", only(window(ten, six, time.Thursday)))},
			nil,
			[]string{"nobody Dec29 12:00 -10", "ana Dec29 22:00 -10", "nobody Dec31 06:00 +14"},
		},
		{
			"never on holidays, and the ones who take them", "Europe/Madrid", "2026-12-24T12:00:00+01:00", "2026-12-28T12:00:00+01:00",
			[]oncall.Layer{on("ana", holidays(oncall.Never), only(window(nine, five))), on("bo", holidays(oncall.Only), only(window(nine, ten)))},
			[]oncall.Date{d(1, 1), d(12, 25), d(12, 26)},
			[]string{"ana Dec24 12:00 +01", "nobody Dec24 17:00 +01", "bo Dec25 09:00 +01", "nobody Dec25 22:00 +01", "bo Dec26 09:00 +01", "nobody Dec26 22:00 +01", "ana Dec27 09:00 +01", "nobody Dec27 17:00 +01", "ana Dec28 09:00 +01"},
		},
		{
			"a night ends where a holiday begins", "UTC", "2026-12-24T12:00:00Z", "2026-12-27T00:00:00Z",
			[]oncall.Layer{on("ana", holidays(oncall.Never), only(window(ten, six)))},
			[]oncall.Date{d(12, 25)},
			[]string{"nobody Dec24 12:00 +00", "ana Dec24 22:00 +00", "nobody Dec25 00:00 +00", "ana Dec26 00:00 +00", "nobody Dec26 06:00 +00", "ana Dec26 22:00 +00"},
		},
		{
			"a holiday in the week of daylight saving has its own hours", "Europe/Madrid", "2026-03-28T12:00:00+01:00", "2026-03-31T00:00:00+02:00",
			[]oncall.Layer{on("ana"), on("bo", holidays(oncall.Only))},
			[]oncall.Date{d(3, 29)},
			[]string{"ana Mar28 12:00 +01", "bo Mar29 00:00 +01", "ana Mar30 00:00 +02"},
		},
		{
			"holidays that follow each other are one", "UTC", "2026-12-24T00:00:00Z", "2026-12-28T00:00:00Z",
			[]oncall.Layer{on("ana"), on("bo", holidays(oncall.Only))},
			[]oncall.Date{d(12, 25), d(12, 26)},
			[]string{"ana Dec24 00:00 +00", "bo Dec25 00:00 +00", "ana Dec27 00:00 +00"},
		},
		{
			"a holiday whose midnight comes twice begins with the first", "America/St_Johns", "2010-11-06T23:00:00-02:30", "2010-11-08T12:00:00-03:30",
			[]oncall.Layer{on("ana", holidays(oncall.Only))},
			[]oncall.Date{{Year: 2010, Month: 11, Day: 7}},
			[]string{"nobody Nov06 23:00 -0230", "ana Nov07 00:00 -0230", "nobody Nov08 00:00 -0330"},
		},
		{
			"and one whose eve comes twice is over at the first midnight", "America/St_Johns", "2010-11-06T12:00:00-02:30", "2010-11-08T12:00:00-03:30",
			[]oncall.Layer{on("ana", holidays(oncall.Only))},
			[]oncall.Date{{Year: 2010, Month: 11, Day: 6}},
			[]string{"ana Nov06 12:00 -0230", "nobody Nov07 00:00 -0230"},
		},
		{
			"asked when the eve comes for the second time", "America/St_Johns", "2010-11-06T23:30:00-03:30", "2010-11-08T12:00:00-03:30",
			[]oncall.Layer{on("bo", holidays(oncall.Never)), on("ana", holidays(oncall.Only))},
			[]oncall.Date{{Year: 2010, Month: 11, Day: 6}},
			[]string{"bo Nov06 23:30 -0330", "bo Nov08 00:00 -0330"},
		},
		{
			"a window that a gap pushes behind one of the next day", "Asia/Dhaka", "2009-06-19T22:00:00+06:00", "2009-06-20T12:00:00+07:00",
			[]oncall.Layer{on("ana", only(window(23*60+30, 23*60+45, time.Friday), window(15, 20, time.Saturday)))},
			nil,
			[]string{"nobody Jun19 22:00 +06", "ana Jun20 00:15 +07", "nobody Jun20 00:20 +07", "ana Jun20 00:30 +07", "nobody Jun20 00:45 +07"},
		},
		{
			"no holiday ahead", "UTC", "2026-12-24T12:00:00Z", "2026-12-27T00:00:00Z",
			[]oncall.Layer{on("ana", holidays(oncall.Only))},
			[]oncall.Date{d(1, 1)},
			[]string{"nobody Dec24 12:00 +00"},
		},
		{
			"a holiday that the zone left out", "Pacific/Apia", "2011-12-29T12:00:00-10:00", "2012-01-01T00:00:00+14:00",
			[]oncall.Layer{on("ana", holidays(oncall.Only))},
			[]oncall.Date{{Year: 2011, Month: 12, Day: 30}},
			[]string{"nobody Dec29 12:00 -10"},
		},
		{"no time", "UTC", "2026-12-24T12:00:00Z", "2026-12-24T12:00:00Z", []oncall.Layer{on("ana")}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := oncall.Schedule{Location: zone(t, tt.zone), Layers: tt.layers, Holidays: tt.holidays}
			require.Equal(t, tt.want, shown(s.Shifts(moment(t, tt.from), moment(t, tt.to))))
		})
	}
}

func moment(t require.TestingT, s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at
}

func TestGaps(t *testing.T) {
	s := oncall.Schedule{Layers: []oncall.Layer{on("ana", only(window(9*60, 17*60)))}}
	from := moment(t, "2026-01-05T12:00:00Z")
	gaps := s.Gaps(from, from.AddDate(0, 0, 1))
	require.Equal(t, []string{"nobody Jan05 17:00 +00"}, shown(gaps))
	require.Equal(t, moment(t, "2026-01-06T09:00:00Z"), gaps[0].To)
	require.Equal(t, -1, gaps[0].Layer)
	require.Empty(t, (&oncall.Schedule{Layers: []oncall.Layer{on("ana")}}).Gaps(from, from.AddDate(1, 0, 0)))
}

func TestConflicts(t *testing.T) {
	jan5 := oncall.Date{Year: 2026, Month: 1, Day: 5}
	from := moment(t, "2026-01-05T09:00:00Z")
	first := &oncall.Schedule{ID: "first", Layers: []oncall.Layer{daily(9, 0, jan5, "ana", "bo")}}
	second := &oncall.Schedule{ID: "second", Layers: []oncall.Layer{daily(12, 0, jan5, "bo", "ana")}}
	third := &oncall.Schedule{ID: "third", Layers: []oncall.Layer{daily(9, 0, jan5, "ana", "ana")}}
	alone := func(id string) *oncall.Schedule {
		return &oncall.Schedule{ID: id, Layers: []oncall.Layer{daily(9, 0, jan5, "ana")}}
	}
	at := func(hours int) time.Time { return from.Add(time.Duration(hours) * time.Hour) }
	tests := []struct {
		name      string
		schedules []*oncall.Schedule
		want      []oncall.Conflict
	}{
		{"nobody twice", []*oncall.Schedule{first}, nil},
		{"an overlap of three hours, twice", []*oncall.Schedule{second, first}, []oncall.Conflict{
			{"bo", [2]string{"first", "second"}, at(24), at(27)},
			{"ana", [2]string{"first", "second"}, at(48), at(51)},
		}},
		{"turns that meet are one stretch", []*oncall.Schedule{alone("second"), alone("first")}, []oncall.Conflict{{"ana", [2]string{"first", "second"}, at(0), at(72)}}},
		{"turns of one person and of two", []*oncall.Schedule{first, third}, []oncall.Conflict{
			{"ana", [2]string{"first", "third"}, at(0), at(24)},
			{"ana", [2]string{"first", "third"}, at(48), at(72)},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, oncall.Conflicts(views(tt.schedules...), from, at(72)))
		})
	}
}

func views(schedules ...*oncall.Schedule) []oncall.View {
	var all []oncall.View
	for _, s := range schedules {
		all = append(all, s.With(nil))
	}
	return all
}
