package report

import (
	"strings"
	"time"

	"tocsin.dev/internal/insight/measure"
)

// Load is what pages ask of people.
type Load struct {
	Count      int `json:"count"` // pages; one that was asked for again counts once
	AtNight    int `json:"at_night"`
	AtWeekends int `json:"at_weekends"`
	// InterruptedHours counts hours of the clock in which at least one page came, for each person apart.
	InterruptedHours int `json:"interrupted_hours"`
	Delivered        int `json:"delivered"`
	Failed           int `json:"failed"`
	FirstTry         int `json:"first_try"` // delivered by their first attempt
	// FirstTryShare is that of pages which were delivered or failed.
	FirstTryShare *float64           `json:"first_try_share"`
	ByChannel     map[string]Channel `json:"by_channel"`
}

// Channel counts what one channel delivered.
type Channel struct {
	Delivered     int      `json:"delivered"`
	FirstTry      int      `json:"first_try"`
	FirstTryShare *float64 `json:"first_try_share"`
}

// paged is a page with the incident it is about.
type paged struct {
	*Page
	of *Incident
}

// hour is an hour of one person's clock.
type hour struct {
	target string
	began  int64
}

func (m *maker) loadOf(pages []paged) Load {
	l := Load{ByChannel: map[string]Channel{}}
	hours := map[hour]bool{}
	for _, p := range pages {
		l.Count++
		l.delivery(p.Page)
		if !strings.HasPrefix(p.Target, personPrefix) {
			continue // a chat channel does not sleep
		}
		local := p.At.In(m.zone(p.Target))
		if m.Night.Holds(local) {
			l.AtNight++
		}
		if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
			l.AtWeekends++
		}
		began := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), 0, 0, 0, time.UTC)
		hours[hour{p.Target, began.Unix()}] = true
	}
	l.InterruptedHours = len(hours)
	l.FirstTryShare = measure.Share(l.FirstTry, l.Delivered+l.Failed)
	for name, c := range l.ByChannel {
		c.FirstTryShare = measure.Share(c.FirstTry, c.Delivered)
		l.ByChannel[name] = c
	}
	return l
}

func (l *Load) delivery(p *Page) {
	switch {
	case p.Failed:
		l.Failed++
	case p.Delivered:
		c := l.ByChannel[p.Channel]
		l.Delivered++
		c.Delivered++
		if p.Attempts <= 1 {
			l.FirstTry++
			c.FirstTry++
		}
		l.ByChannel[p.Channel] = c
	}
}

// zone is the person's time zone.
func (m *maker) zone(target string) *time.Location {
	if z := m.Zones[strings.TrimPrefix(target, personPrefix)]; z != nil {
		return z
	}
	return m.Location
}
