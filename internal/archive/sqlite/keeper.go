package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
)

// Keeper changes holds and removes incidents, also while another process writes the file. Each change is one
// short transaction.
type Keeper struct{ keeping *sql.DB }

var _ archive.Keeper = (*Keeper)(nil)

// OpenKeeper opens the file, which must be there and up to date as for [OpenReader].
func OpenKeeper(path string) (*Keeper, error) {
	db, err := existing(path, "rw", 1)
	if err != nil {
		return nil, err
	}
	return &Keeper{db}, nil
}

// Close closes the connection.
func (k *Keeper) Close() error { return k.keeping.Close() }

// Hold keeps an incident from being removed.
func (k *Keeper) Hold(ctx context.Context, h archive.Hold) error {
	if err := within(ctx, k.keeping, nil, func(t *tx) error { return archive.HoldTx(ctx, t, h) }); err != nil {
		return fmt.Errorf("hold incident %s: %w", h.Incident, err)
	}
	return nil
}

// Release ends a hold.
func (k *Keeper) Release(ctx context.Context, id string) error {
	if err := within(ctx, k.keeping, nil, func(t *tx) error { return archive.ReleaseTx(ctx, t, id) }); err != nil {
		return fmt.Errorf("release incident %s: %w", id, err)
	}
	return nil
}

// Holds returns all holds, oldest first.
func (k *Keeper) Holds(ctx context.Context) ([]archive.Hold, error) {
	holds, err := all(ctx, k.keeping, readHold[*sql.Rows], selectHolds+" ORDER BY since, id")
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return holds, nil
}

// Remove removes incidents that were kept long enough, in one transaction.
func (k *Keeper) Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (n int, err error) {
	err = within(ctx, k.keeping, nil, func(t *tx) (err error) {
		n, err = archive.RemoveTx(ctx, t, resolvedBefore, most, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove incidents: %w", err)
	}
	return n, nil
}
