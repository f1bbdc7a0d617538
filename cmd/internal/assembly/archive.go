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

// Archive has every side of an archive. There is one writer of each at a time.
type Archive interface {
	archive.Archive
	archive.Viewer
	archive.Follower
	archive.Keeper
}

// ArchiveReader has the sides that read.
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

// ArchiveAt returns the name of the archive: the given file or address of a database, or the file in the data
// folder.
func ArchiveAt(archive, data string) string {
	if archive != "" {
		return archive
	}
	return filepath.Join(data, "archive.db")
}

// OpenArchive opens an archive for the one process that writes it.
func OpenArchive(ctx context.Context, name string) (Archive, error) {
	if err := unknown(name); err != nil {
		return nil, err
	}
	if postgres.Address(name) {
		return orNil[Archive](postgres.Open(ctx, name))
	}
	return orNil[Archive](sqlite.Open(name))
}

// OpenArchiveReader opens an archive read-only, also while its writer runs. errors.Is(err, fs.ErrNotExist) says
// that its writer has not made it, or not brought it up to date, yet.
func OpenArchiveReader(ctx context.Context, name string) (ArchiveReader, error) {
	if err := unknown(name); err != nil {
		return nil, err
	}
	if postgres.Address(name) {
		return orNil[ArchiveReader](postgres.OpenReader(ctx, name))
	}
	return orNil[ArchiveReader](sqlite.OpenReader(name))
}

// OpenArchiveKeeper opens an archive for holds, also while its writer runs.
func OpenArchiveKeeper(ctx context.Context, name string) (ArchiveKeeper, error) {
	if err := unknown(name); err != nil {
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

// unknown refuses addresses of other databases, which would otherwise be taken for file names.
func unknown(name string) error {
	if scheme, _, ok := strings.Cut(name, "://"); ok && !postgres.Address(name) && !strings.Contains(scheme, "/") {
		return fmt.Errorf("archive: %q is not a kind of archive: name a file, or postgres://…", scheme)
	}
	return nil
}

// ShownArchive returns the name of an archive without anything that may be secret.
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

// openArchive waits until the recorder has made the archive: services may start in any order.
func (r *Runtime) openArchive(ctx context.Context) (ArchiveReader, error) {
	name := r.Options.ArchivePath()
	for told := false; ; told = true {
		reader, err := OpenArchiveReader(ctx, name)
		if err == nil || !errors.Is(err, os.ErrNotExist) {
			return reader, err
		}
		if !told {
			r.Log.Info("waiting for the recorder to make the archive", zap.String("archive", ShownArchive(name)))
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(100 * time.Millisecond):
		}
	}
}
