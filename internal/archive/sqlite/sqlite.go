// Package sqlite is the archive in one SQLite file, for one machine and nothing to install.
//
// In: facts and incidents from the recorder, written by one connection in transactions that are on disk when
// they return (WAL, synchronous=FULL). Out: incidents and timelines, read by other connections, also from
// another process by [OpenReader]. SQLite's "-wal" and "-shm" files next to the file are part of it.
//
// The package never decides what a fact means: it receives folded incidents.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"modernc.org/sqlite" // registers the driver "sqlite"
	code "modernc.org/sqlite/lib"

	"tocsin.dev/internal/archive"
)

var (
	_ archive.Archive = (*Archive)(nil)
	_ archive.Keeper  = (*Archive)(nil)
	_ archive.Reader  = (*Reader)(nil)
)

// Archive reads, writes and keeps one file.
type Archive struct {
	*Reader
	*Keeper
	writer *writer
}

// Open opens the file for the one process that writes it, and creates it when it does not exist. The
// folder must exist. [ErrForeign], [ErrNewer] and [ErrOlder] leave the file unchanged.
func Open(path string) (*Archive, error) {
	if err := touch(path); err != nil {
		return nil, err
	}
	write, err := connect(path, "rwc", 1)
	if err != nil {
		return nil, err
	}
	if err := prepare(context.Background(), write); err != nil {
		return nil, errors.Join(fmt.Errorf("open archive %s: %w", path, err), write.Close())
	}
	w, err := newWriter(write)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open archive %s: %w", path, err), write.Close())
	}
	r, err := OpenReader(path)
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return &Archive{Reader: r, Keeper: newKeeper(write), writer: w}, nil
}

// touch creates the file readable by its owner and group only: timelines are confidential. SQLite creates its
// other files with the same mode.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return fmt.Errorf("open archive: %w", err)
	}
	return f.Close()
}

// Close closes readers first, so that the writer's last checkpoint can merge the log into the file.
func (a *Archive) Close() error { return errors.Join(a.Reader.Close(), a.writer.close()) }

// OpenReader opens the file read-only, also while another process writes it. The error is fs.ErrNotExist
// until a writer has created the file and brought it up to date.
func OpenReader(path string) (*Reader, error) {
	db, err := existing(path, "ro", max(2, runtime.GOMAXPROCS(0)))
	if err != nil {
		return nil, err
	}
	r, err := newReader(db)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open archive %s: %w", path, err), db.Close())
	}
	return r, nil
}

// existing opens a file that must exist, be ours and have the newest layout.
func existing(path, mode string, connections int) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	db, err := connect(path, mode, connections)
	if err != nil {
		return nil, err
	}
	if err := check(context.Background(), db); err != nil {
		return nil, errors.Join(fmt.Errorf("open archive %s: %w", path, err), db.Close())
	}
	return db, nil
}

// connect opens a pool. Its connections wait up to 5 s for a lock, and a writer takes its lock at the
// beginning of a transaction.
func connect(path, mode string, connections int) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	settings := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(5000)", "temp_store(memory)",
	}}
	if mode == "ro" {
		settings.Del("_txlock")
		settings["_pragma"] = append(settings["_pragma"], "query_only(1)", "cache_size(-16384)")
	} else {
		settings["_pragma"] = append(settings["_pragma"], "journal_mode(wal)", "synchronous(full)",
			// A rebuild changes random pages of the indexes: those that do not stay in memory are written many times.
			"cache_size(-131072)", "wal_autocheckpoint(32000)")
	}
	name := url.URL{Scheme: "file", Path: path, RawQuery: settings.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, fmt.Errorf("open archive %s: %w", path, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// foreign turns SQLite's error for a file of another kind into [ErrForeign].
func foreign(err error) error {
	var fault *sqlite.Error
	if errors.As(err, &fault) && fault.Code()&0xff == code.SQLITE_NOTADB {
		return ErrForeign
	}
	return err
}
