package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Tx is a transaction of a store. [KeepTx] and [TxKeeper] do in it what is the same in every store; the
// store begins and commits it.
type Tx interface {
	// Head returns the chain's head and keeps other writers out until the transaction ends.
	Head(ctx context.Context) (Head, error)
	// AppendChain stores entries, at least one, and makes the last one the head.
	AppendChain(ctx context.Context, entries []ChainEntry) error
	// InsertFacts stores facts in ledger order.
	InsertFacts(ctx context.Context, facts []Fact) error
	// Known returns what is kept about these incidents, by id.
	Known(ctx context.Context, ids []string) (map[string]Known, error)
	// HighestPlace returns the highest place of an incident in [from, before), or -1.
	HighestPlace(ctx context.Context, from, before int64) (int64, error)
	// PutIncidents stores new rows and replaces known ones. They are in the order of their places.
	PutIncidents(ctx context.Context, rows []Row) error

	// PutHold stores a hold and returns it as kept: with the first hold's instant when there is one
	// already. [ErrNotFound] when the archive has no such incident.
	PutHold(ctx context.Context, h Hold) (Hold, error)
	// DeleteHold returns [ErrNotFound] when there is none.
	DeleteHold(ctx context.Context, incident string) error
	// Expired returns up to most incidents that were resolved before that instant and are not held, the
	// longest resolved first.
	Expired(ctx context.Context, resolvedBefore time.Time, most int) ([]Incident, error)
	// TakeIncident deletes an incident with its facts, and returns position, index, line and hash of these.
	TakeIncident(ctx context.Context, id string) ([]Fact, error)
	// Removal returns the removal of this incident; [ErrNotFound] when there is none.
	Removal(ctx context.Context, id string) (Removal, error)
	// PutRemoval stores a removal, or replaces the one of the same incident.
	PutRemoval(ctx context.Context, r Removal) error
}

// KeepTx does the work of [Writer.Keep].
func KeepTx(ctx context.Context, tx Tx, facts []Fact, incidents []Incident, position uint64) error {
	head, err := tx.Head(ctx)
	if err != nil || position <= head.Position {
		return err
	}
	facts = slices.DeleteFunc(slices.Clone(facts), func(f Fact) bool { return f.Position <= head.Position })
	for i := range facts {
		if f := &facts[i]; f.Position > position || f.Index < 0 || f.Index > MaxIndex {
			return fmt.Errorf("fact %d of record %d is outside of what is to be kept", f.Index, f.Position)
		}
	}
	if err := tx.InsertFacts(ctx, facts); err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	rows, err := makeRows(ctx, tx, facts, incidents)
	if err != nil {
		return err
	}
	if err := tx.PutIncidents(ctx, rows); err != nil {
		return fmt.Errorf("incidents: %w", err)
	}
	records := Records(facts)
	if n := len(records); n == 0 || records[n-1].Position < position {
		records = append(records, Record{Position: position})
	}
	entries := make([]ChainEntry, len(records))
	for i, r := range records {
		entries[i] = head.Append(ChainEntry{Kind: KindRecord, Record: r})
	}
	if err := tx.AppendChain(ctx, entries); err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	return nil
}

// TxKeeper is the [Keeper] of a store that has transactions.
type TxKeeper struct {
	// Within runs a change in one transaction and commits it.
	Within func(ctx context.Context, change func(Tx) error) error
	// List returns all holds, oldest first.
	List func(ctx context.Context) ([]Hold, error)
}

var _ Keeper = TxKeeper{}

// Hold keeps an incident from being removed.
func (k TxKeeper) Hold(ctx context.Context, h Hold) error {
	err := k.change(ctx, func(tx Tx) (ChainEntry, error) {
		kept, err := tx.PutHold(ctx, h)
		return ChainEntry{Kind: KindHold, Incident: kept.Incident, Record: Record{Sum: kept.Digest()}}, err
	})
	if err != nil {
		return fmt.Errorf("hold incident %s: %w", h.Incident, err)
	}
	return nil
}

// Release ends a hold.
func (k TxKeeper) Release(ctx context.Context, incident string) error {
	err := k.change(ctx, func(tx Tx) (ChainEntry, error) {
		return ChainEntry{Kind: KindRelease, Incident: incident}, tx.DeleteHold(ctx, incident)
	})
	if err != nil {
		return fmt.Errorf("release incident %s: %w", incident, err)
	}
	return nil
}

// change makes one change and appends the entry that it returns, at the archive's position.
func (k TxKeeper) change(ctx context.Context, change func(Tx) (ChainEntry, error)) error {
	return k.Within(ctx, func(tx Tx) error {
		head, err := tx.Head(ctx)
		if err != nil {
			return err
		}
		e, err := change(tx)
		if err != nil {
			return err
		}
		e.Position = head.Position
		return tx.AppendChain(ctx, []ChainEntry{head.Append(e)})
	})
}

// Holds returns all holds, oldest first.
func (k TxKeeper) Holds(ctx context.Context) ([]Hold, error) {
	holds, err := k.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return holds, nil
}

// Remove removes incidents that were kept long enough, in one transaction.
func (k TxKeeper) Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (n int, err error) {
	err = k.Within(ctx, func(tx Tx) (err error) {
		n, err = removeAll(ctx, tx, resolvedBefore, most, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove incidents: %w", err)
	}
	return n, nil
}

func removeAll(ctx context.Context, tx Tx, resolvedBefore time.Time, most int, now time.Time) (int, error) {
	head, err := tx.Head(ctx)
	if err != nil {
		return 0, err
	}
	all, err := tx.Expired(ctx, resolvedBefore, most)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	var entries []ChainEntry
	for _, in := range all {
		r, err := remove(ctx, tx, in, now)
		if err != nil {
			return 0, fmt.Errorf("incident %s: %w", in.ID, err)
		}
		e := ChainEntry{Kind: KindRemoval, Incident: r.ID, Record: Record{Position: head.Position, Sum: r.Digest()}}
		entries = append(entries, head.Append(e))
	}
	return len(all), tx.AppendChain(ctx, entries)
}

func remove(ctx context.Context, tx Tx, in Incident, now time.Time) (Removal, error) {
	facts, err := tx.TakeIncident(ctx, in.ID)
	if err != nil {
		return Removal{}, err
	}
	slices.SortFunc(facts, func(a, b Fact) int { return cmp.Compare(a.Key(), b.Key()) })
	earlier, err := tx.Removal(ctx, in.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Removal{}, err
	}
	r, err := newRemoval(in, facts, earlier, now)
	if err != nil {
		return Removal{}, err
	}
	return r, tx.PutRemoval(ctx, r)
}
