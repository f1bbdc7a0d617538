package engine

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// kindMerges is where on INTAKE facts arrive that one partition has for another.
const kindMerges = "merges"

// forwardWithin bounds how long an owner stands still to forward what one record holds.
const forwardWithin = 2 * time.Second

// receiver gives the service whose partition a fact is an input of; empty for a fact that
// concerns its own partition only.
func receiver(data events.Data) string {
	switch fact := data.(type) {
	case events.MergeRequested:
		return fact.IntoService
	case events.MergeAnswered:
		return fact.Service
	default:
		return ""
	}
}

// forward publishes facts, which are durable by now, as inputs of the partitions that they concern.
// Each is tried once: what is lost is asked for again by the rules, and answered again.
func (e *Engine) forward(ctx context.Context, facts []events.Event) {
	if len(facts) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, forwardWithin)
	defer cancel()
	for _, f := range facts {
		if err := e.forwardOne(ctx, f); err != nil {
			e.cfg.Log.Warn("a fact did not reach the partition that it concerns; it will be asked for again",
				zap.String("event", f.Data.Name()), zap.String("event_id", f.ID), zap.String("incident", f.Subject),
				zap.String("service", receiver(f.Data)), zap.Error(err))
		}
	}
}

func (e *Engine) forwardOne(ctx context.Context, f events.Event) error {
	f.Service = receiver(f.Data)
	body, err := events.EncodeBatch([]events.Event{f})
	if err != nil {
		return err
	}
	services, _ := e.cfg.Bus.Partitions()
	subject := events.IntakeSubject(events.Partition(f.Service, services), kindMerges)
	err = e.cfg.Bus.Publish(ctx, bus.Message{
		Subject: subject, ID: f.ID, Body: body, Header: map[string][]string{"content-type": {events.ContentBatch}},
	})
	if err != nil {
		return fmt.Errorf("publish %s: %w", subject, err)
	}
	return nil
}
