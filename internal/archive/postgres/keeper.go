package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin.dev/internal/archive"
)

// Keeper changes holds and removes incidents, also while another process writes. Each change is one
// transaction.
type Keeper struct{ keeping *pgxpool.Pool }

// Close closes the keeper's connection.
func (k *Keeper) Close() error {
	k.keeping.Close()
	return nil
}

func (k *Keeper) within(ctx context.Context, change func(*tx) error) error {
	return pgx.BeginFunc(ctx, k.keeping, func(t pgx.Tx) error { return change(&tx{t, nil}) })
}

// Hold keeps an incident from being removed.
func (k *Keeper) Hold(ctx context.Context, h archive.Hold) error {
	if err := k.within(ctx, func(t *tx) error { return archive.HoldTx(ctx, t, h) }); err != nil {
		return fmt.Errorf("hold incident %s: %w", h.Incident, err)
	}
	return nil
}

// Release ends a hold.
func (k *Keeper) Release(ctx context.Context, id string) error {
	if err := k.within(ctx, func(t *tx) error { return archive.ReleaseTx(ctx, t, id) }); err != nil {
		return fmt.Errorf("release incident %s: %w", id, err)
	}
	return nil
}

// Holds returns all holds, oldest first.
func (k *Keeper) Holds(ctx context.Context) ([]archive.Hold, error) {
	holds, err := all(ctx, k.keeping, readHold[pgx.Rows], selectHolds+" ORDER BY since, id")
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return holds, nil
}

// Remove removes incidents that were kept long enough, in one transaction.
func (k *Keeper) Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (n int, err error) {
	err = k.within(ctx, func(t *tx) (err error) {
		n, err = archive.RemoveTx(ctx, t, resolvedBefore, most, now)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove incidents: %w", err)
	}
	return n, nil
}
