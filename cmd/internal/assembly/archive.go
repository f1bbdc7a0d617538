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

// Archive is an archive with all its sides; there is one writer of each at a time.
type Archive interface {
	archive.Archive
	archive.Viewer
	archive.Follower
	archive.Keeper
}

// ArchiveReader is the sides of those who ask.
type ArchiveReader interface {
	archive.Reader
	archive.Viewer
	archive.Journal
	archive.Follower
	Close() error
}

// ArchiveKeeper is the side of those who decide how long incidents stay.
type ArchiveKeeper interface {
	archive.Keeper
	Close() error
}

// ArchiveAt gives the archive's name: the file or the address of a database that was named, or the
// file in the data folder.
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

// OpenArchiveReader opens an archive to be asked, beside its writer. errors.Is(err,
// fs.ErrNotExist) says that its writer has not made it, or not brought it up to date, yet.
func OpenArchiveReader(ctx context.Context, name string) (ArchiveReader, error) {
	if err := unknown(name); err != nil {
		return nil, err
	}
	if postgres.Address(name) {
		return orNil[ArchiveReader](postgres.OpenReader(ctx, name))
	}
	return orNil[ArchiveReader](sqlite.OpenReader(name))
}

// OpenArchiveKeeper opens an archive for holds, beside its writer.
func OpenArchiveKeeper(ctx context.Context, name string) (ArchiveKeeper, error) {
	if err := unknown(name); err != nil {
		return nil, err
	}
	if postgres.Address(name) {
		return orNil[ArchiveKeeper](postgres.OpenKeeper(ctx, name))
	}
	return orNil[ArchiveKeeper](sqlite.OpenKeeper(name))
}

// orNil keeps a nil pointer from becoming an interface that is not nil.
func orNil[I any, T interface{ Close() error }](opened T, err error) (I, error) {
	var none I
	if err != nil {
		return none, err
	}
	return any(opened).(I), nil
}

// unknown refuses an address of something else, which as the name of a file would only surprise.
func unknown(name string) error {
	if scheme, _, ok := strings.Cut(name, "://"); ok && !postgres.Address(name) && !strings.Contains(scheme, "/") {
		return fmt.Errorf("archive: %q is no kind of archive: name a file, or postgres://…", scheme)
	}
	return nil
}

// ShownArchive gives the name of an archive as it may be shown: without what may be a secret.
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

// openArchive waits until the recorder has made the archive: services come up in any order.
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
