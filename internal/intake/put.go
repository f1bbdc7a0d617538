// Package intake is the door to INTAKE, the stream of what was asked.
//
// In: events to publish, and messages of the stream to read. Out: messages on the bus, and events.
// Every service publishes its inputs with Put; whoever decides or replays reads them with Read. The
// package never decides, never retries and keeps no state.
package intake

import (
	"context"
	"fmt"
	"strconv"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// The kinds of input, the last token of the subject that Tocsin's own parts publish on.
const (
	Alerts    = "alerts"
	Commands  = "commands"
	Receipts  = "receipts"  // of the notifier
	Catalog   = "catalog"   // a new revision, to every partition
	Overrides = "overrides" // to every partition, as each decides who is on call
	Rosters   = "rosters"   // of imported calendars, to every partition
	Merges    = "merges"    // facts of one partition about an incident of another
	Problems  = "problems"  // commands on problems, and problems that other partitions must know
)

// Message makes one message of encoded events. The stream stores the same id once within its
// window, so a publish with an id is safe to repeat; without one every publish is stored.
func Message(partition int, kind, id string, lines [][]byte) bus.Message {
	return bus.Message{
		Subject: events.IntakeSubject(partition, kind), ID: id,
		Header: map[string][]string{"content-type": {events.ContentBatch}}, Body: events.JoinLines(lines),
	}
}

// Put publishes events as one message to one partition; see [Message] for id. Errors of the bus,
// such as [bus.ErrFull], are wrapped.
func Put(ctx context.Context, to bus.Publisher, partition int, kind, id string, all ...events.Event) error {
	lines := make([][]byte, len(all))
	for i, e := range all {
		line, err := e.Encode()
		if err != nil {
			return err
		}
		lines[i] = line
	}
	m := Message(partition, kind, id, lines)
	if err := to.Publish(ctx, m); err != nil {
		return fmt.Errorf("publish %s: %w", m.Subject, err)
	}
	return nil
}

// PutEverywhere publishes one event to each of a number of partitions. Repeat it after an error: a
// partition that has the event already does not store it again.
func PutEverywhere(ctx context.Context, to bus.Publisher, partitions int, kind string, e events.Event) error {
	for p := range partitions {
		if err := Put(ctx, to, p, kind, events.DeriveID("everywhere", e.ID, strconv.Itoa(p)), e); err != nil {
			return err
		}
	}
	return nil
}
