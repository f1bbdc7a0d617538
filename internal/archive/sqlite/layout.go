package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// newest is the layout that this build writes and reads.
	newest = 1
	// layouts is the table in which goose notes the migrations that were applied.
	layouts = "layouts"
	// applicationID marks the file as ours in SQLite's own header: "tocs" in ASCII.
	applicationID = 0x746f6373
)

// Errors of opening a file.
var (
	// ErrForeign says that the file is not a Tocsin archive.
	ErrForeign = errors.New("the file is not a Tocsin archive")
	// ErrNewer says that a newer Tocsin wrote the file.
	ErrNewer = errors.New("the archive was written by a newer version of Tocsin")
	// ErrOlder says that the file has a layout from before the first release.
	ErrOlder = errors.New("the archive has a layout from before the first release: delete the file, and the recorder rebuilds it from the ledger")
)

// prepare brings a file to the newest layout, and creates the indexes that are missing if a process was
// stopped while building. Files that are not ours stay unchanged.
func prepare(ctx context.Context, db *sql.DB) error {
	_, err := applied(ctx, db)
	if errors.Is(err, fs.ErrNotExist) {
		_, err = db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID))
	}
	if err == nil {
		err = migrate(ctx, db)
	}
	if err != nil {
		return err
	}
	return makeFactIndexes(ctx, db)
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithTableName(layouts), goose.WithDisableGlobalRegistry(true))
	if err == nil {
		_, err = p.Up(ctx)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// check is for readers and keepers: a file in an older layout does not exist for them yet.
func check(ctx context.Context, db *sql.DB) error {
	found, err := applied(ctx, db)
	if err == nil && found < newest {
		err = fmt.Errorf("%w in this layout: its writer has not brought it from layout %d to %d yet", fs.ErrNotExist, found, newest)
	}
	return err
}

// applied returns the file's layout; fs.ErrNotExist for an empty file.
func applied(ctx context.Context, db *sql.DB) (layout int64, err error) {
	tables, err := one(ctx, db, "SELECT count(*) FROM sqlite_master")
	if err != nil {
		return 0, foreign(err)
	}
	if tables == 0 {
		return 0, fmt.Errorf("%w: its writer has not created it yet", fs.ErrNotExist)
	}
	id, err := one(ctx, db, "PRAGMA application_id")
	if err != nil {
		return 0, foreign(err)
	}
	if id != applicationID {
		return 0, ErrForeign
	}
	known, err := one(ctx, db, "SELECT count(*) FROM sqlite_master WHERE name = '"+layouts+"'")
	if err != nil {
		return 0, foreign(err)
	}
	if known == 0 {
		return 0, ErrOlder
	}
	layout, err = one(ctx, db, "SELECT coalesce(max(version_id), 0) FROM "+layouts+" WHERE is_applied")
	if err == nil && layout > newest {
		err = fmt.Errorf("%w: layout %d, this build knows %d", ErrNewer, layout, newest)
	}
	return layout, err
}

func one(ctx context.Context, db *sql.DB, query string) (int64, error) {
	var n int64
	err := db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}
