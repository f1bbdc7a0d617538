package simulation

import (
	"bytes"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
	"tocsin.dev/pkg/events"
)

var (
	seeds   = flag.Int("seeds", 20, "how many seeds are run")
	from    = flag.Uint64("from", 1, "the first seed")
	oneSeed = flag.Uint64("seed", 0, "run this seed alone")
)

const (
	stepsPerSeed = 500
	workers      = 2
)

// floor is what a run must have gone through on average for each seed; with less it proves nothing.
var floor = counts{Steps: 300, Crashes: 4, Zombies: 3, Fenced: 1, LostRequests: 3, LostAnswers: 5, Alerts: 30, Commands: 8, Snapshots: 2, Incidents: 8, Pages: 15, Packets: 15, Beside: 5, Replayed: 60}

// TestSimulation runs the whole system from many seeds; a seed that breaks a law can be repeated.
func TestSimulation(t *testing.T) {
	if *oneSeed != 0 {
		w := newWorld(*oneSeed, mutant{})
		report(t, w, w.run(stepsPerSeed))
		t.Logf("%+v", w.count)
		return
	}
	require.Positive(t, *seeds)
	var next atomic.Uint64
	var mu sync.Mutex
	var total counts
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for n := next.Add(1); n <= uint64(*seeds) && !t.Failed(); n = next.Add(1) {
				seed := *from + n - 1
				w := newWorld(seed, mutant{})
				broken := w.run(stepsPerSeed)
				mu.Lock()
				total.add(w.count)
				report(t, w, broken)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if t.Failed() {
		return
	}
	t.Logf("mean of %d seeds from %d on: %s", *seeds, *from, total.mean(*seeds))
	total.reach(t, *seeds)
}

func report(t *testing.T, w *world, broken *violation) {
	t.Helper()
	if broken == nil {
		return
	}
	t.Errorf("seed %d, step %d: %v\n\nrepeat: go test ./test/simulation -run TestSimulation -seed=%d -v\n\nwhat is recorded of it:\n%s\nthe last steps:\n%s",
		w.seed, w.step, broken, w.seed, w.history(broken.text), strings.Join(w.trace.lines, "\n"))
}

var idPattern = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f-]{21}`)

// history tells every fact that holds an id which the text names.
func (w *world) history(text string) string {
	var b strings.Builder
	for _, id := range idPattern.FindAllString(text, 3) {
		for _, s := range []bus.Stream{bus.Ledger, bus.Deliveries} {
			for _, m := range w.bus.Messages(s) {
				for _, line := range events.Lines(m.Body) {
					if env, _, err := events.Split(line); err == nil && bytes.Contains(line, []byte(id)) {
						fmt.Fprintf(&b, "%s %d/%d %s by %s, position %s: %s\n", s, m.Partition, m.Seq, m.At.Format("15:04:05.000"),
							m.Get(partition.HeaderOwner), m.Get(partition.HeaderPosition), events.NameOf(env.Type))
					}
				}
			}
		}
	}
	return b.String()
}

// TestSameSeedSameRun holds the simulation to its word: a seed alone decides everything.
func TestSameSeedSameRun(t *testing.T) {
	for seed := range uint64(5) {
		first, second := newWorld(seed+1, mutant{}), newWorld(seed+1, mutant{})
		require.Nil(t, first.run(stepsPerSeed))
		require.Nil(t, second.run(stepsPerSeed))
		require.Equal(t, first.digest(), second.digest(), "seed %d", seed+1)
	}
}

// kinds lists the counts by name, with their floor.
func (c counts) kinds() []struct {
	name     string
	n, floor int
} {
	type kind = struct {
		name     string
		n, floor int
	}
	return []kind{
		{"steps", c.Steps, floor.Steps},
		{"crashes", c.Crashes, floor.Crashes},
		{"zombies", c.Zombies, floor.Zombies},
		{"fenced off", c.Fenced, floor.Fenced},
		{"lost requests", c.LostRequests, floor.LostRequests},
		{"lost answers", c.LostAnswers, floor.LostAnswers},
		{"alerts", c.Alerts, floor.Alerts},
		{"commands", c.Commands, floor.Commands},
		{"snapshots", c.Snapshots, floor.Snapshots},
		{"outages", c.Outages, floor.Outages},
		{"incidents", c.Incidents, floor.Incidents},
		{"pages", c.Pages, floor.Pages},
		{"packets", c.Packets, floor.Packets},
		{"possible repeats", c.Repeats, floor.Repeats},
		{"pages beside the levels", c.Beside, floor.Beside},
		{"inputs decided again", c.Replayed, floor.Replayed},
		{"merges", c.Merges, floor.Merges},
		{"merges across partitions", c.FarMerges, floor.FarMerges},
		{"splits", c.Splits, floor.Splits},
	}
}

func (c counts) mean(n int) string {
	var words []string
	for _, k := range c.kinds() {
		words = append(words, fmt.Sprintf("%s %.1f", k.name, float64(k.n)/float64(n)))
	}
	return strings.Join(words, ", ")
}

// reach fails a run that was too easy.
func (c counts) reach(t *testing.T, n int) {
	t.Helper()
	for _, k := range c.kinds() {
		least := max(k.floor*n, n/10) // whatever is counted happens in every tenth run
		if k.n < least {
			t.Errorf("void: %d %s in %d seeds, at least %d are wanted", k.n, k.name, n, least)
		}
	}
}
