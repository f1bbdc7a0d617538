// Package postgres is the archive in a PostgreSQL database, for teams whose services run on several
// machines.
//
// In: facts and incidents from the recorder, written by one connection with an advisory lock, which admits
// one writer. Out: incidents and timelines, read by a pool of connections that cannot write, from any
// process. Facts are partitioned by month.
//
// The package never decides what a fact means, and puts no password into an error or a log. Tables begin
// with "tocsin_" and are in the first schema of the search path.
package postgres

import (
	"context"
	"errors"
	"fmt"
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
	// ErrURL says that the address cannot be parsed. It does not quote the address, which may contain a
	// password anywhere.
	ErrURL = errors.New("the archive's address is not of the form postgres://user@host:5432/database")
	// ErrNewer says that a newer Tocsin laid the tables out.
	ErrNewer = errors.New("the archive was written by a newer version of Tocsin")
	// ErrOlder says that the tables have a layout from before the first release.
	ErrOlder = errors.New("the archive has a layout from before the first release: drop the tables that begin with tocsin_, and the recorder rebuilds them from the ledger")
	// ErrWriting says that another recorder has the archive open.
	ErrWriting = errors.New("another recorder writes this archive")
	// ErrEncoding says that the database cannot store every text.
	ErrEncoding = errors.New("the database's encoding is not UTF8")
)

// Address reports whether the name of an archive is the address of a database and not a file.
func Address(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// Archive reads, writes and keeps one database.
type Archive struct {
	*Reader
	*Keeper
	writer *writer
}

// patience is how long [Open] waits for another recorder to stop: long enough for a restart.
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

// OpenReader opens the database read-only. The error is fs.ErrNotExist until a writer has created the tables
// and brought them up to date.
func OpenReader(ctx context.Context, address string) (*Reader, error) {
	pool, err := connect(ctx, address, "on", 8)
	if err != nil {
		return nil, err
	}
	return &Reader{pool}, nil
}

func connect(ctx context.Context, address, readOnly string, connections int32) (*pgxpool.Pool, error) {
	cfg, err := parse(address)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = connections
	cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = readOnly
	// How many incidents match depends on the arguments, so each query is planned for its own.
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
		return nil, ErrURL // its text may contain the password
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "tocsin"
	}
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 10 * time.Second
	}
	return cfg, nil
}

const undefinedTable = "42P01"

// code returns the server's code of an error; "" for any other error.
func code(err error) string {
	var fault *pgconn.PgError
	if errors.As(err, &fault) {
		return fault.Code
	}
	return ""
}

func orNotFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return archive.ErrNotFound
	}
	return err
}
