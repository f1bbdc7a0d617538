package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/pkg/events"
)

// The statuses of a problem.
const (
	ProblemOpen   = "open"
	ProblemKnown  = "known-error"
	ProblemClosed = "closed"
)

// Bounds of problems.
const (
	MaxWorkaround = 2000 // bytes
	maxTitle      = 1024
	maxCause      = 4000
	maxProblems   = 1000 // of one partition that are not closed
	maxLinks      = 1000
	maxServices   = 50
	maxMatchers   = 20
)

// NoSuchProblem refuses a command for a problem that the partition does not hold.
const NoSuchProblem = "no such problem, or it was closed too long ago"

// StaleProblem ignores a notice of a problem whose present or newer revision is known already.
const StaleProblem = "the problem is known at this revision or a newer one"

// problem is a record that this partition owns.
type problem struct {
	events.ProblemRecord
	Links       []string  `json:"links,omitempty"` // ids of incidents, in the order in which they were linked
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	LastCommand string    `json:"last_command,omitempty"`
}

// notice is what a partition knows of a problem, its own or another's, to show it on pages.
type notice struct {
	events.ProblemRecord
	At time.Time `json:"at"`
}

// openProblem creates a record. Its id derives from the input's, so a repeated command creates it once.
func (d *decider) openProblem(ask events.ProblemReceived) string {
	id := problemID(d.s.Installation, d.cause)
	title := strings.TrimSpace(ask.Title)
	switch {
	case d.s.problems[id] != nil:
		return alert.Repeated
	case title == "":
		return d.refuseProblem(ask, "a problem needs a title")
	case len(title) > maxTitle:
		return d.refuseProblem(ask, fmt.Sprintf("a title has %d bytes at most", maxTitle))
	case len(ask.Cause) > maxCause:
		return d.refuseProblem(ask, fmt.Sprintf("a cause has %d bytes at most", maxCause))
	case d.in.Event.Service == "":
		return d.refuseProblem(ask, "a problem needs a service")
	case d.s.openProblems() >= maxProblems:
		return d.refuseProblem(ask, fmt.Sprintf("%d problems are open", maxProblems))
	}
	d.emitStandalone(d.in.Event.Service, ask.Note, events.ProblemOpened{By: ask.By, ProblemRecord: events.ProblemRecord{
		Problem: id, Revision: 1, Service: d.in.Event.Service, Title: title, Status: ProblemOpen, Cause: ask.Cause,
	}})
	return ""
}

// problemID is "PRB-" and twelve hex digits, short enough to type.
func problemID(installation, input string) string {
	return "PRB-" + strings.ReplaceAll(events.DeriveID("problem", installation, input), "-", "")[:12]
}

func (s *State) openProblems() (n int) {
	for _, p := range s.problems {
		if p.Status != ProblemClosed {
			n++
		}
	}
	return n
}

// problemCommand carries out a command about a problem, or records why it is refused.
func (d *decider) problemCommand(ask events.ProblemCommandData) string {
	if open, ok := ask.(events.ProblemReceived); ok {
		return d.openProblem(open)
	}
	p := d.s.problems[ask.AskProblem().Problem]
	switch {
	case p == nil:
		return d.refuseProblem(ask, NoSuchProblem)
	case p.LastCommand != "" && p.LastCommand == d.cause:
		return alert.Repeated
	case p.Status == ProblemClosed:
		return d.refuseProblem(ask, "the problem is closed")
	}
	refusal := Unwanted
	switch ask := ask.(type) {
	case events.ProblemLinkReceived:
		refusal = d.linkProblem(p, ask)
	case events.ProblemLinkWithdrawn:
		refusal = d.unlinkProblem(p, ask)
	case events.ProblemChangeReceived:
		refusal = d.changeProblem(p, ask)
	case events.ProblemClosureReceived:
		refusal = d.closeProblem(p, ask)
	}
	if refusal != "" {
		return d.refuseProblem(ask, refusal)
	}
	return ""
}

func (d *decider) refuseProblem(ask events.ProblemCommandData, why string) string {
	d.emitStandalone(d.in.Event.Service, why, events.CommandRefused{Command: ask.Name(), By: ask.AskProblem().By})
	return why
}

func (d *decider) linkProblem(p *problem, ask events.ProblemLinkReceived) string {
	switch {
	case strings.TrimSpace(ask.Incident) == "" || len(ask.Incident) > 200:
		return "a link needs the id of an incident"
	case slices.Contains(p.Links, ask.Incident):
		return "the incident is linked already"
	case len(p.Links) >= maxLinks:
		return fmt.Sprintf("the problem has %d incidents", maxLinks)
	}
	d.emitStandalone(p.Service, ask.Note, events.ProblemLinked{Problem: p.Problem, Revision: p.Revision + 1, Incident: ask.Incident, By: ask.By})
	return ""
}

func (d *decider) unlinkProblem(p *problem, ask events.ProblemLinkWithdrawn) string {
	if !slices.Contains(p.Links, ask.Incident) {
		return "the incident is not linked"
	}
	d.emitStandalone(p.Service, ask.Note, events.ProblemUnlinked{Problem: p.Problem, Revision: p.Revision + 1, Incident: ask.Incident, By: ask.By})
	return ""
}

func (d *decider) changeProblem(p *problem, ask events.ProblemChangeReceived) string {
	next := p.ProblemRecord
	next.Revision++
	if title := strings.TrimSpace(ask.Title); title != "" {
		next.Title = title
	}
	if ask.Cause != "" {
		next.Cause = ask.Cause
	}
	switch {
	case ask.Known != nil && ask.Unknown:
		return "a change cannot both set and clear the known error"
	case ask.Unknown && p.Known == nil:
		return "the problem is not a known error"
	case ask.Unknown:
		next.Known, next.Status = nil, ProblemOpen
	case ask.Known != nil:
		if refusal := invalidKnown(ask.Known); refusal != "" {
			return refusal
		}
		next.Known, next.Status = ask.Known, ProblemKnown
	}
	switch {
	case len(next.Title) > maxTitle:
		return fmt.Sprintf("a title has %d bytes at most", maxTitle)
	case len(next.Cause) > maxCause:
		return fmt.Sprintf("a cause has %d bytes at most", maxCause)
	case next.Title == p.Title && next.Cause == p.Cause && ask.Known == nil && !ask.Unknown:
		return "nothing would change"
	}
	d.emitStandalone(p.Service, ask.Note, events.ProblemChanged{ProblemRecord: next, By: ask.By})
	return ""
}

// invalidKnown says what is wrong with a known error; empty if nothing is.
func invalidKnown(k *events.KnownError) string {
	labels := k.Match.Labels.Map()
	switch {
	case strings.TrimSpace(k.Workaround) == "":
		return "a known error needs a workaround"
	case len(k.Workaround) > MaxWorkaround:
		return fmt.Sprintf("a workaround has %d bytes at most; this one has %d", MaxWorkaround, len(k.Workaround))
	case len(k.Match.Services) == 0 || slices.Contains(k.Match.Services, ""):
		return "a known error needs the services it applies to"
	case len(k.Match.Services) > maxServices:
		return fmt.Sprintf("a known error applies to %d services at most", maxServices)
	case k.Match.Key == "" && k.Match.Alert == "" && len(labels) == 0:
		return "a known error needs a dedup key, an alert name or a label to match incidents by"
	case len(labels) > maxMatchers:
		return fmt.Sprintf("a known error has %d labels at most", maxMatchers)
	}
	return ""
}

func (d *decider) closeProblem(p *problem, ask events.ProblemClosureReceived) string {
	switch {
	case strings.TrimSpace(ask.Resolution) == "":
		return "a closure needs a resolution: what was done about the cause"
	case len(ask.Resolution) > maxCause:
		return fmt.Sprintf("a resolution has %d bytes at most", maxCause)
	}
	next := p.ProblemRecord
	next.Revision++
	next.Status = ProblemClosed
	d.emitStandalone(p.Service, ask.Note, events.ProblemClosed{ProblemRecord: next, Resolution: ask.Resolution, By: ask.By})
	return ""
}

// noticeProblem records what another partition decided about a problem.
func (d *decider) noticeProblem(r events.ProblemRecord) string {
	if old := d.s.notices[r.Problem]; r.Problem == "" || d.s.problems[r.Problem] != nil || old != nil && old.Revision >= r.Revision {
		return StaleProblem
	}
	d.emitStandalone("", "", events.ProblemNoticed{ProblemRecord: r})
	return ""
}

// evolveProblem folds in facts about problems, and leaves others alone.
func (s *State) evolveProblem(e events.Event) {
	switch fact := e.Data.(type) {
	case events.ProblemOpened:
		s.forgetProblems(e.Time)
		s.problems[fact.Problem] = &problem{ProblemRecord: fact.ProblemRecord}
	case events.ProblemChanged:
		s.problemChanged(e, fact.ProblemRecord)
	case events.ProblemClosed:
		s.problemChanged(e, fact.ProblemRecord)
		if p := s.problems[fact.Problem]; p != nil {
			p.ClosedAt = e.Time
		}
	case events.ProblemLinked:
		if p := s.problems[fact.Problem]; p != nil {
			p.Links, p.Revision, p.LastCommand = append(slices.Clip(p.Links), fact.Incident), fact.Revision, e.CausationID
		}
	case events.ProblemUnlinked:
		if p := s.problems[fact.Problem]; p != nil {
			p.Links = slices.DeleteFunc(slices.Clone(p.Links), func(id string) bool { return id == fact.Incident })
			if len(p.Links) == 0 {
				p.Links = nil
			}
			p.Revision, p.LastCommand = fact.Revision, e.CausationID
		}
	case events.ProblemNoticed:
		s.forgetProblems(e.Time)
		s.notices[fact.Problem] = &notice{ProblemRecord: fact.ProblemRecord, At: e.Time}
	}
}

func (s *State) problemChanged(e events.Event, r events.ProblemRecord) {
	p := s.problems[r.Problem]
	if p == nil {
		return
	}
	p.ProblemRecord, p.LastCommand = r, e.CausationID
	s.notices[r.Problem] = &notice{ProblemRecord: r, At: e.Time}
}

// forgetProblems drops the problems that were closed longer ago than [ResolvedKept].
func (s *State) forgetProblems(now time.Time) {
	for id, p := range s.problems {
		if p.Status == ProblemClosed && !now.Before(p.ClosedAt.Add(ResolvedKept)) {
			delete(s.problems, id)
		}
	}
	for id, n := range s.notices {
		if n.shown() == nil && !now.Before(n.At.Add(ResolvedKept)) {
			delete(s.notices, id)
		}
	}
}

// shown is the known error that incidents may match; nil for none.
func (n *notice) shown() *events.KnownError {
	if n.Status == ProblemClosed {
		return nil
	}
	return n.Known
}
