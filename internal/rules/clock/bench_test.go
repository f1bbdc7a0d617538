package clock_test

import (
	"testing"
	"time"

	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/oncall"
)

// busy is an office with two windows a day and a dozen holidays a year for ten years.
func busy(b *testing.B) *clock.Calendar {
	c := office(b, "Europe/Madrid")
	c.Hours = []oncall.Window{hours(900, 1300, workdays...), hours(1400, 1800, workdays...)}
	for year := 2020; year < 2030; year++ {
		for month := time.January; month <= time.December; month++ {
			c.Holidays = append(c.Holidays, oncall.Date{Year: year, Month: month, Day: 6})
		}
	}
	return c
}

// BenchmarkElapsed is what an incident costs that has been open for so long, with a pause each week.
func BenchmarkElapsed(b *testing.B) {
	start := time.Date(2023, 1, 5, 9, 20, 0, 0, time.UTC)
	for _, age := range []struct {
		name string
		days int
	}{{"day", 1}, {"week", 7}, {"month", 30}, {"3years", 3 * 365}} {
		b.Run(age.name, func(b *testing.B) {
			c := clock.Clock{Goal: 8 * time.Hour, Calendar: busy(b), StartedAt: start}
			for from := 7; from < age.days; from += 7 {
				at := start.AddDate(0, 0, from)
				c.Pauses = append(c.Pauses, clock.Pause{From: at, To: at.Add(3 * time.Hour)})
			}
			now := start.AddDate(0, 0, age.days)
			for b.Loop() {
				c.Elapsed(now)
			}
		})
	}
}

// BenchmarkWorking is a long stretch without pauses, whose weeks are counted rather than walked.
func BenchmarkWorking(b *testing.B) {
	from := time.Date(2023, 1, 5, 9, 20, 0, 0, time.UTC)
	to := from.AddDate(3, 0, 0)
	for name, c := range map[string]*clock.Calendar{"3years": office(b, "Europe/Madrid"), "3years-36holidays": busy(b), "3years-around-the-clock": nil} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				c.Working(from, to)
			}
		})
	}
}

// BenchmarkDueAt is the everyday question; never is the worst one, which looks as far as Add does.
func BenchmarkDueAt(b *testing.B) {
	start := time.Date(2026, 1, 8, 16, 20, 0, 0, time.UTC)
	for name, goal := range map[string]time.Duration{"8h": 8 * time.Hour, "never": 1e6 * time.Hour} {
		b.Run(name, func(b *testing.B) {
			c := clock.Clock{Goal: goal, Calendar: busy(b), StartedAt: start}
			for b.Loop() {
				c.DueAt(start)
			}
		})
	}
}
