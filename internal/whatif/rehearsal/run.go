package rehearsal

import (
	"cmp"
	"fmt"
	"time"

	"tocsin.dev/internal/yamlfile"
	"tocsin.dev/pkg/events"
)

// Result is the outcome of one case.
type Result struct {
	Name     string
	Line     int // of the case, from 1
	Failures []Failure
	// Story is what happened, up to the last step.
	Story Story
	// Facts are all facts in order, including those about no incident.
	Facts []events.Event
}

// Passed reports whether everything was as expected.
func (r Result) Passed() bool { return len(r.Failures) == 0 }

// Failure is one expectation that was not met, or one step that failed.
type Failure struct {
	Line, Column int
	After        time.Duration // since the start of the case
	Message      string
	// Diff compares what was expected with what happened; empty for a step.
	Diff []DiffLine
}

// Run plays each case separately. The catalogs must have the one to begin with and all of [File.Folders].
func (f File) Run(with Catalogs) []Result {
	out := make([]Result, len(f.Cases))
	for n, one := range f.Cases {
		out[n] = one.Run(with)
	}
	return out
}

// Run plays one case.
func (c Case) Run(with Catalogs) Result {
	p := player{
		of: c, catalogs: with, rehearsal: New(with[""], c.Start), sent: map[string]sent{}, covers: map[string]events.Override{},
		result: Result{Name: c.Name, Line: c.Line},
	}
	for _, s := range c.Steps {
		p.step(s)
	}
	p.check(c.Expect)
	p.result.Story, p.result.Facts = p.rehearsal.Story(), p.rehearsal.Ledger()
	return p.result
}

// player is one run of a case.
type player struct {
	of        Case
	catalogs  Catalogs
	rehearsal *Rehearsal
	sent      map[string]sent            // every alert so far, by its name in the case
	covers    map[string]events.Override // every override so far, by its id
	result    Result
}

// sent is the latest form of an alert.
type sent struct {
	service string
	alert   events.Alert
}

func (p *player) step(s Step) {
	switch s.Verb {
	case FireAlert:
		service, a := p.alert(s.Alert)
		placed := p.rehearsal.Fire(service, a)
		// An alert without a name is kept by its service and key, which no name looks like.
		p.sent[cmp.Or(s.Alert.As, s.Alert.Of, "\x00"+placed.Service+"\x00"+a.Key)] = sent{placed.Service, a}
	case ClearAlert:
		p.clear(s)
	case Contact:
		p.rehearsal.Contact(s.To, s.Contact, s.Outcome)
	case Advance:
		p.advance(s)
	case Outage:
		p.rehearsal.Outage(s.When.For)
	case Override, Withdraw:
		p.cover(s)
	case Catalog:
		if refusal := p.rehearsal.Revise(p.catalogs[s.Files]); refusal != "" {
			p.fail(s.place, "catalog was refused: %s", refusal)
		}
	case Expect:
		p.check(s.Expect)
	default:
		p.command(s)
	}
}

func (p *player) advance(s Step) {
	to := s.When.from(p.rehearsal.Now())
	if to.Before(p.rehearsal.Now()) {
		p.fail(s.place, "the instant is past: it is %s", p.rehearsal.Now().In(to.Location()).Format(time.RFC3339))
		return
	}
	p.rehearsal.Until(to)
}

// alert makes the alert of a step. Its key defaults to its labels, then its summary, then its service; its
// summary to the label alertname, then the key.
func (p *player) alert(s Alert) (service string, a events.Alert) {
	if s.Of != "" {
		before := p.sent[s.Of]
		service, a = before.service, before.alert
		a.StartsAt = time.Time{}
	} else {
		service = s.Service
		a = events.Alert{Key: s.Key, DedupKey: s.DedupKey, Labels: events.NewLabels(s.Labels), Severity: s.Labels["severity"], Origin: "rehearsal"}
	}
	if s.Severity != "" {
		a.Severity = s.Severity
	}
	switch {
	case s.Summary != "":
		a.Summary = s.Summary
	case a.Summary == "" && s.Labels["alertname"] != "":
		a.Summary = s.Labels["alertname"]
	case a.Summary == "":
		a.Summary = cmp.Or(s.Key, string(a.Labels), s.Service)
	}
	a.Key = cmp.Or(a.Key, string(a.Labels), s.Summary, s.Service)
	a.EndsAt = time.Time{}
	if s.For > 0 {
		a.EndsAt = p.rehearsal.Now().Add(s.For)
	}
	return service, a
}

// clear ends the alert that the step names or describes, or the only one.
func (p *player) clear(s Step) {
	service, a := p.alert(s.Alert)
	if a.Key == "" {
		if len(p.sent) != 1 {
			p.fail(s.place, "which alert is over? Name it with of:, or repeat its labels")
			return
		}
		for _, only := range p.sent {
			service, a = only.service, only.alert
		}
	}
	p.rehearsal.Clear(service, a)
}

// incident returns the incident of an alert's name, or the only one; problem says why there is none.
func (p *player) incident(of string) (id, problem string) {
	if of != "" {
		was := p.sent[of]
		id, ok := p.rehearsal.IncidentOf(was.service, was.alert)
		if !ok {
			return "", fmt.Sprintf("the alert %s has opened no incident", yamlfile.Quote(of))
		}
		return id, ""
	}
	switch all := p.rehearsal.builder.story.Incidents; len(all) {
	case 0:
		return "", "there is no incident"
	case 1:
		return all[0].ID, ""
	default:
		return "", fmt.Sprintf("there are %d incidents: give their alerts names with as:, and say which with of:", len(all))
	}
}

func (p *player) fail(at place, format string, args ...any) {
	p.result.Failures = append(p.result.Failures, Failure{
		Line: at.Line, Column: at.Column, After: p.rehearsal.Now().Sub(p.of.Start), Message: fmt.Sprintf(format, args...),
	})
}
