package postgres

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// newest is the layout that this build writes and reads.
const newest = 3

// versions is the table in which goose notes what was applied.
const versions = "tocsin_versions"

// migrate brings the tables up to date, under a lock of the database: of several that start at the
// same time one does it, and the others wait.
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
		goose.WithTableName(versions), goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(goose.NewGoMigration(adopting, &goose.GoFunc{RunDB: adoptDeeds}, nil)))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	found, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if found > newest {
		return fmt.Errorf("%w: layout %d, this build knows %d", ErrNewer, found, newest)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// adopting is the migration that makes the deeds of an archive that is older than them: hashes, and
// so no SQL.
const adopting = 3

func adoptDeeds(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // it goes back into the pool
	return conn.Raw(func(driver any) error {
		return pgx.BeginFunc(ctx, driver.(*stdlib.Conn).Conn(), func(tx pgx.Tx) error { return adopt(ctx, tx) })
	})
}

// lockID gives the number of an advisory lock; they are of the whole database, so the schema is
// part of it.
func lockID(purpose, schema string) int64 {
	sum := fnv.New64a()
	sum.Write([]byte("tocsin archive\x00" + purpose + "\x00" + schema)) //nolint:errcheck // a hash never fails
	return int64(sum.Sum64())
}
