package engine

import (
	"context"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/intake"
	"tocsin.dev/pkg/events"
)

// forwardWithin limits how long an owner blocks to forward the facts of one record.
const forwardWithin = 2 * time.Second

// receiver returns the service whose partition takes the fact as an input; empty for a fact that
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
// It tries each once: the rules repeat requests and answers that are lost.
func (e *Engine) forward(ctx context.Context, facts []events.Event) {
	if len(facts) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, forwardWithin)
	defer cancel()
	services, _ := e.cfg.Bus.Partitions()
	for _, f := range facts {
		f.Service = receiver(f.Data)
		if err := intake.Put(ctx, e.cfg.Bus, events.Partition(f.Service, services), intake.Merges, f.ID, f); err != nil {
			e.cfg.Log.Warn("a fact did not reach the partition that it concerns; it will be requested again",
				zap.String("event", f.Data.Name()), zap.String("event_id", f.ID), zap.String("incident", f.Subject),
				zap.String("service", f.Service), zap.Error(err))
		}
	}
}
