package sqlite

import (
	"context"
	"database/sql"

	"tocsin.dev/internal/archive"
)

// Keeper changes holds and removes incidents, also while another process writes the file.
type Keeper struct {
	archive.TxKeeper
	db *sql.DB
}

// OpenKeeper opens the file, which must exist and be up to date as for [OpenReader].
func OpenKeeper(path string) (*Keeper, error) {
	db, err := existing(path, "rw", 1)
	if err != nil {
		return nil, err
	}
	return newKeeper(db), nil
}

func newKeeper(db *sql.DB) *Keeper {
	return &Keeper{db: db, TxKeeper: archive.TxKeeper{
		Within: func(ctx context.Context, change func(archive.Tx) error) error { return within(ctx, db, nil, change) },
		List: func(ctx context.Context) ([]archive.Hold, error) {
			return all(ctx, db, readHold[*sql.Rows], selectHolds+" ORDER BY since, id")
		},
	}}
}

// Close closes the connection.
func (k *Keeper) Close() error { return k.db.Close() }
