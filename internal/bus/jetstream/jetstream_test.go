package jetstream_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/bustest"
	"tocsin.dev/internal/bus/jetstream"
)

func start(t *testing.T, dir string) *jetstream.Server {
	t.Helper()
	srv, err := jetstream.StartServer(jetstream.ServerConfig{Dir: dir})
	require.NoError(t, err)
	return srv
}

func open(t *testing.T) bus.Bus {
	t.Helper()
	srv := start(t, t.TempDir())
	nc, err := srv.Connect("test")
	require.NoError(t, err)
	b, err := jetstream.Open(t.Context(), nc, jetstream.Config{})
	require.NoError(t, err)
	t.Cleanup(func() {
		b.Close()
		nc.Close()
		require.NoError(t, srv.Stop())
	})
	return b
}

func TestSuite(t *testing.T) { bustest.Run(t, open) }

func TestDataFolderHasOneOwner(t *testing.T) {
	dir := t.TempDir()
	srv := start(t, dir)
	_, err := jetstream.StartServer(jetstream.ServerConfig{Dir: dir})
	require.ErrorIs(t, err, jetstream.ErrDataInUse)
	require.NoError(t, srv.Stop())
	again := start(t, dir)
	require.NoError(t, again.Stop())
}

func TestPartitionsAreFixedForLife(t *testing.T) {
	srv := start(t, t.TempDir())
	defer func() { require.NoError(t, srv.Stop()) }()
	nc, err := srv.Connect("test")
	require.NoError(t, err)
	defer nc.Close()
	for _, want := range []int{4, 16} {
		b, err := jetstream.Open(t.Context(), nc, jetstream.Config{Partitions: want, Targets: want})
		require.NoError(t, err)
		services, targets := b.Partitions()
		require.Equal(t, 4, services, "the first to open decides")
		require.Equal(t, 4, targets)
		b.Close()
	}
}

func TestConfigReportsEveryFault(t *testing.T) {
	err := jetstream.Config{Partitions: -1, Targets: 4000, Replicas: 9, LeaseTTL: time.Millisecond}.Validate()
	for _, word := range []string{"partitions", "targets", "replicas", "lease TTL"} {
		require.ErrorContains(t, err, word)
	}
}
