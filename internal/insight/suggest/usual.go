package suggest

import (
	"math"
	"slices"
	"time"
)

// Constants of the usual rate.
const (
	week = 168 // hours
	// usualAfter is how many weeks must have passed before an hour's rate is known, as windows of
	// triggers have it.
	usualAfter = 8
	// weight of the newest week, in the level and in the spread.
	weight = 1.0 / 8
	// huber bounds how far off, in spreads, a week may pull the level; biweight makes the spread that
	// of a normal distribution.
	huber, biweight = 2.0, 2.52
	// normal turns a median of deviations into the spread of a normal distribution.
	normal = 1.4826
	// spreads above the usual are a spike.
	spreads = 3.0
	// leastSpike is the fewest alerts that are one.
	leastSpike = 5
	// longest is how many weeks without an alert are gone through; after more nothing is usual.
	longest = 104
)

// usual is how many alerts of a service come in each hour of the week.
type usual struct {
	first int64 // hour since 1970 of the first alert
	hour  int64 // the hour that is counted now
	count int
	total int64    // alerts ever
	ids   []string // of the newest incidents that opened in this hour, the newest last
	cells [week]*cell
}

// cell is one hour of the week. It takes the counts of whole hours, one a week, in order.
type cell struct {
	weeks  int64 // taken in
	warm   [usualAfter]float64
	level  float64
	spread float64
}

func hourOf(at time.Time) int64 {
	s := at.Unix()
	if s < 0 {
		return (s - 3599) / 3600
	}
	return s / 3600
}

// add counts an alert. One that is late counts as of now.
func (u *usual) add(at time.Time) {
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
func (u *usual) opened(id string) {
	if len(u.ids) == mostSpiked {
		u.ids = append(u.ids[:0:0], u.ids[1:]...)
	}
	u.ids = append(u.ids, id)
}

// close takes the hour that ends into its cell.
func (u *usual) close() { u.at(u.hour, true).take(float64(u.count)) }

// at gives the cell of an hour with all weeks before it taken in: those without an alert are 0. A
// cell that must only be read is not kept.
func (u *usual) at(hour int64, keep bool) *cell {
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
		*c = cell{weeks: before - longest}
	}
	for c.weeks < before {
		c.take(0)
	}
	return c
}

// take brings one more week in. The first ones give the level by their median and the spread by
// their median deviation from it. Then it is the exponential smoothing with a bounded influence of
// outliers of Gelper, Fried and Croux (Journal of Forecasting 29, 2010): what is further off than
// huber spreads counts as that far off, and a spread grows by no more than biweight has it.
func (c *cell) take(x float64) {
	switch {
	case c.weeks < usualAfter:
		c.warm[c.weeks] = x
		if c.weeks == usualAfter-1 {
			c.level = median(c.warm[:])
			var off [usualAfter]float64
			for n, w := range c.warm {
				off[n] = math.Abs(w - c.level)
			}
			c.spread = normal * median(off[:])
		}
	default:
		s := c.width()
		r := (x - c.level) / s
		c.spread = math.Sqrt(weight*bounded(r)*s*s + (1-weight)*s*s)
		c.level += weight * s * max(-huber, min(huber, r))
	}
	c.weeks++
}

// bounded is Tukey's biweight of a deviation in spreads.
func bounded(r float64) float64 {
	if math.Abs(r) > huber {
		return biweight
	}
	d := 1 - (r/huber)*(r/huber)
	return biweight * (1 - d*d*d)
}

// width is the spread, no smaller than that of alerts that come by chance at the usual rate.
func (c *cell) width() float64 { return max(c.spread, math.Sqrt(max(c.level, 1))) }

// limit is the most alerts that are no spike.
func (c *cell) limit() float64 { return max(c.level+spreads*c.width(), leastSpike-1) }

func (c *cell) known() bool { return c.weeks >= usualAfter }

func median(of []float64) float64 {
	all := slices.Sorted(slices.Values(of))
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// spike says that there are too many alerts in the hour that is counted; nil when there are not.
func (u *usual) spike() *Suggestion {
	c := u.at(u.hour, false)
	if !c.known() || float64(u.count) <= c.limit() {
		return nil
	}
	level, limit := math.Round(c.level*10)/10, math.Round(c.limit()*10)/10
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
