package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"tocsin.dev/pkg/client"
)

// grain is the resolution of the calendar. Every time zone is off from UTC by a multiple of it.
const grain = 15 * time.Minute

// day is a row of the calendar: for each hour of the wall clock, how many grains of it each shift (by index)
// covers.
type day struct {
	date  time.Time
	hours [24]map[int]int
}

// draw writes a calendar: a row per day, a column per hour, a letter per person, and a legend. An hour shows
// whoever is on call for most of it.
func draw(to io.Writer, shifts []client.Shift, loc *time.Location) {
	letters, order := initials(shifts)
	width := 1
	for _, one := range shifts {
		width = max(width, len(one.People))
	}
	for i, d := range days(shifts, loc) {
		if i == 0 || d.date.Weekday() == time.Monday {
			if i > 0 {
				fmt.Fprintln(to)
			}
			fmt.Fprintln(to, strings.TrimRight(heading(d.date, width), " "))
		}
		var row strings.Builder
		for hour := range d.hours {
			if hour%6 == 0 {
				row.WriteByte(' ')
			}
			row.WriteString(cell(&d, hour, width, shifts, letters))
		}
		fmt.Fprintln(to, strings.TrimRight(d.date.Format("Mon 02 Jan ")+row.String(), " "))
	}
	fmt.Fprintln(to)
	var legend []string
	for _, person := range order {
		legend = append(legend, string(letters[person])+" "+clean(person))
	}
	fmt.Fprintln(to, strings.Join(append(legend, ". nobody"), "   "))
}

// heading returns the week and every sixth hour.
func heading(date time.Time, width int) string {
	year, week := date.ISOWeek()
	out := fmt.Sprintf("%-11s", fmt.Sprintf("%d-W%02d", year, week))
	for hour := 0; hour < 24; hour += 6 {
		out += fmt.Sprintf(" %-*s", 6*width, fmt.Sprintf("%02d", hour))
	}
	return out
}

// days sorts shifts into the days and hours of the wall clock.
func days(shifts []client.Shift, loc *time.Location) []day {
	var all []day
	for i, one := range shifts {
		for at := one.From.Truncate(grain); at.Before(one.To); at = at.Add(grain) {
			local := at.In(loc)
			year, month, date := local.Date()
			today := time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
			if n := len(all); n == 0 || all[n-1].date.Before(today) {
				all = append(all, day{date: today})
			}
			row := &all[len(all)-1] // if the clocks go back over midnight, the later day keeps the hour
			if row.hours[local.Hour()] == nil {
				row.hours[local.Hour()] = map[int]int{}
			}
			row.hours[local.Hour()][i]++
		}
	}
	return all
}

// cell returns one hour: letters, "." for nobody, "-" for an hour that the clocks skip, and blanks outside the
// period.
func cell(d *day, hour, width int, shifts []client.Shift, letters map[string]rune) string {
	text := ""
	switch most := longest(d.hours[hour]); {
	case most >= 0 && len(shifts[most].People) == 0:
		text = "."
	case most >= 0:
		for _, person := range shifts[most].People {
			text += string(letters[person])
		}
	case slices.ContainsFunc(d.hours[:hour], covered) && slices.ContainsFunc(d.hours[hour:], covered):
		text = "-"
	}
	return text + strings.Repeat(" ", width-len([]rune(text)))
}

func covered(hour map[int]int) bool { return len(hour) > 0 }

// longest returns the shift that covers most of an hour, the first of equals; -1 for none.
func longest(hour map[int]int) int {
	best := -1
	for i, grains := range hour {
		if best < 0 || grains > hour[best] || grains == hour[best] && i < best {
			best = i
		}
	}
	return best
}

// initials assigns each person a letter: the first free one of the id, else the next free one of the alphabet,
// else "?". The order is that of the shifts.
func initials(shifts []client.Shift) (letters map[string]rune, order []string) {
	letters, taken := map[string]rune{}, map[rune]bool{}
	for _, one := range shifts {
		for _, person := range one.People {
			if letters[person] != 0 {
				continue
			}
			letters[person] = '?'
			for _, r := range strings.ToUpper(person) + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" {
				if unicode.IsLetter(r) && !taken[r] {
					letters[person], taken[r] = r, true
					break
				}
			}
			order = append(order, person)
		}
	}
	return letters, order
}
