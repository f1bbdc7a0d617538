package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin.dev/internal/archive"
)

// Keeper changes holds and removes incidents, also while another process writes.
type Keeper struct {
	archive.TxKeeper
	pool *pgxpool.Pool
}

// OpenKeeper opens the database for holds and removals, also while another process writes it.
func OpenKeeper(ctx context.Context, address string) (*Keeper, error) {
	pool, err := connect(ctx, address, "off", 1)
	if err != nil {
		return nil, err
	}
	return &Keeper{pool: pool, TxKeeper: archive.TxKeeper{
		Within: func(ctx context.Context, change func(archive.Tx) error) error {
			return pgx.BeginFunc(ctx, pool, func(t pgx.Tx) error { return change(&tx{t, nil}) })
		},
		List: func(ctx context.Context) ([]archive.Hold, error) {
			return all(ctx, pool, readHold[pgx.Rows], selectHolds+" ORDER BY since, id")
		},
	}}, nil
}

// Close closes the keeper's connection.
func (k *Keeper) Close() error {
	k.pool.Close()
	return nil
}
