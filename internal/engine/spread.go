package engine

import (
	"context"
	"fmt"
	"strconv"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// kindProblems is where on INTAKE a partition hears of problems that another one decides.
const kindProblems = "problems"

var problemChanged, problemClosed = events.TypeOf(events.ProblemChanged{}), events.TypeOf(events.ProblemClosed{})

// travels says that every other partition has to know the fact: a known error may concern any of
// their services.
func travels(kind string) bool { return kind == problemChanged || kind == problemClosed }

func (t *Teller) take(line []byte) error {
	e, err := events.Decode(line)
	if err == nil {
		t.travelling = append(t.travelling, e)
	}
	return err
}

// spread puts what travels before every other partition, before the teller's position passes it. So each
// gets it at least once, whatever dies; one that comes again, or late, is known by its revision.
func (t *Teller) spread(ctx context.Context) error {
	services, _ := t.engine.cfg.Bus.Partitions()
	for _, e := range t.travelling {
		body, err := events.EncodeBatch([]events.Event{e})
		if err != nil {
			return err
		}
		for p := range services {
			if p == t.partition {
				continue
			}
			subject := events.IntakeSubject(p, kindProblems)
			if err := t.engine.cfg.Bus.Publish(ctx, bus.Message{
				Subject: subject, ID: events.DeriveID("spread", e.ID, strconv.Itoa(p)), Body: body, Header: map[string][]string{"content-type": {events.ContentBatch}},
			}); err != nil {
				return fmt.Errorf("publish %s: %w", subject, err)
			}
		}
	}
	return nil
}
