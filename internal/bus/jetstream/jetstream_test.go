package jetstream_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/bustest"
	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/pkg/events"
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

// A server that is restarted has lost the leases, and nobody else restarts: the partitions of a
// dead owner must be free again, and the living keep theirs.
func TestLeasesSurviveTheServer(t *testing.T) {
	dir := t.TempDir()
	serve := func(addr string) *jetstream.Server {
		srv, err := jetstream.StartServer(jetstream.ServerConfig{Dir: dir, Addr: addr})
		require.NoError(t, err)
		return srv
	}
	srv := serve("127.0.0.1:0")
	url := srv.URL()
	connect := func() *jetstream.Bus {
		nc, err := nats.Connect(url, jetstream.Options("test")...)
		require.NoError(t, err)
		t.Cleanup(nc.Close)
		b, err := jetstream.Open(t.Context(), nc, jetstream.Config{LeaseTTL: 2 * time.Second})
		require.NoError(t, err)
		t.Cleanup(b.Close)
		return b
	}
	one, two := connect(), connect()
	for range 100 { // revisions that a new bucket does not reach soon
		require.NoError(t, one.Hold(t.Context(), "p.1", "one"))
	}
	require.NoError(t, one.Hold(t.Context(), "p.2", "dead"))
	require.NoError(t, srv.Stop())
	srv = serve(strings.TrimPrefix(url, "nats://"))
	t.Cleanup(func() { require.NoError(t, srv.Stop()) })

	require.Eventually(t, func() bool { return one.Hold(t.Context(), "p.1", "one") == nil }, 5*time.Second, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		held, err := two.Held(t.Context(), "p.")
		return err == nil && held["p.1"] == "one"
	}, 5*time.Second, 10*time.Millisecond, "the other sees it")
	require.ErrorIs(t, two.Hold(t.Context(), "p.1", "two"), bus.ErrHeld)
	require.Eventually(t, func() bool { return two.Hold(t.Context(), "p.2", "two") == nil }, 5*time.Second, 10*time.Millisecond)
	for range 3 {
		require.NoError(t, one.Hold(t.Context(), "p.1", "one"))
		require.NoError(t, two.Hold(t.Context(), "p.2", "two"))
	}
}

func TestASmallDiskGivesASmallIntake(t *testing.T) {
	srv, err := jetstream.StartServer(jetstream.ServerConfig{Dir: t.TempDir(), MaxStore: 1 << 30})
	require.NoError(t, err)
	defer func() { require.NoError(t, srv.Stop()) }()
	nc, err := srv.Connect("test")
	require.NoError(t, err)
	defer nc.Close()
	require.EqualValues(t, 1<<28, srv.IntakeBytes())
	b, err := jetstream.Open(t.Context(), nc, jetstream.Config{}) // which asks for more than there is
	require.NoError(t, err)
	b.Close()
	info, err := b.JetStream().Stream(t.Context(), events.StreamIntake)
	require.NoError(t, err)
	require.EqualValues(t, 1<<29, info.CachedInfo().Config.MaxBytes)
}

func TestInstallationsDifferAndStay(t *testing.T) {
	seen := map[string]bool{}
	for range 2 {
		srv := start(t, t.TempDir())
		nc, err := srv.Connect("test")
		require.NoError(t, err)
		first := ""
		for range 2 {
			b, err := jetstream.Open(t.Context(), nc, jetstream.Config{})
			require.NoError(t, err)
			require.NotEmpty(t, b.Installation())
			if first != "" {
				require.Equal(t, first, b.Installation())
			}
			first = b.Installation()
			b.Close()
		}
		require.False(t, seen[first])
		seen[first] = true
		nc.Close()
		require.NoError(t, srv.Stop())
	}
}

func TestConfigReportsEveryFault(t *testing.T) {
	err := jetstream.Config{Partitions: -1, Targets: 4000, Replicas: 9, LeaseTTL: time.Millisecond}.Validate()
	for _, word := range []string{"partitions", "targets", "replicas", "lease TTL"} {
		require.ErrorContains(t, err, word)
	}
}
