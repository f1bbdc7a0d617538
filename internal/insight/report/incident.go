package report

import (
	"slices"
	"time"

	"tocsin.dev/internal/insight/measure"
)

// Incident is what a report knows of one incident. Instants that have not come are zero.
type Incident struct {
	ID, Service, Team, Title string
	Policy                   string
	Priority                 string // the present one, P1 to P5; empty where it is not known

	Opened         time.Time
	Engaged        time.Time // the first thing that a person did
	Acknowledged   time.Time // the first acknowledgement
	AcknowledgedBy string    // "person:ana"
	Resolved       time.Time // the last resolution; zero while it is open
	ResolvedBy     string    // empty when its alerts cleared
	Reopened       []time.Time
	Closed         time.Time
	Outcome        string // with which its books were closed

	Levels     []Level
	Exhausted  map[string]int // how many levels the policies have whose climb came to its end
	Functional int            // escalations to another team, or by what the policy calls functional
	Upward     int            // hierarchical escalations
	Other      int            // escalations that are called neither

	Alerts  int // that are different
	Returns int // alerts that fired again after they were over
	Pages   []*Page

	Response, Resolution Target

	Drill    bool // a drill or a probe, not a disturbance
	Merged   bool // it ended in favour of another one
	SelfMade bool // it ended because its alerts cleared or expired

	alerts map[string]bool // by key: fires
}

// Level is one step of a climb.
type Level struct {
	Policy string // that was climbed then: another team has another one
	Level  int    // from 1
	At     time.Time
	Pages  []string // whom it meant: "person:ana"
	// Answered says that the first acknowledgement after it came from one of them.
	Answered bool
}

// Target is what became of a goal of the catalog. The zero value is one that is not measured.
type Target struct{ Met, Breached bool }

// Page is one request to reach somebody.
type Page struct {
	ID, Target string // "person:ana"
	Level      int    // 0 for one that no level asked for
	At         time.Time
	Delivered  bool
	Failed     bool
	Channel    string // that took it
	Attempts   int
}

// Open says that nobody has resolved it yet.
func (i *Incident) Open() bool { return i.Resolved.IsZero() }

// Top is the highest level that was reached; 0 for none.
func (i *Incident) Top() int {
	top := 0
	for _, l := range i.Levels {
		top = max(top, l.Level)
	}
	return top
}

// Escalated says that it went beyond those who were to answer first.
func (i *Incident) Escalated() bool { return i.Top() > 1 || i.Functional+i.Upward+i.Other > 0 }

// FlapReturns is how often alerts of an incident fire again before it counts as flapping.
const FlapReturns = 3

// Flapping says that its alerts go and come.
func (i *Incident) Flapping() bool { return i.Returns >= FlapReturns }

// Noise says that nobody was needed: it ended by itself before anybody acknowledged it, or its books
// say that it was nothing.
func (i *Incident) Noise() bool {
	return i.Outcome == "false-alarm" || i.Outcome == "expected" ||
		i.SelfMade && i.Acknowledged.IsZero() && !i.Open()
}

func (i *Incident) page(id string) *Page {
	for n := range slices.Backward(i.Pages) {
		if i.Pages[n].ID == id {
			return i.Pages[n]
		}
	}
	return nil
}

// In says whether it opened, or a page about it was asked for, in one of the periods. Drills, and what was
// merged away without a page, are in none.
func (i *Incident) In(periods ...measure.Period) bool {
	for _, p := range periods {
		if i.Drill {
			return false
		}
		if !i.Merged && p.Holds(i.Opened) {
			return true
		}
		for _, page := range i.Pages {
			if p.Holds(page.At) {
				return true
			}
		}
	}
	return false
}
