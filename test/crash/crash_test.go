package crash

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/test/crash/process"
)

var (
	killsFlag  = flag.Int("kills", 6, "kills in all, half of them in each scenario")
	alertsFlag = flag.Int("alerts", 600, "alerts in all, half of them in each scenario")
	seedFlag   = flag.Uint64("seed", 0, "seed of everything that is drawn; 0 draws one")
	keepFlag   = flag.Bool("keep", false, "keep the folders, also of a good run")
)

// TestCrash runs both scenarios. What is drawn follows from the seed; when a process dies relative
// to what it does follows from the machine, so a seed repeats the plan and not every instant.
func TestCrash(t *testing.T) {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	folder, err := os.MkdirTemp("", "tocsin-crash-")
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kept: %s", folder)
			t.Logf("again: go test ./test/crash -run TestCrash -kills %d -alerts %d -seed %d -keep -timeout 60m", *killsFlag, *alertsFlag, seed)
		} else if !*keepFlag {
			os.RemoveAll(folder) //nolint:errcheck // nothing depends on it
		}
	})
	bin := filepath.Join(folder, "bin")
	require.NoError(t, os.Mkdir(bin, 0o700))
	programs, err := process.Build(bin, "./cmd/tocsin", "./cmd/engine", "./cmd/notifier", "./cmd/recorder", "./cmd/gateway", "./test/crash/natsd")
	require.NoError(t, err)

	for n, s := range []struct {
		name  string
		parts func(*world) []process.Spec
	}{
		{"all-in-one", allInOne},
		{"separate", separate},
	} {
		t.Run(s.name, func(t *testing.T) {
			dir := filepath.Join(folder, s.name)
			require.NoError(t, os.Mkdir(dir, 0o700))
			w := newWorld(t, dir, programs, rand.New(rand.NewPCG(seed, uint64(n))))
			w.kills, w.alerts = share(*killsFlag, n), share(*alertsFlag, n)
			w.fleet = newFleet(t, s.parts(w))
			w.run(t)
		})
	}
}

// share halves a number; the first scenario gets the odd one.
func share(all, scenario int) int { return (all + 1 - scenario) / 2 }

// world is one scenario: the processes, who sends, who receives, and what is known in the end.
type world struct {
	dir      string
	programs process.Programs
	draw     *rand.Rand
	kills    int
	alerts   int

	http, nats string // addresses, the same after each restart
	token      string
	receiver   *receiver
	fleet      *fleet
}

func newWorld(t *testing.T, dir string, programs process.Programs, draw *rand.Rand) *world {
	t.Helper()
	w := &world{dir: dir, programs: programs, draw: draw, token: fmt.Sprintf("crash-%016x", draw.Uint64())}
	var err error
	w.http, err = process.FreeAddr()
	require.NoError(t, err)
	w.nats, err = process.FreeAddr()
	require.NoError(t, err)
	w.receiver = newReceiver(t, filepath.Join(dir, "received.jsonl"), rand.New(rand.NewPCG(draw.Uint64(), draw.Uint64())))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "conf"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "conf", "catalog.yaml"), catalogText(w.receiver.url), 0o600))
	return w
}

// run goes through the scenario: storm, settling, laws, rebuilding, one more start.
func (w *world) run(t *testing.T) {
	ctx, cancel := deadline(t)
	defer cancel()
	w.fleet.startAll(t)
	w.fleet.ready(ctx, t)

	s := newSender(w)
	w.storm(ctx, t, s)
	w.receiver.calm()
	w.fleet.ready(ctx, t)
	require.NoError(t, s.wait(ctx), "not every alert was accepted")

	a := newAudit(ctx, t, w)
	a.settle(ctx, t)
	a.laws(t, s)
	a.verify(ctx, t)
	a.timelines(ctx, t)
	a.rebuild(ctx, t)
	a.restart(ctx, t)
	t.Log(a.summary(s))
	for name, n := range w.fleet.ended() {
		t.Errorf("%s ended by itself %d times; its log is in %s", name, n, w.dir)
	}
}

// storm kills and restarts at random short intervals. Before each kill the sender is given its
// share of the alerts, so that every kill meets work.
func (w *world) storm(ctx context.Context, t *testing.T, s *sender) {
	t.Helper()
	s.start(ctx)
	for n := range w.kills {
		s.release(n, w.kills)
		wait := time.Duration(50+w.draw.IntN(1200)) * time.Millisecond
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			require.NoError(t, ctx.Err(), "the storm took too long")
		}
		w.fleet.killOne(t, w.draw)
	}
	s.release(w.kills, w.kills)
}

// deadline leaves room before the test's own, so that a stuck run is told and cleaned up.
func deadline(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	if at, ok := t.Deadline(); ok {
		return context.WithDeadline(context.Background(), at.Add(-20*time.Second))
	}
	return context.WithCancel(context.Background())
}
