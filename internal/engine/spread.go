package engine

import (
	"context"
	"strconv"

	"tocsin.dev/internal/intake"
	"tocsin.dev/pkg/events"
)

var problemChanged, problemClosed = events.TypeOf(events.ProblemChanged{}), events.TypeOf(events.ProblemClosed{})

// travels says whether every other partition must know the fact: a known error may concern any of
// their services.
func travels(kind string) bool { return kind == problemChanged || kind == problemClosed }

// spread publishes such facts to every other partition before the teller's position passes them. So each
// partition gets them at least once, despite crashes; repeats are recognized by their revision.
func (t *Teller) spread(ctx context.Context) error {
	services, _ := t.engine.cfg.Bus.Partitions()
	for _, e := range t.travelling {
		for p := range services {
			if p == t.partition {
				continue
			}
			if err := intake.Put(ctx, t.engine.cfg.Bus, p, intake.Problems, events.DeriveID("spread", e.ID, strconv.Itoa(p)), e); err != nil {
				return err
			}
		}
	}
	return nil
}
