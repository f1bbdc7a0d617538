// Package streams reads for a verification what the bus holds: the records of LEDGER and the messages of
// INTAKE, partition by partition, read as the engine reads them.
//
// In: a bus. Out: the iterators of [verify.Partition], up to the newest message when they are opened. It
// appends nothing, takes no lease and creates no consumer on the server.
package streams

import (
	"context"
	"fmt"
	"iter"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/whatif/verify"
)

// Bus is the part of the bus that is read.
type Bus interface {
	bus.Log
	Installation() string
}

// Streams reads a bus.
type Streams struct {
	Bus Bus
	// Foreign reads alerts that others put on INTAKE, as the engine does. Required.
	Foreign intake.Foreign
}

// pollMax bounds the messages of one poll.
const pollMax = 256

// Kept returns the sequence of the oldest message that INTAKE holds; 0 if it is empty.
func (s Streams) Kept(ctx context.Context) (uint64, error) {
	for m, err := range s.messages(ctx, bus.Intake, bus.All, 0) {
		return m.Seq, err
	}
	return 0, nil
}

// Partition returns one partition. kept is the result of [Streams.Kept].
func (s Streams) Partition(ctx context.Context, p int, kept uint64) verify.Partition {
	return verify.Partition{
		Number: p, Installation: s.Bus.Installation(), Kept: kept,
		Records: func(after uint64) iter.Seq2[verify.Record, error] { return s.Records(ctx, p, after) },
		Intake:  func(after uint64) iter.Seq2[verify.Message, error] { return s.Intake(ctx, p, after) },
	}
}

// Records yields the records of a partition, or of [bus.All], after a sequence.
func (s Streams) Records(ctx context.Context, p int, after uint64) iter.Seq2[verify.Record, error] {
	return func(yield func(verify.Record, error) bool) {
		for m, err := range s.messages(ctx, bus.Ledger, p, after) {
			if err != nil {
				yield(verify.Record{}, err)
				return
			}
			r, err := partition.ParseRecord(m)
			if err != nil {
				yield(verify.Record{}, err)
				return
			}
			made := verify.Record{
				Seq: r.Seq, Epoch: r.Epoch, Now: r.Now, Lines: r.Lines,
				Position: verify.Position{Seq: r.Position.Seq, Part: r.Position.Part},
			}
			if !yield(made, nil) {
				return
			}
		}
	}
}

// Intake yields the messages of a partition, or of [bus.All], after a sequence.
func (s Streams) Intake(ctx context.Context, p int, after uint64) iter.Seq2[verify.Message, error] {
	return func(yield func(verify.Message, error) bool) {
		for m, err := range s.messages(ctx, bus.Intake, p, after) {
			if err != nil {
				yield(verify.Message{}, err)
				return
			}
			all, _ := intake.Read(m, s.Foreign) // what the engine could not read led to nothing
			if !yield(verify.Message{Seq: m.Seq, At: m.At, Events: all}, nil) {
				return
			}
		}
	}
}

// messages yields what is stored now.
func (s Streams) messages(ctx context.Context, of bus.Stream, p int, after uint64) iter.Seq2[bus.Message, error] {
	return func(yield func(bus.Message, error) bool) {
		err := s.each(ctx, of, p, after, func(m bus.Message) bool { return yield(m, nil) })
		if err != nil {
			yield(bus.Message{}, fmt.Errorf("read %s: %w", of, err))
		}
	}
}

func (s Streams) each(ctx context.Context, of bus.Stream, p int, after uint64, yield func(bus.Message) bool) error {
	newest, err := s.Bus.Newest(ctx, of, p)
	if err != nil || newest <= after {
		return err
	}
	r, err := s.Bus.Read(ctx, of, p, after)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		got, err := r.Poll(pollMax)
		if err != nil {
			return err
		}
		for _, m := range got {
			if !yield(m) || m.Seq >= newest {
				return nil
			}
		}
		if len(got) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.Ready():
		}
	}
}

// Catalogs returns a function that loads revisions of a store as the rules see them.
func Catalogs(ctx context.Context, store *revisions.Store) func(string) (*rules.Catalog, error) {
	return func(rev string) (*rules.Catalog, error) {
		c, err := store.Load(ctx, rev)
		if err != nil {
			return nil, err
		}
		return c.Rules, nil
	}
}
