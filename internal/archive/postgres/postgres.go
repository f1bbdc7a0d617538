// Package postgres is the archive in a PostgreSQL database, for teams whose services run on several
// machines.
//
// In: facts and incidents from the recorder, written by one connection that holds an advisory lock
// for as long as it lives, so that there is one writer. Out: incidents and timelines, read by a
// pool of connections that cannot write, from any process. Facts are partitioned by month.
//
// The package never decides what a fact means, and never tells a password: not in an error, not in
// a log. Tables begin with "tocsin_" and lie in the first schema of the search path.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin.dev/internal/archive"
)

var (
	_ archive.Archive = (*Archive)(nil)
	_ archive.Keeper  = (*Archive)(nil)
	_ archive.Reader  = (*Reader)(nil)
	_ archive.Viewer  = (*Reader)(nil)
	_ archive.Keeper  = (*Keeper)(nil)
)

// Errors of opening a database.
var (
	// ErrURL says that the address cannot be read. It never says more: what cannot be read may
	// hold a password anywhere.
	ErrURL = errors.New("the archive's address is not of the form postgres://user@host:5432/database")
	// ErrNewer says that a newer Tocsin laid the tables out.
	ErrNewer = errors.New("the archive was written by a newer version of Tocsin")
	// ErrWriting says that another recorder holds the archive.
	ErrWriting = errors.New("another recorder writes this archive")
	// ErrEncoding says that the database cannot hold every text.
	ErrEncoding = errors.New("the database's encoding is not UTF8")
)

// Address says that a name of an archive is one of a database, and not of a file.
func Address(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// Archive is the recorder's side and the readers' side of one database.
type Archive struct {
	*Reader
	*Keeper
	writer *writer
}

// patience is how long [Open] waits for another recorder to end: long enough for a restart.
const patience = 5 * time.Second

// Open opens the database for the one process that writes it, and brings its tables up to date.
// [ErrWriting] when there is another after 5 s.
func Open(ctx context.Context, address string) (*Archive, error) {
	cfg, err := parse(address)
	if err != nil {
		return nil, err
	}
	w, err := openWriter(ctx, cfg.ConnConfig, patience)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	r, err := OpenReader(ctx, address)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	k, err := OpenKeeper(ctx, address)
	if err != nil {
		return nil, errors.Join(err, r.Close(), w.close())
	}
	return &Archive{Reader: r, Keeper: k, writer: w}, nil
}

// Close ends all connections, and with them the lock.
func (a *Archive) Close() error {
	return errors.Join(a.Reader.Close(), a.Keeper.Close(), a.writer.close())
}

// OpenReader opens the database to be asked only. errors.Is(err, fs.ErrNotExist) says that its
// writer has not laid the tables out, or not brought them up to date, yet.
func OpenReader(ctx context.Context, address string) (*Reader, error) {
	pool, err := connect(ctx, address, "on", 8)
	if err != nil {
		return nil, err
	}
	return &Reader{pool}, nil
}

// OpenKeeper opens the database for holds and removals, beside its writer.
func OpenKeeper(ctx context.Context, address string) (*Keeper, error) {
	pool, err := connect(ctx, address, "off", 1)
	if err != nil {
		return nil, err
	}
	return &Keeper{pool}, nil
}

func connect(ctx context.Context, address, readOnly string, connections int32) (*pgxpool.Pool, error) {
	cfg, err := parse(address)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = connections
	cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = readOnly
	// How many incidents fit depends on what is asked, so each question is planned for itself.
	cfg.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	cfg.ConnConfig.RuntimeParams["jit"] = "off"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	if err := check(ctx, pool); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return pool, nil
}

// parse reads the address, and what it leaves out from PGHOST, PGPASSWORD, PGPASSFILE and the like.
func parse(address string) (*pgxpool.Config, error) {
	if !Address(address) {
		return nil, ErrURL
	}
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, ErrURL // its text may hold the password
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "tocsin"
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	return cfg, nil
}

// check is the readers': tables that are not there, or not up to date, count as not there.
func check(ctx context.Context, pool *pgxpool.Pool) error {
	var found int64
	err := pool.QueryRow(ctx, "SELECT coalesce(max(version_id), 0) FROM "+versions+" WHERE is_applied").Scan(&found)
	switch {
	case code(err) == undefinedTable:
		return fmt.Errorf("%w: its writer has not laid it out yet", fs.ErrNotExist)
	case err != nil:
		return err
	case found > newest:
		return fmt.Errorf("%w: layout %d, this build knows %d", ErrNewer, found, newest)
	case found < newest:
		return fmt.Errorf("%w: its writer has not brought it from layout %d to %d yet", fs.ErrNotExist, found, newest)
	}
	return nil
}

const undefinedTable = "42P01"

// code gives the server's code of an error; "" for any other.
func code(err error) string {
	var fault *pgconn.PgError
	if errors.As(err, &fault) {
		return fault.Code
	}
	return ""
}

// none says that a question had no answer.
func none(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
