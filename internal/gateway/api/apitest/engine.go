package apitest

import (
	"context"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// engine decides by the real rules, each partition for itself, and keeps the facts in the archive
// at once. It fires no deadlines: the clock moves on by one second with each input.
type engine struct {
	archive  archive.Archive
	states   [Partitions]*rules.State
	position uint64 // of the ledger's newest record
	inputs   uint64
	lost     string // kind of inputs from partition to partition that never arrive
}

func newEngine(a archive.Archive) *engine {
	g := &engine{archive: a}
	for p := range g.states {
		g.states[p] = rules.NewState(p)
	}
	return g
}

// use puts a catalog in force in every partition.
func (g *engine) use(c *catalog.Catalog) {
	for _, s := range g.states {
		s.Use(c.Rules)
	}
}

// Publish decides the inputs of one message of INTAKE.
func (g *engine) Publish(ctx context.Context, m bus.Message) error {
	p, err := strconv.Atoi(strings.Split(m.Subject, ".")[2])
	if err != nil {
		return err
	}
	all, err := events.DecodeBatch(m.Body)
	if err != nil {
		return err
	}
	g.inputs++
	for i, e := range all {
		now := Now.Add(time.Duration(g.inputs) * time.Second) // so that no two incidents open at one instant
		facts := g.states[p].Decide(rules.Input{Position: g.inputs, Index: i, Event: e}, now).Facts
		if err := g.keep(ctx, facts); err != nil {
			return err
		}
		if err := g.forward(ctx, facts); err != nil {
			return err
		}
		if err := g.spread(ctx, p, facts); err != nil {
			return err
		}
	}
	return nil
}

// spread sends changed problems to every other partition.
func (g *engine) spread(ctx context.Context, from int, facts []events.Event) error {
	for _, f := range facts {
		switch f.Data.(type) {
		case events.ProblemChanged, events.ProblemClosed:
		default:
			continue
		}
		for p := range Partitions {
			if p == from {
				continue
			}
			if err := intake.Put(ctx, g, p, intake.Problems, "", f); err != nil {
				return err
			}
		}
	}
	return nil
}

// forward sends facts about another partition's incidents to that partition.
func (g *engine) forward(ctx context.Context, facts []events.Event) error {
	for _, f := range facts {
		service := ""
		switch d := f.Data.(type) {
		case events.MergeRequested:
			service = d.IntoService
		case events.MergeAnswered:
			service = d.Service
		}
		if service == "" || g.lost == intake.Merges {
			continue
		}
		if err := intake.Put(ctx, g, events.Partition(service, Partitions), intake.Merges, "", f); err != nil {
			return err
		}
	}
	return nil
}

// keep writes one record with the facts, as the recorder does, but for renewals of alerts.
func (g *engine) keep(ctx context.Context, facts []events.Event) error {
	if len(facts) == 0 {
		return nil
	}
	g.position++
	var kept []archive.Fact
	stories := map[string]*story{}
	for i, e := range facts {
		line, err := e.Encode()
		if err != nil {
			return err
		}
		f := archive.Fact{Envelope: e.Envelope, Position: g.position, Index: i, Line: line}
		if e.IncidentSeq == 0 {
			f.Subject = "" // no line of a timeline
		} else {
			s, err := g.story(ctx, stories, e.Subject)
			if err != nil {
				return err
			}
			s.hash = archivetest.Chain(s.hash, line)
			s.incident = timeline.Fold(s.incident, e)
			f.Hash = s.hash
		}
		kept = append(kept, f)
	}
	var touched []archive.Incident
	for _, s := range stories {
		touched = append(touched, s.incident)
	}
	return g.archive.Keep(ctx, kept, touched, g.position)
}

// story is an incident with the end of its chain.
type story struct {
	incident archive.Incident
	hash     []byte
}

func (g *engine) story(ctx context.Context, stories map[string]*story, id string) (*story, error) {
	if s := stories[id]; s != nil {
		return s, nil
	}
	_, hash, err := g.archive.Head(ctx, id)
	if err != nil {
		return nil, err
	}
	found, err := g.archive.Load(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	s := &story{hash: hash}
	if len(found) > 0 {
		s.incident = found[0]
	}
	stories[id] = s
	return s, nil
}
