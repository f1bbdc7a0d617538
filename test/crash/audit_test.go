package crash

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/whatif/verify"
	"tocsin.dev/pkg/events"
)

// audit is what the streams say in the end.
type audit struct {
	w   *world
	bus *jetstream.Bus

	ledger, deliveries *follower

	incidents map[string]*incident
	order     []string             // ids of incidents as they opened
	pages     map[string]*page     // by id
	firstAsk  map[string]string    // "incident round level target" -> page id
	causes    map[string]bool      // ids of inputs that led to a fact
	public    map[string]int       // ids of facts that belong on EVENTS: how often they are in the ledger
	alerts    map[string]string    // label n of an alert -> incident
	recorded  map[string]time.Time // webhook-id -> when an accepted answer was recorded
	contacts  map[string]claim     // page/attempt -> what was claimed
	lastOwner map[owned]ownership  // newest record of each partition
	gaps      map[string]time.Duration

	unwanted int           // claims stored after their page was superseded
	worst    time.Duration // the longest after

	verdict  verify.Verdict // of deciding everything again
	verified time.Duration  // how long that took
}

type (
	owned struct {
		stream    bus.Stream
		partition int
	}
	ownership struct {
		epoch, number uint64
		owner         string
		at            time.Time
		position      partition.Position
	}
	claim struct{ webhook string }
)

// incident is the ledger's story of one incident.
type incident struct {
	seq       uint64
	chain     []string // hex hash after each fact
	head      []byte
	status    string
	exhausted bool
	dueAt     time.Time
	open      map[string]bool // pages
}

// page is the ledger's story of one page.
type page struct {
	incident, target string
	requestedAt      time.Time
	superseded       bool
	supersededAt     time.Time // when that was stored
	delivered        bool
	failed           bool
}

func newAudit(ctx context.Context, t *testing.T, w *world) *audit {
	t.Helper()
	nc, err := nats.Connect("nats://"+w.nats, append(jetstream.Options("audit"), w.adminKey(t)...)...)
	require.NoError(t, err)
	b, err := jetstream.Open(ctx, nc, jetstream.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { b.Close(); nc.Close() })
	return &audit{
		w: w, bus: b, ledger: &follower{bus: b, stream: bus.Ledger}, deliveries: &follower{bus: b, stream: bus.Deliveries},
		incidents: map[string]*incident{}, pages: map[string]*page{}, firstAsk: map[string]string{}, causes: map[string]bool{},
		public: map[string]int{}, alerts: map[string]string{}, recorded: map[string]time.Time{}, contacts: map[string]claim{},
		lastOwner: map[owned]ownership{}, gaps: map[string]time.Duration{},
	}
}

// adminKey is what the embedded server of `tocsin up` asks for. The separate NATS asks for nothing.
func (w *world) adminKey(t *testing.T) []nats.Option {
	t.Helper()
	seed, err := os.ReadFile(filepath.Join(w.dir, "data", "nats-admin.nk"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	key, err := jetstream.UserKey(jetstream.Admin, strings.TrimSpace(string(seed)))
	require.NoError(t, err)
	return key
}

// follower reads a stream once, from where it left off.
type follower struct {
	bus    bus.Log
	stream bus.Stream
	after  uint64
}

// catchUp hands on everything that is stored now.
func (f *follower) catchUp(ctx context.Context, each func(bus.Message) error) error {
	newest, err := f.bus.Newest(ctx, f.stream, bus.All)
	if err != nil || newest <= f.after {
		return err
	}
	r, err := f.bus.Read(ctx, f.stream, bus.All, f.after)
	if err != nil {
		return err
	}
	defer r.Close()
	for f.after < newest {
		got, err := r.Poll(256)
		if err != nil {
			return err
		}
		for _, m := range got {
			if err := each(m); err != nil {
				return fmt.Errorf("%s %d: %w", f.stream, m.Seq, err)
			}
			f.after = m.Seq
		}
		if len(got) > 0 {
			continue
		}
		select {
		case <-r.Ready():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// read brings the audit up to the streams.
func (a *audit) read(ctx context.Context) error {
	if err := a.ledger.catchUp(ctx, a.record(bus.Ledger, a.decided)); err != nil {
		return err
	}
	return a.deliveries.catchUp(ctx, a.record(bus.Deliveries, a.done))
}

// record checks the frame of every record: epochs and numbers go up by one, time and position never
// go back.
func (a *audit) record(s bus.Stream, each func(events.Event, []byte, bus.Message) error) func(bus.Message) error {
	return func(m bus.Message) error {
		r, err := partition.ParseRecord(m)
		if err != nil {
			return err
		}
		at := owned{s, m.Partition}
		before := a.lastOwner[at]
		if err := follows(before, r); err != nil {
			return err
		}
		if r.Number == 0 {
			a.tookOver(s, before, m)
		}
		a.lastOwner[at] = ownership{r.Epoch, r.Number, r.Owner, r.Now, r.Position}
		for _, text := range r.Lines {
			e, err := events.Decode(text)
			if err != nil {
				return err
			}
			if err := each(e, text, m); err != nil {
				return err
			}
		}
		return nil
	}
}

func follows(before ownership, r partition.Record) error {
	next := r.Epoch == before.epoch && r.Owner == before.owner && r.Number == before.number+1
	taken := r.Epoch == before.epoch+1 && r.Number == 0 // also by the same process, once its turn has failed
	switch {
	case !next && !taken:
		return fmt.Errorf("record %d of epoch %d by %s follows %d of %d by %s", r.Number, r.Epoch, r.Owner, before.number, before.epoch, before.owner)
	case r.Now.Before(before.at):
		return fmt.Errorf("time goes back from %s to %s", before.at, r.Now)
	case r.Position.Seq < before.position.Seq || r.Position.Seq == before.position.Seq && r.Position.Part < before.position.Part:
		return fmt.Errorf("position goes back from %s to %s", before.position, r.Position)
	}
	return nil
}

// tookOver measures how long the partition of a killed owner had none.
func (a *audit) tookOver(s bus.Stream, before ownership, m bus.Message) {
	for _, k := range a.w.fleet.kills() {
		if pid(before.owner) == k.pid {
			word := map[bus.Stream]string{bus.Ledger: "engine", bus.Deliveries: "notifier"}[s]
			a.gaps[word] = max(a.gaps[word], m.At.Sub(k.at))
		}
	}
}

// settle waits until nothing is open: every page has ended, and every incident is in somebody's
// hands, over, or at the end of its climb.
func (a *audit) settle(ctx context.Context, t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		err := a.read(ctx)
		open := a.unsettled()
		if err == nil && open == "" && len(a.order) > 0 {
			return
		}
		select {
		case <-ctx.Done():
			require.NoError(t, err)
			require.Empty(t, open, "this did not settle")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (a *audit) unsettled() string {
	n, example := 0, ""
	for id, i := range a.incidents {
		if len(i.open) > 0 || i.status == "triggered" && !i.exhausted {
			n++
			example = fmt.Sprintf("%s is %s, exhausted %v, open pages %v", id, i.status, i.exhausted, i.open)
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d incidents, such as %s", n, len(a.incidents), example)
}
