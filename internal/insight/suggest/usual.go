package suggest

import (
	"math"
	"slices"
	"time"

	"tocsin.dev/internal/rules/usual"
)

const (
	week = 168 // hours
	// timesUsual is how many times the usual rate is not yet a spike.
	timesUsual = 3
	// longest is how many weeks without an alert are gone through; after more nothing is usual.
	longest = 104
)

// hours counts the alerts of a service in each hour of the week.
type hours struct {
	first int64 // hour since 1970 of the first alert
	hour  int64 // the hour that is counted now
	count int
	total int64    // alerts ever
	ids   []string // of the newest incidents that opened in this hour, the newest last
	cells [week]*cell
}

// cell is one hour of the week. It takes in the counts of whole hours, one a week, in order.
type cell struct {
	usual.Rate
	weeks int64 // taken in
}

func hourOf(at time.Time) int64 {
	s := at.Unix()
	if s < 0 {
		return (s - 3599) / 3600
	}
	return s / 3600
}

// add counts an alert. One that is late counts as of now.
func (u *hours) add(at time.Time) {
	h := hourOf(at)
	if u.total == 0 {
		u.first, u.hour = h, h
	}
	if h > u.hour {
		u.close()
		u.hour, u.count, u.ids = h, 0, nil
	}
	u.count++
	u.total++
}

// mostSpiked bounds the incidents that are named beside a spike.
const mostSpiked = 20

// opened notes that the alert opened an incident.
func (u *hours) opened(id string) {
	if len(u.ids) == mostSpiked {
		u.ids = append(u.ids[:0:0], u.ids[1:]...)
	}
	u.ids = append(u.ids, id)
}

// close takes the hour that ends into its cell.
func (u *hours) close() { u.at(u.hour, true).take(u.count) }

// at returns the cell of an hour with all weeks before it taken in: those without an alert are 0. A
// cell that must only be read is not kept.
func (u *hours) at(hour int64, keep bool) *cell {
	n := ((hour % week) + week) % week
	c := u.cells[n]
	if c == nil {
		c = &cell{}
	}
	if keep {
		u.cells[n] = c
	} else {
		read := *c
		c = &read
	}
	before := (hour - u.first) / week // weeks of this hour that are over
	if before-c.weeks > longest {
		*c = cell{Rate: usual.Rate{Windows: usual.After}, weeks: before - longest}
	}
	for c.weeks < before {
		c.take(0)
	}
	return c
}

func (c *cell) take(count int) {
	c.Pass(count)
	c.weeks++
}

// limit is the most alerts that are not a spike.
func (c *cell) limit() float64 { return max(timesUsual*float64(c.Usual)/1000, usual.Least-1) }

// spike suggests that there are too many alerts in the hour that is counted; nil when there are not.
func (u *hours) spike() *Suggestion {
	c := u.at(u.hour, false)
	if !c.Spike(u.count, timesUsual) {
		return nil
	}
	level, limit := math.Round(float64(c.Usual)/100)/10, math.Round(c.limit()*10)/10
	hour := hourName(time.Unix(u.hour*3600, 0))
	return &Suggestion{
		Kind: Spike, Says: spiked(u.count, level, limit, hour),
		Evidence: Evidence{Of: u.count, Hits: u.count, Incidents: newestFirst(u.ids), Basis: SameHour, Among: hour, Usual: level, Limit: limit},
	}
}

func newestFirst(ids []string) []string {
	out := append([]string{}, ids...)
	slices.Reverse(out)
	return out
}
