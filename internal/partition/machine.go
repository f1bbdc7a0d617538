package partition

import (
	"context"
	"time"

	"tocsin.dev/internal/bus"
)

// Machine decides and keeps the state of a partition. One goroutine calls it. The facts it decides on are
// collected until [Machine.Take] and become one record.
type Machine interface {
	// Load starts from a snapshot that Snapshot returned; nil means from the beginning.
	Load(ctx context.Context, snapshot []byte) error
	// Replay folds one record of the log, oldest first.
	Replay(ctx context.Context, r Record) error
	// Start is called when all is replayed. before is the record before the takeover, zero for
	// an empty log. Facts may be decided here.
	Start(ctx context.Context, before Record, now time.Time) error

	// Input uses the events of m from place part on, until all are used (done) or the gathered
	// facts have reached limit bytes. next is the place to continue from.
	Input(ctx context.Context, m bus.Message, part int, now time.Time, limit int) (next int, done bool, err error)
	// Outside takes in what did not come through the input log, such as outcomes of sends.
	Outside(now time.Time)
	// Ready is signalled when Outside has something to take in; nil for never.
	Ready() <-chan struct{}

	// Deadline returns the next instant at which time alone changes something.
	Deadline() (at time.Time, ok bool)
	// Fire decides what is due at now, until nothing is or the facts have reached limit bytes.
	Fire(now time.Time, limit int)

	// Take returns the collected facts, encoded, and the mark for the record, and forgets them.
	Take() (lines [][]byte, mark uint64)
	// Committed says that the facts of the last Take are durable: effects may go out now.
	Committed(ctx context.Context, r Record)
	// Leave is called when the owner is about to stop: nothing new may begin. busy says that something is
	// under way whose end should be recorded.
	Leave() (busy bool)
	// Snapshot returns the state as bytes.
	Snapshot() ([]byte, error)
}
