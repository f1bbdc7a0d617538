package oncall_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/oncall"
)

func zone(t require.TestingT, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func weekly(day time.Weekday, hour, minute int, start oncall.Date, people ...string) oncall.Layer {
	return oncall.Layer{Rotation: oncall.Weekly, Weekday: day, Hour: hour, Minute: minute, Start: start, People: people}
}

func daily(hour, minute int, start oncall.Date, people ...string) oncall.Layer {
	return oncall.Layer{Rotation: oncall.Daily, Hour: hour, Minute: minute, Start: start, People: people}
}

func TestAt(t *testing.T) {
	jan5 := oncall.Date{Year: 2026, Month: 1, Day: 5} // a Monday
	monday := weekly(time.Monday, 9, 0, jan5, "ana", "bo")
	tests := []struct {
		name   string
		zone   string
		layers []oncall.Layer
		at     string
		people []string
		until  string // "" = never
	}{
		{"before the first hand-off", "Europe/Madrid", []oncall.Layer{monday}, "2026-01-05T08:59:59+01:00", nil, "2026-01-05T09:00:00+01:00"},
		{"at the first hand-off", "Europe/Madrid", []oncall.Layer{monday}, "2026-01-05T09:00:00+01:00", []string{"ana"}, "2026-01-12T09:00:00+01:00"},
		{"the last instant of a turn", "Europe/Madrid", []oncall.Layer{monday}, "2026-01-12T08:59:59.999999999+01:00", []string{"ana"}, "2026-01-12T09:00:00+01:00"},
		{"the instant of the hand-off", "Europe/Madrid", []oncall.Layer{monday}, "2026-01-12T09:00:00+01:00", []string{"bo"}, "2026-01-19T09:00:00+01:00"},
		{"the hand-off day comes after the start", "UTC", []oncall.Layer{weekly(time.Friday, 0, 0, jan5, "ana", "bo")}, "2026-01-08T23:59:00Z", nil, "2026-01-09T00:00:00Z"},
		{"Sunday after a Monday start", "UTC", []oncall.Layer{weekly(time.Sunday, 0, 0, jan5, "ana", "bo")}, "2026-01-11T00:00:00Z", []string{"ana"}, "2026-01-18T00:00:00Z"},
		{"years later", "Europe/Madrid", []oncall.Layer{monday}, "2046-01-10T12:00:00+01:00", []string{"ana"}, "2046-01-15T09:00:00+01:00"},
		{"the last day of a leap year far ahead", "Europe/Madrid", []oncall.Layer{daily(9, 0, jan5, "ana", "bo")}, "2040-12-31T12:00:00+01:00", []string{"ana"}, "2041-01-01T09:00:00+01:00"},
		{"the first hours after it", "Europe/Madrid", []oncall.Layer{daily(0, 30, jan5, "ana", "bo")}, "2041-01-01T00:29:00+01:00", []string{"ana"}, "2041-01-01T00:30:00+01:00"},
		{"Madrid, the week with the gap is an hour short", "Europe/Madrid", []oncall.Layer{monday}, "2026-03-29T12:00:00+02:00", []string{"bo"}, "2026-03-30T09:00:00+02:00"},
		{"Madrid, 02:30 in the gap becomes 03:30", "Europe/Madrid", []oncall.Layer{daily(2, 30, jan5, "ana", "bo")}, "2026-03-29T03:29:59+02:00", []string{"ana"}, "2026-03-29T03:30:00+02:00"},
		{"Madrid, from 03:30 on", "Europe/Madrid", []oncall.Layer{daily(2, 30, jan5, "ana", "bo")}, "2026-03-29T03:30:00+02:00", []string{"bo"}, "2026-03-30T02:30:00+02:00"},
		{"Madrid, 02:30 exists twice: the first", "Europe/Madrid", []oncall.Layer{daily(2, 30, jan5, "ana", "bo")}, "2026-10-25T02:30:00+02:00", []string{"bo"}, "2026-10-26T02:30:00+01:00"},
		{"Madrid, the second 02:30 changes nothing", "Europe/Madrid", []oncall.Layer{daily(2, 30, jan5, "ana", "bo")}, "2026-10-25T02:30:00+01:00", []string{"bo"}, "2026-10-26T02:30:00+01:00"},
		{"Madrid, 02:10 again, in the second pass", "Europe/Madrid", []oncall.Layer{daily(2, 30, jan5, "ana", "bo")}, "2026-10-25T02:10:00+01:00", []string{"bo"}, "2026-10-26T02:30:00+01:00"},
		{"New York, 02:00 in the gap becomes 03:00", "America/New_York", []oncall.Layer{daily(2, 0, jan5, "ana", "bo")}, "2026-03-08T01:59:59-05:00", []string{"bo"}, "2026-03-08T03:00:00-04:00"},
		{"New York, 01:00 exists twice: the first", "America/New_York", []oncall.Layer{daily(1, 0, jan5, "ana", "bo")}, "2026-11-01T00:59:00-04:00", []string{"bo"}, "2026-11-01T01:00:00-04:00"},
		{"Lord Howe, a gap of half an hour", "Australia/Lord_Howe", []oncall.Layer{daily(2, 15, jan5, "ana", "bo")}, "2026-10-04T01:59:00+10:30", []string{"bo"}, "2026-10-04T02:45:00+11:00"},
		{"Lord Howe, half an hour twice", "Australia/Lord_Howe", []oncall.Layer{daily(1, 45, jan5, "ana", "bo")}, "2026-04-05T01:40:00+11:00", []string{"bo"}, "2026-04-05T01:45:00+11:00"},
		{"midnight that does not exist", "America/Havana", []oncall.Layer{daily(0, 0, jan5, "ana", "bo")}, "2026-03-07T12:00:00-05:00", []string{"bo"}, "2026-03-08T01:00:00-04:00"},
		{"midnight that exists twice", "America/Havana", []oncall.Layer{daily(0, 0, jan5, "ana", "bo")}, "2026-10-31T12:00:00-04:00", []string{"bo"}, "2026-11-01T00:00:00-04:00"},
		{"a day that was left out has a turn of no length", "Pacific/Apia", []oncall.Layer{daily(9, 0, oncall.Date{Year: 2011, Month: 12, Day: 28}, "ana", "bo", "cleo")}, "2011-12-29T12:00:00-10:00", []string{"bo"}, "2011-12-31T09:00:00+14:00"},
		{"and the turn after it", "Pacific/Apia", []oncall.Layer{daily(9, 0, oncall.Date{Year: 2011, Month: 12, Day: 28}, "ana", "bo", "cleo")}, "2011-12-31T09:00:00+14:00", []string{"ana"}, "2012-01-01T09:00:00+14:00"},
		{"the last layer wins", "UTC", []oncall.Layer{daily(0, 0, jan5, "ana"), daily(0, 0, jan5, "bo")}, "2026-02-01T00:00:00Z", []string{"bo"}, "2026-02-02T00:00:00Z"},
		{"a layer that has not begun leaves it to the one below", "UTC", []oncall.Layer{weekly(time.Monday, 0, 0, jan5, "ana"), daily(6, 0, oncall.Date{Year: 2026, Month: 2, Day: 4}, "bo")}, "2026-02-03T00:00:00Z", []string{"ana"}, "2026-02-04T06:00:00Z"},
		{"nobody yet: the first layer to begin", "UTC", []oncall.Layer{daily(0, 0, oncall.Date{Year: 2026, Month: 3, Day: 1}, "ana"), daily(0, 0, oncall.Date{Year: 2026, Month: 4, Day: 1}, "bo")}, "2026-01-01T00:00:00Z", nil, "2026-03-01T00:00:00Z"},
		{"no layer", "UTC", nil, "2026-01-01T00:00:00Z", nil, ""},
		{"a layer without people counts as none", "UTC", []oncall.Layer{daily(0, 0, jan5)}, "2026-01-06T00:00:00Z", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339Nano, tt.at)
			require.NoError(t, err)
			s := oncall.Schedule{Location: zone(t, tt.zone), Layers: tt.layers}
			people, until := s.At(at)
			require.Equal(t, tt.people, people)
			if tt.until == "" {
				require.True(t, until.IsZero())
				return
			}
			require.Equal(t, tt.until, until.Format(time.RFC3339Nano))
		})
	}
}

func TestAtWithoutLocationIsUTC(t *testing.T) {
	s := oncall.Schedule{Layers: []oncall.Layer{daily(9, 0, oncall.Date{Year: 2026, Month: 1, Day: 1}, "ana")}}
	_, until := s.At(time.Date(2026, 1, 2, 8, 0, 0, 0, time.UTC))
	require.Equal(t, "2026-01-02T09:00:00Z", until.Format(time.RFC3339))
}

var zones = []string{
	"UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Pacific/Apia",
	"Pacific/Kwajalein", "Africa/Casablanca", "Asia/Kathmandu", "America/Sao_Paulo", "Antarctica/Troll", "America/St_Johns",
}

// The answer holds on [t, until), and until is a hand-off of its own.
func TestAtIsConstantUntilItsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchedule(t)
		at := drawInstant(t, s.Location)
		people, until := s.At(at)
		if until.IsZero() {
			return
		}
		require.True(t, until.After(at), "until %s is not after %s", until, at)
		within := at.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(at))-1).Draw(t, "within")))
		for _, moment := range []time.Time{within, until.Add(-1)} {
			got, end := s.At(moment)
			require.Equal(t, people, got)
			require.True(t, end.Equal(until), "at %s: %s, want %s", moment, end, until)
		}
	})
}

// Walking from hand-off to hand-off meets the same spans as asking at the end of each, backwards.
func TestForwardAndBackwardWalksAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchedule(t)
		at := drawInstant(t, s.Location)
		type span struct {
			person string
			until  int64
		}
		var forward, backward []span
		ends := []time.Time{}
		for range 20 {
			people, until := s.At(at)
			if until.IsZero() {
				break
			}
			forward = append(forward, span{first(people), until.Unix()})
			ends = append(ends, until)
			at = until
		}
		for i := len(ends) - 1; i >= 0; i-- {
			people, until := s.At(ends[i].Add(-1))
			backward = append([]span{{first(people), until.Unix()}}, backward...)
		}
		require.Equal(t, forward, backward)
	})
}

// The turn found by arithmetic is the one found by counting hand-offs from the start.
func TestAtAgreesWithCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := []string{"ana", "bo", "cleo"}
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		start := oncall.Date{Year: rapid.IntRange(1990, 2026).Draw(t, "year"), Month: 1, Day: 1}
		s := &oncall.Schedule{Location: loc, Layers: []oncall.Layer{daily(9, 0, start, people...)}}
		days := rapid.IntRange(0, 3000).Draw(t, "days")
		noon := time.Date(start.Year, 1, 1+days, 12, 0, 0, 0, loc)
		got, _ := s.At(noon)
		y, m, d := noon.Date() // a left-out day makes noon another day's
		passed := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(time.Date(start.Year, 1, 1, 0, 0, 0, 0, time.UTC)).Hours() / 24)
		require.Equal(t, people[passed%3], first(got))
	})
}

func first(people []string) string {
	if len(people) == 0 {
		return ""
	}
	return people[0]
}

func BenchmarkAt(b *testing.B) {
	s := oncall.Schedule{Location: zone(b, "Europe/Madrid"), Layers: []oncall.Layer{
		weekly(time.Monday, 9, 0, oncall.Date{Year: 1990, Month: 1, Day: 1}, "ana", "bo", "cleo"),
	}}
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		s.At(at)
	}
}
