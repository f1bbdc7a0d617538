package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// Problem is the current state of a problem record.
type Problem struct {
	ID        string      `json:"id"`
	Service   string      `json:"service"`
	Title     string      `json:"title"`
	Status    string      `json:"status" enum:"open,known-error,closed"`
	Cause     string      `json:"cause,omitempty" doc:"the root cause"`
	Known     *KnownError `json:"known,omitempty" doc:"where it is a known error"`
	Incidents []string    `json:"incidents" doc:"ids of those that belong to it, in the order in which they were linked"`

	OpenedAt   time.Time `json:"opened_at"`
	OpenedBy   string    `json:"opened_by,omitempty"`
	UpdatedAt  time.Time `json:"updated_at"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	ClosedBy   string    `json:"closed_by,omitempty"`
	Resolution string    `json:"resolution,omitempty" doc:"what was done about the cause"`
}

// KnownError is a workaround, and which incidents it concerns.
type KnownError struct {
	Workaround string            `json:"workaround" minLength:"1" maxLength:"2000" doc:"what helps until the cause is gone; 2000 bytes at most"`
	Services   []string          `json:"services,omitempty" maxItems:"50" doc:"of the incidents; the problem's own when left out"`
	Key        string            `json:"key,omitempty" maxLength:"1024" doc:"their dedup key"`
	Alert      string            `json:"alert,omitempty" maxLength:"1024" doc:"the value of the label alertname of the alert that opens them"`
	Labels     map[string]string `json:"labels,omitempty" maxProperties:"20" doc:"labels of that alert, all of them"`
}

// problemIndex folds the facts about problems.
type problemIndex struct {
	mu    sync.Mutex
	after int64
	byID  map[string]*Problem
	order []string
}

// problemFacts are those that the problem's own partition writes.
var problemFacts = []string{
	events.ProblemOpened{}.Name(), events.ProblemChanged{}.Name(), events.ProblemClosed{}.Name(), events.ProblemLinked{}.Name(), events.ProblemUnlinked{}.Name(),
}

func (r *problemIndex) read(ctx context.Context, from archive.Journal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	facts, upTo, err := from.Loose(ctx, r.after, problemFacts...)
	if err != nil {
		return err
	}
	for i := range facts {
		if e, err := events.Decode(facts[i].Line); err == nil { // the recorder reports lines that it cannot read
			r.fold(e)
		}
	}
	r.after = upTo
	return nil
}

func (r *problemIndex) fold(e events.Event) {
	switch d := e.Data.(type) {
	case events.ProblemOpened:
		if r.byID == nil {
			r.byID = map[string]*Problem{}
		}
		if r.byID[d.Problem] == nil {
			r.order = append(r.order, d.Problem)
		}
		p := &Problem{ID: d.Problem, OpenedAt: e.Time, OpenedBy: d.By, Incidents: []string{}}
		p.stand(e, d.ProblemRecord)
		r.byID[d.Problem] = p
	case events.ProblemChanged:
		if p := r.byID[d.Problem]; p != nil {
			p.stand(e, d.ProblemRecord)
		}
	case events.ProblemClosed:
		if p := r.byID[d.Problem]; p != nil {
			p.stand(e, d.ProblemRecord)
			p.ClosedAt, p.ClosedBy, p.Resolution = e.Time, d.By, d.Resolution
		}
	case events.ProblemLinked:
		if p := r.byID[d.Problem]; p != nil {
			p.Incidents, p.UpdatedAt = append(slices.Clip(p.Incidents), d.Incident), e.Time
		}
	case events.ProblemUnlinked:
		if p := r.byID[d.Problem]; p != nil {
			p.Incidents = slices.DeleteFunc(slices.Clone(p.Incidents), func(id string) bool { return id == d.Incident })
			p.UpdatedAt = e.Time
		}
	}
}

func (p *Problem) stand(e events.Event, r events.ProblemRecord) {
	p.Service, p.Title, p.Status, p.Cause, p.Known, p.UpdatedAt = r.Service, r.Title, r.Status, r.Cause, nil, e.Time
	if r.Known != nil {
		m := r.Known.Match
		p.Known = &KnownError{Workaround: r.Known.Workaround, Services: m.Services, Key: m.Key, Alert: m.Alert, Labels: m.Labels.Map()}
		if len(p.Known.Labels) == 0 {
			p.Known.Labels = nil
		}
	}
}

// all returns copies, the newest first.
func (r *problemIndex) all() []Problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Problem, 0, len(r.order))
	for _, id := range slices.Backward(r.order) {
		out = append(out, *r.byID[id])
	}
	return out
}

var (
	errNoProblem        = errors.New("no such problem")
	errSeveralProblems  = errors.New("several problems begin with that id")
	problemPrefix       = "PRB-"
	shortestProblemWord = len(problemPrefix) + archive.MinPrefix
)

// find returns one by its id or an unambiguous beginning of it; PRB- may be left out.
func (r *problemIndex) find(id string) (found Problem, err error) {
	if !strings.HasPrefix(id, problemPrefix) {
		id = problemPrefix + id
	}
	err = errNoProblem
	for _, p := range r.all() {
		switch {
		case p.ID == id:
			return p, nil
		case len(id) < shortestProblemWord || !strings.HasPrefix(p.ID, id):
		case found.ID != "":
			err = errSeveralProblems
		default:
			found, err = p, nil
		}
	}
	return found, err
}

// linked returns the problem of each incident that belongs to one that is not closed.
func (r *problemIndex) linked() map[string]string {
	all := map[string]string{}
	for _, p := range r.all() {
		if p.Status == "closed" {
			continue
		}
		for _, id := range p.Incidents {
			all[id] = p.ID
		}
	}
	return all
}
