package assembly

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/postgres"
	"tocsin.dev/internal/archive/sqlite"
)

// Archive has all interfaces of an archive, for its one writer.
type Archive interface {
	archive.Archive
	archive.Viewer
	archive.Follower
	archive.Keeper
}

// ArchiveReader has the interfaces that read.
type ArchiveReader interface {
	archive.Reader
	archive.Viewer
	archive.Journal
	archive.Follower
	Close() error
}

// ArchiveKeeper changes holds and removes incidents.
type ArchiveKeeper interface {
	archive.Keeper
	Close() error
}

// ArchiveAt returns the name of the archive: a file, or the address of a database. The default is a file in the
// data folder.
func ArchiveAt(archive, data string) string {
	if archive != "" {
		return archive
	}
	return filepath.Join(data, "archive.db")
}

// OpenArchive opens an archive for the one process that writes it.
func OpenArchive(ctx context.Context, name string) (Archive, error) {
	if err := checkKind(name); err != nil {
		return nil, err
	}
	if postgres.Address(name) {
		return orNil[Archive](postgres.Open(ctx, name))
	}
	return orNil[Archive](sqlite.Open(name))
}

// OpenArchiveReader opens an archive read-only, also while its writer runs. The error is fs.ErrNotExist until a
// writer has created the archive and brought it up to date.
func OpenArchiveReader(ctx context.Context, name string) (ArchiveReader, error) {
	if err := checkKind(name); err != nil {
		return nil, err
	}
	if postgres.Address(name) {
		return orNil[ArchiveReader](postgres.OpenReader(ctx, name))
	}
	return orNil[ArchiveReader](sqlite.OpenReader(name))
}

// OpenArchiveKeeper opens an archive for holds, also while its writer runs.
func OpenArchiveKeeper(ctx context.Context, name string) (ArchiveKeeper, error) {
	if err := checkKind(name); err != nil {
		return nil, err
	}
	if postgres.Address(name) {
		return orNil[ArchiveKeeper](postgres.OpenKeeper(ctx, name))
	}
	return orNil[ArchiveKeeper](sqlite.OpenKeeper(name))
}

// orNil returns a nil interface with an error, and not one that holds a nil pointer.
func orNil[I any, T interface{ Close() error }](opened T, err error) (I, error) {
	var none I
	if err != nil {
		return none, err
	}
	return any(opened).(I), nil
}

// checkKind returns an error for the address of another database, which would otherwise count as a file name.
func checkKind(name string) error {
	if scheme, _, ok := strings.Cut(name, "://"); ok && !postgres.Address(name) && !strings.Contains(scheme, "/") {
		return fmt.Errorf("archive: %q is not supported: use the name of a file, or postgres://…", scheme)
	}
	return nil
}

// ShownArchive returns the name of an archive without secrets.
func ShownArchive(name string) string {
	if !postgres.Address(name) {
		return name
	}
	u, err := url.Parse(name)
	if err != nil || u.Host == "" && u.Query().Get("host") == "" {
		return "postgres://…"
	}
	shown := url.URL{Scheme: "postgres", Host: u.Host, Path: u.Path}
	if u.User != nil {
		shown.User = url.User(u.User.Username())
	}
	return shown.String()
}

// openArchive waits until the recorder has created the archive: services may start in any order.
func (r *Runtime) openArchive(ctx context.Context) (ArchiveReader, error) {
	name := r.Options.ArchivePath()
	for logged := false; ; logged = true {
		reader, err := OpenArchiveReader(ctx, name)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return reader, err
		}
		if !logged {
			r.Log.Info("waiting for the recorder to create the archive", zap.String("archive", ShownArchive(name)))
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}
