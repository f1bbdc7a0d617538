package review

import (
	"strings"
	"time"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Names returns the display name of an actor: "Ana Ruiz" for "person:ana". If it is nil or returns "",
// the id is shown.
type Names func(actor string) string

// Review is what the timeline of one incident shows.
type Review struct {
	Incident timeline.Incident
	Times    Times
	Goals    []Goal
	People   []Person
	Teams    []string // that owned it, in order
	// Decisions are what people and the policy decided, in order, without pages and clocks.
	Decisions []Decision
	Notes     []Decision
	// Steps and Marks are what the chart shows.
	Steps []Step
	Marks []Mark
	// Pages counts the pages that were requested, by outcome.
	Pages Pages
	// End is the time of the last entry.
	End time.Time

	names Names
}

// Times are the milestones; zero for those not reached.
type Times struct {
	Opened       time.Time
	Paged        time.Time // the first page was requested
	Delivered    time.Time // the first page was delivered
	Engaged      time.Time // the first action of a person
	Acknowledged time.Time // the first acknowledgement
	Resolved     time.Time // the last resolution; zero while it is open
	Closed       time.Time
	Reopened     []time.Time
}

// Goal is a goal of the catalog and its outcome.
type Goal struct {
	timeline.Clock
	// Arithmetic says how the time adds up; empty if no fact says.
	Arithmetic string
}

// Pages counts pages.
type Pages struct{ Requested, Delivered, Failed, Superseded int }

// Decision is something that was decided or noted.
type Decision struct {
	At   time.Time
	By   string // "person:ana", "policy", "alert"
	What string
	Why  string // may be empty
}

// Make reads the timeline of an incident, which must be in order.
func Make(in timeline.Incident, entries []timeline.Entry, names Names) *Review {
	r := &Review{Incident: in, Times: Times{Opened: in.OpenedAt}, End: in.OpenedAt, names: names}
	people := &crowd{}
	arithmetic := map[string]string{}
	pages := map[string]*bool{} // whether a page was delivered, by its id
	for _, e := range entries {
		if e.At.After(r.End) {
			r.End = e.At
		}
		data, err := events.DecodeData(events.TypePrefix+e.Type+".v1", e.Data)
		if err != nil {
			data = nil // from a newer version: listed, but not evaluated
		}
		r.time(e, data)
		r.page(data, pages)
		r.step(e, data)
		people.take(e, data)
		keepArithmetic(arithmetic, data)
		r.decide(e, data)
		if d, ok := data.(events.IncidentTransferred); ok {
			if len(r.Teams) == 0 {
				r.Teams = []string{d.Was}
			}
			r.Teams = append(r.Teams, d.To)
		}
	}
	r.People = people.all(in)
	if len(r.Teams) == 0 {
		r.Teams = []string{in.Team}
	}
	for _, c := range in.Clocks {
		r.Goals = append(r.Goals, Goal{Clock: c, Arithmetic: arithmetic[c.Clock]})
	}
	return r
}

// time updates the milestones.
func (r *Review) time(e timeline.Entry, data events.Data) {
	t := &r.Times
	if t.Engaged.IsZero() && strings.HasPrefix(e.Actor, personPrefix) {
		t.Engaged = e.At
	}
	switch data.(type) {
	case events.PageRequested:
		first(&t.Paged, e.At)
	case events.PageDelivered:
		first(&t.Delivered, e.At)
	case events.IncidentAcknowledged:
		first(&t.Acknowledged, e.At)
		first(&t.Engaged, e.At)
	case events.IncidentResolved:
		t.Resolved = e.At
	case events.IncidentReopened:
		t.Resolved, t.Closed = time.Time{}, time.Time{}
		t.Reopened = append(t.Reopened, e.At)
	case events.IncidentClosed:
		t.Closed = e.At
	}
}

func first(t *time.Time, at time.Time) {
	if t.IsZero() {
		*t = at
	}
}

func (r *Review) page(data events.Data, known map[string]*bool) {
	switch d := data.(type) {
	case events.PageRequested:
		if known[d.Page] == nil { // a repeated request is the same page
			known[d.Page] = new(bool)
			r.Pages.Requested++
		}
	case events.PageDelivered:
		r.Pages.Delivered++
	case events.PageFailed:
		r.Pages.Failed++
	case events.PageSuperseded:
		r.Pages.Superseded++
	}
}

// keepArithmetic keeps the newest arithmetic of each clock.
func keepArithmetic(all map[string]string, data events.Data) {
	switch d := data.(type) {
	case events.IncidentClockRetimed:
		all[d.Clock] = d.Arithmetic
	case events.IncidentClockBreached:
		all[d.Clock] = d.Arithmetic
	case events.IncidentClockMet:
		all[d.Clock] = d.Arithmetic
	}
}

const personPrefix = "person:"

// name is the display name of an actor.
func (r *Review) name(actor string) string {
	if r.names != nil {
		if name := r.names(actor); name != "" {
			return name
		}
	}
	return strings.TrimPrefix(actor, personPrefix)
}

// quiet are facts that are not decisions; they are counted, charted or listed elsewhere.
var quiet = map[string]bool{
	"page.requested": true, "page.delivered": true, "page.delayed": true, "page.failed": true, "page.superseded": true,
	"incident.clock_started": true, "incident.clock_retimed": true, "incident.clock_met": true,
	"incident.task_added": true, "incident.task_completed": true, "incident.document_added": true,
	"alert.left": true, "merge.answered": true,
}

// decide collects decisions and notes.
func (r *Review) decide(e timeline.Entry, data events.Data) {
	d := Decision{At: e.At, By: e.Actor, What: e.Summary, Why: e.Reason}
	if note, ok := data.(events.IncidentAnnotated); ok {
		d.By, d.What = note.By, note.Note
		r.Notes = append(r.Notes, d)
		return
	}
	if !quiet[e.Type] {
		r.Decisions = append(r.Decisions, d)
	}
}
