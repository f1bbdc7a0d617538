package clock_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/oncall"
)

var workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

func zone(t require.TestingT, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func instant(t require.TestingT, text string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return at
}

// hours is a window of wall time, such as 9:30 as 930.
func hours(from, to int, days ...time.Weekday) oncall.Window {
	return oncall.Window{Days: days, From: from/100*60 + from%100, To: to/100*60 + to%100}
}

// office is open on workdays from 9 to 17.
func office(t require.TestingT, zoneName string, holidays ...oncall.Date) *clock.Calendar {
	return &clock.Calendar{ID: "office", Location: zone(t, zoneName), Hours: []oncall.Window{hours(900, 1700, workdays...)}, Holidays: holidays}
}

// never has windows on no day of the week.
func never() *clock.Calendar {
	return &clock.Calendar{ID: "never", Hours: []oncall.Window{hours(900, 1700, 7)}}
}

func TestWorking(t *testing.T) {
	epiphany := oncall.Date{Year: 2026, Month: 1, Day: 6} // a Tuesday
	tests := []struct {
		name, zone string
		hours      []oncall.Window // none: every hour
		holidays   []oncall.Date
		from, to   string
		want       time.Duration
	}{
		{"within a window", "UTC", []oncall.Window{hours(900, 1700)}, nil, "2026-01-05T09:20:00Z", "2026-01-05T15:00:30Z", 5*time.Hour + 40*time.Minute + 30*time.Second},
		{"to the nanosecond", "UTC", []oncall.Window{hours(900, 1700)}, nil, "2026-01-05T16:59:59.999999999Z", "2026-01-06T09:00:00.000000001Z", 2},
		{"equal instants", "UTC", nil, nil, "2026-01-05T09:20:00Z", "2026-01-05T09:20:00Z", 0},
		{"backward", "UTC", nil, nil, "2026-01-05T09:20:00Z", "2026-01-05T09:19:00Z", 0},
		{"outside of every window", "UTC", []oncall.Window{hours(900, 1700)}, nil, "2026-01-05T17:00:00Z", "2026-01-06T09:00:00Z", 0},
		{"over a weekend", "UTC", []oncall.Window{hours(900, 1700, workdays...)}, nil, "2026-01-09T16:00:00Z", "2026-01-12T10:00:00Z", 2 * time.Hour},
		{"every hour", "UTC", nil, nil, "2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z", 72 * time.Hour},
		{"every hour but a holiday's", "UTC", nil, []oncall.Date{epiphany}, "2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z", 48 * time.Hour},
		{"a holiday in its own zone", "Europe/Madrid", nil, []oncall.Date{epiphany}, "2026-01-05T22:00:00Z", "2026-01-06T23:30:00Z", 90 * time.Minute},
		{"a window over midnight", "UTC", []oncall.Window{hours(2200, 600)}, nil, "2026-01-05T12:00:00Z", "2026-01-06T12:00:00Z", 8 * time.Hour},
		{"a window over midnight into a holiday", "UTC", []oncall.Window{hours(2200, 600)}, []oncall.Date{epiphany}, "2026-01-05T12:00:00Z", "2026-01-06T12:00:00Z", 2 * time.Hour},
		{"and out of it", "UTC", []oncall.Window{hours(2200, 600)}, []oncall.Date{epiphany}, "2026-01-06T12:00:00Z", "2026-01-07T12:00:00Z", 6 * time.Hour},
		{"windows that overlap count once", "UTC", []oncall.Window{hours(900, 1300), hours(1200, 1700)}, nil, "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z", 8 * time.Hour},
		{"a lunch break", "UTC", []oncall.Window{hours(900, 1300), hours(1400, 1800)}, nil, "2026-01-05T12:30:00Z", "2026-01-05T14:30:00Z", time.Hour},
		{"a window on no day", "UTC", never().Hours, nil, "2026-01-01T00:00:00Z", "2029-01-01T00:00:00Z", 0},
		{"the 261 workdays of 2026", "Europe/Madrid", []oncall.Window{hours(900, 1700, workdays...)}, nil, "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00", 261 * 8 * time.Hour},
		{"less a holiday", "Europe/Madrid", []oncall.Window{hours(900, 1700, workdays...)}, []oncall.Date{epiphany}, "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00", 260 * 8 * time.Hour},
		{"364 nights with one short and one long", "America/New_York", []oncall.Window{hours(2200, 600)}, nil, "2026-01-01T12:00:00-05:00", "2026-12-31T12:00:00-05:00", 364 * 8 * time.Hour},

		{"Madrid, a day of 23 hours", "Europe/Madrid", nil, nil, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23 * time.Hour},
		{"Madrid, a day of 25 hours", "Europe/Madrid", nil, nil, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25 * time.Hour},
		{"Madrid, a holiday of 23 hours", "Europe/Madrid", nil, []oncall.Date{{Year: 2026, Month: 3, Day: 29}}, "2026-03-28T23:00:00+01:00", "2026-03-30T01:00:00+02:00", 2 * time.Hour},
		{"Madrid, a short night", "Europe/Madrid", []oncall.Window{hours(2200, 600)}, nil, "2026-03-28T12:00:00+01:00", "2026-03-29T12:00:00+02:00", 7 * time.Hour},
		{"Madrid, a long night", "Europe/Madrid", []oncall.Window{hours(2200, 600)}, nil, "2026-10-24T12:00:00+02:00", "2026-10-25T12:00:00+01:00", 9 * time.Hour},
		{"Madrid, a window in the gap moves", "Europe/Madrid", []oncall.Window{hours(215, 245)}, nil, "2026-03-29T03:20:00+02:00", "2026-03-29T12:00:00+02:00", 25 * time.Minute},
		{"Madrid, a window that the gap turns around is left out", "Europe/Madrid", []oncall.Window{hours(230, 315)}, nil, "2026-03-29T00:00:00+01:00", "2026-03-29T12:00:00+02:00", 0},
		{"Madrid, an hour that comes twice", "Europe/Madrid", []oncall.Window{hours(200, 300)}, nil, "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00", 2 * time.Hour},
		{"Madrid, until the first of two 02:30", "Europe/Madrid", []oncall.Window{hours(100, 230)}, nil, "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00", 90 * time.Minute},

		{"New York, a short night", "America/New_York", []oncall.Window{hours(2200, 600)}, nil, "2026-03-07T12:00:00-05:00", "2026-03-08T12:00:00-04:00", 7 * time.Hour},
		{"New York, a long night", "America/New_York", []oncall.Window{hours(2200, 600)}, nil, "2026-10-31T12:00:00-04:00", "2026-11-01T12:00:00-05:00", 9 * time.Hour},
		{"New York, a window in the gap moves", "America/New_York", []oncall.Window{hours(200, 230)}, nil, "2026-03-08T03:00:00-04:00", "2026-03-08T12:00:00-04:00", 30 * time.Minute},
		{"New York, an hour that comes twice", "America/New_York", []oncall.Window{hours(100, 200)}, nil, "2026-11-01T00:00:00-04:00", "2026-11-01T12:00:00-05:00", 2 * time.Hour},

		{"Lord Howe, a night half an hour short", "Australia/Lord_Howe", []oncall.Window{hours(2200, 600)}, nil, "2026-10-03T12:00:00+10:30", "2026-10-04T12:00:00+11:00", 7*time.Hour + 30*time.Minute},
		{"Lord Howe, a night half an hour long", "Australia/Lord_Howe", []oncall.Window{hours(2200, 600)}, nil, "2026-04-04T12:00:00+11:00", "2026-04-05T12:00:00+10:30", 8*time.Hour + 30*time.Minute},
		{"Lord Howe, a window that the gap makes empty", "Australia/Lord_Howe", []oncall.Window{hours(215, 245)}, nil, "2026-10-04T00:00:00+10:30", "2026-10-04T12:00:00+11:00", 0},
		{"Lord Howe, half an hour that comes twice", "Australia/Lord_Howe", []oncall.Window{hours(130, 200)}, nil, "2026-04-05T00:00:00+11:00", "2026-04-05T12:00:00+10:30", time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &clock.Calendar{Location: zone(t, tt.zone), Hours: tt.hours, Holidays: tt.holidays}
			from, to := instant(t, tt.from), instant(t, tt.to)
			require.Equal(t, tt.want, c.Working(from, to))
		})
	}
}

func TestAdd(t *testing.T) {
	madrid, newYork, lordHowe := office(t, "Europe/Madrid"), office(t, "America/New_York"), office(t, "Australia/Lord_Howe")
	night := &clock.Calendar{Location: madrid.Location, Hours: []oncall.Window{hours(2200, 600)}}
	epiphany := office(t, "Europe/Madrid", oncall.Date{Year: 2026, Month: 1, Day: 6})
	tests := []struct {
		name     string
		calendar *clock.Calendar
		from     string
		add      time.Duration
		want     string // "" = never
	}{
		{"around the clock", nil, "2026-01-05T09:00:00+01:00", 90 * time.Minute, "2026-01-05T09:30:00Z"},
		{"around the clock, beyond the horizon", nil, "2026-01-01T00:00:00Z", 36525 * 24 * time.Hour, "2126-01-02T00:00:00Z"},
		{"within a window", madrid, "2026-01-05T09:00:00+01:00", 90 * time.Minute, "2026-01-05T10:30:00+01:00"},
		{"until the end of the window, not the next one's beginning", madrid, "2026-01-09T16:00:00+01:00", time.Hour, "2026-01-09T17:00:00+01:00"},
		{"over a weekend", madrid, "2026-01-09T16:00:00+01:00", 2 * time.Hour, "2026-01-12T10:00:00+01:00"},
		{"from outside of the windows", madrid, "2026-01-10T12:00:00+01:00", time.Nanosecond, "2026-01-12T09:00:00.000000001+01:00"},
		{"nothing", madrid, "2026-01-10T12:00:00+01:00", 0, "2026-01-10T12:00:00+01:00"},
		{"less than nothing", madrid, "2026-01-10T12:00:00+01:00", -time.Hour, "2026-01-10T12:00:00+01:00"},
		{"over a holiday", epiphany, "2026-01-05T16:00:00+01:00", 2 * time.Hour, "2026-01-07T10:00:00+01:00"},
		{"whole weeks end where the last window does", madrid, "2026-01-10T12:00:00+01:00", 5 * 40 * time.Hour, "2026-02-13T17:00:00+01:00"},
		{"a year of workdays", madrid, "2026-01-01T00:00:00+01:00", 261 * 8 * time.Hour, "2026-12-31T17:00:00+01:00"},
		{"Madrid, over the gap", madrid, "2026-03-27T16:00:00+01:00", 2 * time.Hour, "2026-03-30T10:00:00+02:00"},
		{"Madrid, a night with the gap", night, "2026-03-28T22:00:00+01:00", 7 * time.Hour, "2026-03-29T06:00:00+02:00"},
		{"Madrid, a night with an hour twice", night, "2026-10-24T22:00:00+02:00", 5 * time.Hour, "2026-10-25T02:00:00+01:00"},
		{"New York, over the gap", newYork, "2026-03-06T16:00:00-05:00", 2 * time.Hour, "2026-03-09T10:00:00-04:00"},
		{"Lord Howe, over half an hour twice", lordHowe, "2026-04-03T16:00:00+11:00", 2 * time.Hour, "2026-04-06T10:00:00+10:30"},
		{"never", never(), "2026-01-01T00:00:00Z", 1, ""},
		{"more than ten years have", madrid, "2026-01-01T00:00:00+01:00", 10 * 366 * 24 * time.Hour, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.calendar.Add(instant(t, tt.from), tt.add)
			if tt.want == "" {
				require.True(t, got.IsZero(), "%s", got)
				return
			}
			require.Equal(t, tt.want, got.Format(time.RFC3339Nano))
		})
	}
}

func TestOpenAndNextOpen(t *testing.T) {
	epiphany := office(t, "Europe/Madrid", oncall.Date{Year: 2026, Month: 1, Day: 6})
	tests := []struct {
		name     string
		calendar *clock.Calendar
		at       string
		open     bool
		next     string // "" = never
	}{
		{"around the clock", nil, "2026-01-05T09:00:00+01:00", true, "2026-01-05T08:00:00Z"},
		{"before the window", epiphany, "2026-01-05T08:59:59.999999999+01:00", false, "2026-01-05T09:00:00+01:00"},
		{"its first instant", epiphany, "2026-01-05T09:00:00+01:00", true, "2026-01-05T09:00:00+01:00"},
		{"its last instant", epiphany, "2026-01-05T16:59:59.999999999+01:00", true, "2026-01-05T16:59:59.999999999+01:00"},
		{"the instant after it, before a holiday", epiphany, "2026-01-05T17:00:00+01:00", false, "2026-01-07T09:00:00+01:00"},
		{"a holiday", epiphany, "2026-01-06T12:00:00+01:00", false, "2026-01-07T09:00:00+01:00"},
		{"asked in another zone", epiphany, "2026-01-05T08:00:00Z", true, "2026-01-05T09:00:00+01:00"},
		{"never", never(), "2026-01-05T12:00:00Z", false, ""},
		{"the zero value is open", &clock.Calendar{}, "2026-01-05T12:00:00Z", true, "2026-01-05T12:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at := instant(t, tt.at)
			require.Equal(t, tt.open, tt.calendar.Open(at))
			next, ever := tt.calendar.NextOpen(at)
			require.Equal(t, tt.next != "", ever)
			if ever {
				require.Equal(t, tt.next, next.Format(time.RFC3339Nano))
			}
		})
	}
}

// A calendar whose every Monday of eleven years is a holiday opens after them, which is beyond what Add
// looks at; from a year later on it is within.
func TestAddLooksTenYearsAhead(t *testing.T) {
	c := &clock.Calendar{Hours: []oncall.Window{hours(900, 1700, time.Monday)}}
	first := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for day := first; day.Year() < 2037; day = day.AddDate(0, 0, 7) {
		c.Holidays = append(c.Holidays, oncall.Date{Year: day.Year(), Month: day.Month(), Day: day.Day()})
	}
	opens := time.Date(2037, 1, 5, 9, 0, 0, 0, time.UTC)
	next, ever := c.NextOpen(first)
	require.True(t, ever)
	require.Equal(t, opens, next)
	require.Zero(t, c.Add(first, time.Hour))
	require.Equal(t, opens.Add(time.Hour), c.Add(first.AddDate(2, 0, 0), time.Hour))
}

// Nothing overflows or walks for ever where times lie as far apart as they can.
func TestWorkingOverAllTimes(t *testing.T) {
	last := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	var around *clock.Calendar
	require.Equal(t, time.Duration(1<<63-1), around.Working(time.Time{}, last))
	require.Equal(t, time.Duration(1<<63-1), (&clock.Calendar{}).Working(time.Time{}, last))
	require.Positive(t, office(t, "Europe/Madrid").Working(time.Time{}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)))
	require.Zero(t, never().Working(time.Time{}, last))
}
