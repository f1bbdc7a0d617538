package postgres

import (
	"context"
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// newest is the layout that this build writes and reads.
	newest = 1
	// layouts is the table in which goose notes the migrations that were applied.
	layouts = "tocsin_layouts"
	// oldLayouts is where builds from before the first release noted theirs.
	oldLayouts = "tocsin_versions"
)

// migrate brings the tables to the newest layout under a lock of the database: if several processes start at
// the same time, one migrates and the others wait.
func migrate(ctx context.Context, cfg *pgx.ConnConfig) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID("migrations", "")), lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*cfg)
	defer db.Close() //nolint:errcheck // everything was applied or not by then
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName(layouts), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// applied returns the layout of the tables; fs.ErrNotExist where there are none.
func applied(ctx context.Context, from asker) (layout int64, err error) {
	var old bool
	err = from.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", oldLayouts).Scan(&old)
	if err == nil && old {
		err = ErrOlder
	}
	if err != nil {
		return 0, err
	}
	err = from.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM "+layouts+" WHERE is_applied").Scan(&layout)
	switch {
	case code(err) == undefinedTable:
		return 0, fmt.Errorf("%w: its writer has not created it yet", fs.ErrNotExist)
	case err == nil && layout > newest:
		return 0, fmt.Errorf("%w: layout %d, this build knows %d", ErrNewer, layout, newest)
	}
	return layout, err
}

// check is for readers and keepers: tables in an older layout do not exist for them yet.
func check(ctx context.Context, pool *pgxpool.Pool) error {
	found, err := applied(ctx, pool)
	if err == nil && found < newest {
		err = fmt.Errorf("%w: its writer has not brought it from layout %d to %d yet", fs.ErrNotExist, found, newest)
	}
	return err
}

// lockID returns the number of an advisory lock. These belong to the whole database, so the schema is part
// of the number.
func lockID(purpose, schema string) int64 {
	sum := fnv.New64a()
	sum.Write([]byte("tocsin archive\x00" + purpose + "\x00" + schema)) //nolint:errcheck // a hash never fails
	return int64(sum.Sum64())
}
