package apitest

import (
	"context"
	"errors"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// engine decides as simply as can be and keeps the facts in the archive at once.
type engine struct {
	archive  archive.Archive
	position uint64
	at       int // advances with every fact, so that no two incidents open at one instant
}

func (g *engine) decide(ctx context.Context, inputs []events.Event) error {
	for _, in := range inputs {
		if err := g.input(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

func (g *engine) input(ctx context.Context, in events.Event) error {
	id := in.Subject
	if id == "" {
		id = events.DeriveID("incident", in.Service, key(in.Data))
	}
	now, err := g.archive.Incident(ctx, id)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return err
	}
	now.ID = id
	data, reason := answer(now, in)
	if len(data) == 0 {
		return nil
	}
	return g.keep(ctx, now, in, data, reason)
}

// keep writes one record with the facts that in led to.
func (g *engine) keep(ctx context.Context, now archive.Incident, in events.Event, all []events.Data, reason string) error {
	_, hash, err := g.archive.Head(ctx, now.ID)
	if err != nil {
		return err
	}
	g.position++
	var facts []archive.Fact
	for i, data := range all {
		g.at++
		e := events.New(data)
		e.ID, e.Source, e.Subject = events.DeriveID(in.ID, data.Name()), "tocsin/engine", now.ID
		e.Service, e.Team, e.IncidentSeq = in.Service, "payments", now.Seq+1
		e.Time, e.CausationID, e.Actor, e.Reason = Now.Add(time.Duration(g.at)*time.Second), in.ID, in.Actor, reason
		line, err := e.Encode()
		if err != nil {
			return err
		}
		hash = archivetest.Chain(hash, line)
		now = timeline.Fold(now, e)
		facts = append(facts, archive.Fact{Envelope: e.Envelope, Position: g.position, Index: i, Hash: hash, Line: line})
	}
	return g.archive.Keep(ctx, facts, []archive.Incident{now}, g.position)
}

func key(data events.Data) string {
	switch d := data.(type) {
	case events.AlertReceived:
		return d.Dedup()
	case events.AlertCleared:
		return d.Dedup()
	}
	return ""
}

// answer gives the facts for one input; none for an alert that cleared before it fired.
func answer(now archive.Incident, in events.Event) ([]events.Data, string) {
	refused := func(why string) ([]events.Data, string) {
		return []events.Data{events.CommandRefused{Command: events.NameOf(in.Type)}}, why
	}
	over := now.Status == timeline.Resolved
	switch d := in.Data.(type) {
	case events.AlertReceived:
		if now.Seq > 0 {
			return []events.Data{events.AlertJoined(d)}, ""
		}
		return []events.Data{
			events.IncidentTriggered{Title: d.Summary, DedupKey: d.Dedup(), Severity: d.Severity, Priority: "P1", Policy: "payments", Alert: d.Alert},
			events.EscalationAdvanced{Round: 1, Level: 1, Trigger: "triggered", Targets: []string{"schedule:payments-primary"}, Pages: []string{"person:ana"}},
		}, ""
	case events.AlertCleared:
		if now.Seq == 0 || over {
			return nil, ""
		}
		return []events.Data{events.AlertLeft{Key: d.Key, How: "cleared"}, events.IncidentResolved{How: "cleared"}}, ""
	case events.AcknowledgementReceived:
		if over {
			return refused("the incident is resolved")
		}
		return []events.Data{events.IncidentAcknowledged{By: d.By, Via: d.Via}}, ""
	case events.AcknowledgementWithdrawn:
		if now.Status != timeline.Acknowledged {
			return refused("nobody has it")
		}
		return []events.Data{events.IncidentUnacknowledged{By: d.By}}, ""
	case events.ResolutionReceived:
		if over {
			return refused("the incident is resolved already")
		}
		return []events.Data{events.IncidentResolved{By: d.By, How: "command"}}, ""
	case events.ReopeningReceived:
		if !over {
			return refused("the incident is open")
		}
		return []events.Data{events.IncidentReopened{By: d.By}}, ""
	case events.EscalationReceived:
		return []events.Data{events.EscalationAdvanced{Round: 1, Level: max(d.Level, now.Level+1), Trigger: "command", Targets: []string{"person:bo"}, Pages: []string{"person:bo"}}}, ""
	case events.NoteReceived:
		return []events.Data{events.IncidentAnnotated{By: d.By, Note: d.Note}}, ""
	}
	return nil, ""
}
