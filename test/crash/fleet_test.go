package crash

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/test/crash/process"
)

func (w *world) spec(name, program string, args ...string) process.Spec {
	return process.Spec{
		Name: name, Path: w.programs.Path(program), Args: args, Dir: w.dir,
		Env: []string{"TOCSIN_TOKEN=" + w.token}, Log: filepath.Join(w.dir, name+".log"),
	}
}

// allInOne is `tocsin up` alone.
func allInOne(w *world) []process.Spec {
	return []process.Spec{w.spec("up", "tocsin", "up", "--config", "conf", "--data", "data", "--http", w.http, "--nats", w.nats)}
}

// separate is every service on its own, two of those that share partitions, and NATS apart.
func separate(w *world) []process.Spec {
	url := "nats://" + w.nats
	service := func(name, program string, more ...string) process.Spec {
		return w.spec(name, program, append([]string{"--data", "data", "--nats-url", url}, more...)...)
	}
	const anywhere = "127.0.0.1:0"
	return []process.Spec{
		w.spec("nats", "natsd", "--data", "nats", "--nats", w.nats),
		service("engine-1", "engine", "--http", anywhere),
		service("engine-2", "engine", "--http", anywhere),
		service("notifier-1", "notifier", "--http", anywhere),
		service("notifier-2", "notifier", "--http", anywhere),
		service("recorder", "recorder", "--http", anywhere),
		service("gateway", "gateway", "--http", w.http, "--config", "conf"),
	}
}

// kill is one kill, for the laws that ask what may follow from it.
type kill struct {
	name string
	pid  int
	at   time.Time
}

// fleet is the processes of a scenario. One that ends by itself is noted and started again, as a
// supervisor would.
type fleet struct {
	specs []process.Spec

	mu      sync.Mutex
	running map[string]*process.Process
	killed  []kill
	alone   map[string]int // ends by themselves, by name
	closing bool
}

func newFleet(t *testing.T, specs []process.Spec) *fleet {
	t.Helper()
	f := &fleet{specs: specs, running: map[string]*process.Process{}, alone: map[string]int{}}
	t.Cleanup(f.end)
	return f
}

// startAll starts every process at once: services come up in any order.
func (f *fleet) startAll(t *testing.T) {
	t.Helper()
	for _, s := range f.specs {
		f.start(t, s)
	}
}

func (f *fleet) start(t *testing.T, s process.Spec) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closing {
		return
	}
	p, err := process.Start(s)
	require.NoError(t, err)
	f.running[s.Name] = p
	go f.watch(t, p)
}

// watch notices an end that nobody asked for.
func (f *fleet) watch(t *testing.T, p *process.Process) {
	t.Helper()
	<-p.Done()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.running[p.Spec.Name] != p || f.closing {
		return
	}
	f.alone[p.Spec.Name]++
	next, err := process.Start(p.Spec)
	if err != nil {
		return // the next wait for readiness tells it
	}
	f.running[p.Spec.Name] = next
	go f.watch(t, next)
}

// ready waits until every process serves.
func (f *fleet) ready(ctx context.Context, t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for _, s := range f.specs {
		for {
			p := f.process(s.Name)
			err := p.Ready(ctx)
			if err == nil {
				break
			}
			require.NoError(t, ctx.Err(), "%s", err) // it ended by itself: its successor is asked
		}
	}
}

func (f *fleet) process(name string) *process.Process {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.running[name]
}

// killOne kills a process drawn at random and starts it again at once.
func (f *fleet) killOne(t *testing.T, draw *rand.Rand) {
	t.Helper()
	f.kill(t, f.specs[draw.IntN(len(f.specs))])
}

func (f *fleet) kill(t *testing.T, s process.Spec) {
	t.Helper()
	f.mu.Lock()
	p := f.running[s.Name]
	delete(f.running, s.Name) // so that watch knows whose doing it was
	f.killed = append(f.killed, kill{s.Name, p.PID, time.Now()})
	f.mu.Unlock()
	p.Kill()
	f.start(t, s)
}

// ended counts the ends that nobody asked for, by name.
func (f *fleet) ended() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.alone
}

func (f *fleet) end() {
	f.mu.Lock()
	f.closing = true
	all := f.running
	f.mu.Unlock()
	for _, p := range all {
		p.Kill()
	}
}
