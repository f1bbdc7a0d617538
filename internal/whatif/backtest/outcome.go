package backtest

import (
	"time"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/pkg/events"
)

// Outcomes is what became of incidents. The zero value is ready.
type Outcomes struct {
	// Unpaged means that the history has no pages, as that of another system.
	Unpaged bool
	// Unclimbed means that the history has no levels: only what was asked is recorded.
	Unclimbed bool

	lives []*Life // in the order of their openings
	byID  map[string]*Life
}

// Life is what became of one incident. Instants of what did not happen are zero.
type Life struct {
	ID     string `json:"id"`
	Opener string `json:"opener"` // id of the input that opened it
	// Service and Team are those of its opening, Priority the present one.
	Service  string `json:"service"`
	Team     string `json:"team,omitempty"`
	Title    string `json:"title"`
	Priority string `json:"priority,omitempty"`

	Opened     time.Time `json:"opened"`
	Answered   time.Time `json:"answered,omitzero"` // the first acknowledgement
	AnsweredBy string    `json:"answered_by,omitempty"`
	Resolved   time.Time `json:"resolved,omitzero"` // the last resolution; zero while it is open
	Top        int       `json:"top,omitempty"`     // the highest level
	Exhausted  bool      `json:"exhausted,omitempty"`
	Pages      []Paged   `json:"pages,omitempty"`
}

// Paged is the first request of one page.
type Paged struct {
	Target string    `json:"target"`
	At     time.Time `json:"at"`
	Level  int       `json:"level,omitempty"` // 0 for one that no level asked for
}

// Lives returns the incidents opened in the period, in the order of their openings. The caller must not
// change them.
func (o *Outcomes) Lives(p measure.Period) []*Life {
	var all []*Life
	for _, l := range o.lives {
		if p.Holds(l.Opened) {
			all = append(all, l)
		}
	}
	return all
}

func (o *Outcomes) add(l *Life) {
	if o.byID == nil {
		o.byID = map[string]*Life{}
	}
	o.byID[l.ID] = l
	o.lives = append(o.lives, l)
}

func (l *Life) answer(by string, at time.Time) {
	if l.Answered.IsZero() {
		l.Answered, l.AnsweredBy = at, by
	}
}

// Fact applies one fact of the ledger.
func (o *Outcomes) Fact(e *events.Event) {
	if d, ok := e.Data.(events.IncidentTriggered); ok {
		if o.byID[e.Subject] == nil {
			o.add(&Life{
				ID: e.Subject, Opener: e.CausationID, Service: e.Service, Team: e.Team, Title: d.Title, Priority: d.Priority, Opened: e.Time,
			})
		}
		return
	}
	l := o.byID[e.Subject]
	if l == nil {
		return
	}
	switch d := e.Data.(type) {
	case events.IncidentAcknowledged:
		l.answer(d.By, e.Time)
	case events.IncidentResolved:
		l.Resolved = e.Time
	case events.IncidentReopened:
		l.Resolved = time.Time{}
	case events.IncidentPrioritized:
		l.Priority = d.Priority
	case events.EscalationAdvanced:
		l.Top = max(l.Top, d.Level)
	case events.EscalationExhausted:
		l.Exhausted = true
	case events.PageRequested:
		if d.Asked == 1 {
			l.Pages = append(l.Pages, Paged{Target: d.Target, At: e.Time, Level: d.Level})
		}
	}
}
