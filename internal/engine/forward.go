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
// Each is tried once: the rules ask again for what is lost, and answer again.
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
	services, _ := e.cfg.Bus.Partitions()
	return intake.Put(ctx, e.cfg.Bus, events.Partition(f.Service, services), intake.Merges, f.ID, f)
}
