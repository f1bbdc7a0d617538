package report

import (
	"strconv"
	"time"

	"tocsin.dev/internal/insight/measure"
)

// Numbers are the KPIs of a set of incidents. docs/reports.md has the formula of each. A share is
// from 0 to 1, and nil where there is nothing to share.
type Numbers struct {
	Incidents int `json:"incidents"`
	Open      int `json:"open"`

	TimeToAcknowledge measure.Times `json:"time_to_acknowledge"`
	TimeToEngage      measure.Times `json:"time_to_engage"`
	TimeToResolve     measure.Times `json:"time_to_resolve"`

	Escalated      int         `json:"escalated"`
	EscalationRate *float64    `json:"escalation_rate"`
	Escalations    Escalations `json:"escalations"`

	Reopened   int      `json:"reopened"`   // incidents
	Reopenings int      `json:"reopenings"` // of them all together
	Flapping   int      `json:"flapping"`
	Noise      int      `json:"noise"`
	NoiseShare *float64 `json:"noise_share"`

	Alerts            int      `json:"alerts"`
	AlertsPerIncident *float64 `json:"alerts_per_incident"`

	Targets Targets `json:"targets"`
	Pages   Load    `json:"pages"`
}

// Escalations counts incidents by what they climbed to: each at most once in each line.
type Escalations struct {
	ByKind  map[string]int `json:"by_kind"`  // "functional", "hierarchical", "other"
	ByLevel map[string]int `json:"by_level"` // "2": the incidents that reached level 2 or a higher one
}

// Targets says how the goals of the catalog were kept.
type Targets struct {
	Response   Kept `json:"response"`
	Resolution Kept `json:"resolution"`
}

// Kept counts the incidents whose target is decided; those under way count in neither.
type Kept struct {
	Met      int      `json:"met"`
	Breached int      `json:"breached"`
	MetShare *float64 `json:"met_share"`
}

// numbersOf computes those of the incidents, and of the pages of all that fall into the period.
func (m *maker) numbersOf(incidents []*Incident, pages []paged) Numbers {
	n := Numbers{Incidents: len(incidents), Escalations: Escalations{ByKind: map[string]int{}, ByLevel: map[string]int{}}}
	var acknowledge, engage, resolve []time.Duration
	for _, i := range incidents {
		acknowledge = after(acknowledge, i.Opened, i.Acknowledged)
		engage = after(engage, i.Opened, i.Engaged)
		resolve = after(resolve, i.Opened, i.Resolved)
		n.count(i)
	}
	n.TimeToAcknowledge, n.TimeToEngage, n.TimeToResolve = measure.TimesOf(acknowledge), measure.TimesOf(engage), measure.TimesOf(resolve)
	n.EscalationRate = measure.Share(n.Escalated, n.Incidents)
	n.NoiseShare = measure.Share(n.Noise, n.Incidents)
	if n.Incidents > 0 {
		n.AlertsPerIncident = measure.Rounded(float64(n.Alerts) / float64(n.Incidents))
	}
	n.Targets.Response.share()
	n.Targets.Resolution.share()
	n.Pages = m.loadOf(pages)
	return n
}

// after adds how long something took that has come.
func after(all []time.Duration, from, to time.Time) []time.Duration {
	if to.IsZero() {
		return all
	}
	return append(all, max(0, to.Sub(from)))
}

func (n *Numbers) count(i *Incident) {
	add := func(to *int, so bool) {
		if so {
			*to++
		}
	}
	add(&n.Open, i.Open())
	add(&n.Escalated, i.Escalated())
	add(&n.Reopened, len(i.Reopened) > 0)
	add(&n.Flapping, i.Flapping())
	add(&n.Noise, i.Noise())
	n.Reopenings += len(i.Reopened)
	n.Alerts += i.Alerts
	for level := 2; level <= i.Top(); level++ {
		n.Escalations.ByLevel[strconv.Itoa(level)]++
	}
	for kind, times := range map[string]int{"functional": i.Functional, "hierarchical": i.Upward, "other": i.Other} {
		if times > 0 {
			n.Escalations.ByKind[kind]++
		}
	}
	n.Targets.Response.count(i.Response)
	n.Targets.Resolution.count(i.Resolution)
}

func (k *Kept) count(t Target) {
	switch {
	case t.Breached:
		k.Breached++
	case t.Met:
		k.Met++
	}
}

func (k *Kept) share() { k.MetShare = measure.Share(k.Met, k.Met+k.Breached) }
