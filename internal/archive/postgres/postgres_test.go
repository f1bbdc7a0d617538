package postgres

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
)

// places are the databases of folders: the suite knows folders only.
var places sync.Map

func place(tb testing.TB, dir string) string {
	if at, ok := places.Load(dir); ok {
		return at.(string)
	}
	at := database(tb)
	places.Store(dir, at)
	return at
}

func open(tb testing.TB, dir string) archive.Archive {
	a, err := Open(context.Background(), place(tb, dir))
	require.NoError(tb, err)
	return a
}

func read(tb testing.TB, dir string) archive.Reader {
	r, err := OpenReader(context.Background(), place(tb, dir))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, r.Close()) })
	return r
}

func TestSuite(t *testing.T) {
	needServer(t)
	archivetest.Run(t, open, read)
}
