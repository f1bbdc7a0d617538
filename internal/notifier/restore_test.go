package notifier_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/notifier"
)

func TestCrashBetweenClaimAndAnswer(t *testing.T) {
	h := newHarness(t)
	h.start()
	h.decide(page("p", "person:bo"))
	h.turn()
	h.crash()
	h.settle()
	require.Equal(t, "opened claimed:phone unknown", h.log())
	h.after(2 * time.Second)
	require.Equal(t, "opened claimed:phone unknown claimed:phone? accepted closed:delivered", h.log())
	require.True(t, h.sent[0].PossibleRepeat)
	require.Equal(t, 2, h.sent[0].Attempt)
}

func TestCrashAfterTheEnd(t *testing.T) {
	h := newHarness(t)
	h.start()
	h.decide(page("p", "person:bo"))
	h.settle()
	h.crash()
	h.settle()
	h.after(time.Hour)
	require.Len(t, h.sent, 1)
}

func TestStaleNotifierCannotClaim(t *testing.T) {
	h := newHarness(t)
	h.start()
	stale, process := h.owner, h.process
	h.owner = nil
	h.start()
	h.decide(page("p", "person:bo"))
	require.NoError(t, process.Feed(t.Context()))
	_, err := stale.Turn(t.Context())
	require.ErrorIs(t, err, bus.ErrFenced)
	require.Empty(t, h.flights)
}

func TestSuperseded(t *testing.T) {
	p := page("p", "person:ana")
	for name, c := range map[string]struct {
		do   func(h *harness)
		want string
		sent int
	}{
		"before it was looked at": {func(h *harness) { h.decide(p, gone(p)); h.settle() }, "opened closed:superseded", 0},
		"between two attempts": {func(h *harness) {
			h.answers = []channel.Result{later, later}
			h.decide(p)
			h.settle()
			h.decide(gone(p))
			h.settle()
		}, "opened claimed:phone retryable claimed:desk retryable closed:superseded", 2},
		"while an attempt is under way": {func(h *harness) {
			h.answers = []channel.Result{later}
			h.decide(p)
			h.turn()
			h.decide(gone(p))
			h.turn()
			h.settle()
		}, "opened claimed:phone closed:superseded retryable", 1},
		"while an attempt is under way, and the notifier dies": {func(h *harness) {
			h.decide(p)
			h.turn()
			h.decide(gone(p))
			h.turn()
			h.crash()
			h.settle()
		}, "opened claimed:phone closed:superseded", 0},
		"while an attempt is under way, and it dies after the answer": {func(h *harness) {
			h.decide(p)
			h.turn()
			h.decide(gone(p))
			h.turn()
			h.settle()
			h.crash()
			h.settle()
		}, "opened claimed:phone closed:superseded accepted", 1},
		"after the end":   {func(h *harness) { h.decide(p); h.settle(); h.decide(gone(p)); h.settle() }, "opened claimed:phone accepted closed:delivered", 1},
		"nobody knows it": {func(h *harness) { h.decide(gone(p)); h.settle() }, "", 0},
		"while it waits in line": {func(h *harness) {
			q := page("q", "person:ana")
			h.decide(p, q)
			h.turn()
			h.decide(gone(q))
			h.settle()
		}, "opened opened claimed:phone closed:superseded accepted closed:delivered", 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			h.slots = 1
			h.start()
			c.do(h)
			h.after(time.Hour)
			require.Equal(t, c.want, h.log())
			require.Len(t, h.sent, c.sent)
		})
	}
}

func TestSnapshotEqualsReplay(t *testing.T) {
	h := newHarness(t)
	h.answers = []channel.Result{later, later, accepted}
	h.start()
	h.decide(page("a", "person:bo"), page("b", "person:ana"))
	h.settle()
	h.decide(page("c", "person:cy"))
	h.settle()
	leave := func() string {
		for len(h.flights) > 0 { // receipts that a takeover posts again
			h.fly()
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		require.NoError(t, h.owner.Run(stopped))
		b, err := h.bus.Get(t.Context(), "snapshot.deliveries.0")
		require.NoError(t, err)
		var saved struct {
			State json.RawMessage `json:"state"`
		}
		require.NoError(t, json.Unmarshal(b, &saved))
		return string(saved.State)
	}
	live := leave()
	require.NoError(t, h.bus.Put(t.Context(), "snapshot.deliveries.0", []byte("damaged")))
	h.start()
	replayed := leave()
	require.Equal(t, live, replayed)

	h.start() // from the snapshot
	h.after(time.Hour)
	require.Contains(t, h.log(), "closed:delivered")
	require.NotContains(t, h.log(), "unknown", "nothing was under way")
}

// slow is a provider that takes a second in real goroutines.
type slow struct{ done chan channel.Notification }

func (slow) Name() string                    { return "webhook" }
func (slow) Endpoint(channel.Address) string { return "one" }

func (s slow) Send(_ context.Context, _ channel.Address, n channel.Notification) channel.Result {
	time.Sleep(time.Second)
	s.done <- n
	return accepted
}

// TestRun drives a whole notifier in fake time: it delivers, and a stop waits for what is under way.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inmem.New(inmem.Config{Partitions: 2, Clock: time.Now})
		h := &harness{t: t, now: time.Now(), bus: b, catalogs: revisions.NewStore(b, time.Now)}
		h.apply(catalogText)
		provider := slow{make(chan channel.Notification, 10)}
		n, err := notifier.New(notifier.Config{
			Bus: b, Catalogs: h.catalogs, Instance: "one",
			Channels: func(*catalog.Catalog) (map[string]channel.Channel, error) {
				return map[string]channel.Channel{"webhook": provider}, nil
			},
			Secret: func(catalog.Secret) (string, error) { return "", nil },
		})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		h.decide(page("p", "person:ana"))
		require.Equal(t, "p", (<-provider.done).Page)
		synctest.Wait()
		require.Len(t, h.receipts(), 1)

		h.decide(page("q", "person:bo"))
		time.Sleep(500 * time.Millisecond) // the attempt is half done
		stop()
		require.NoError(t, <-done)
		require.Len(t, h.receipts(), 2)
		require.Contains(t, h.log(), "accepted closed:delivered opened claimed:phone accepted closed:delivered")
	})
}

// slowClose is a bus whose readers of LEDGER take a second to close.
type slowClose struct {
	*inmem.Bus
	open atomic.Int32
}

func (b *slowClose) Read(ctx context.Context, s bus.Stream, partition int, after uint64) (bus.Reader, error) {
	r, err := b.Bus.Read(ctx, s, partition, after)
	if err != nil || s != bus.Ledger {
		return r, err
	}
	b.open.Add(1)
	return slowReader{r, b}, nil
}

type slowReader struct {
	bus.Reader
	bus *slowClose
}

func (r slowReader) Close() {
	time.Sleep(time.Second)
	r.Reader.Close()
	r.bus.open.Add(-1)
}

// TestRunWaits: when Run returns, the goroutine that reads LEDGER is done.
func TestRunWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slowClose{Bus: inmem.New(inmem.Config{Partitions: 1, Clock: time.Now})}
		h := &harness{t: t, now: time.Now(), bus: b.Bus, catalogs: revisions.NewStore(b, time.Now)}
		h.apply(catalogText)
		n, err := notifier.New(notifier.Config{
			Bus: b, Catalogs: h.catalogs, Instance: "one",
			Channels: func(*catalog.Catalog) (map[string]channel.Channel, error) { return nil, nil },
			Secret:   func(catalog.Secret) (string, error) { return "", nil },
		})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		time.Sleep(5 * time.Second)
		require.EqualValues(t, 1, b.open.Load())
		stop()
		require.NoError(t, <-done)
		require.Zero(t, b.open.Load())
	})
}

func TestPersonLeavesTheCatalog(t *testing.T) {
	h := newHarness(t)
	h.answers = []channel.Result{later}
	h.start()
	h.decide(page("p", "person:bo"))
	h.settle()
	h.apply(`
people:
  ana: {contact: [{id: phone, webhook: {url: "https://one.example.com/ana"}}]}
teams: {shop: {lead: ana, members: [ana]}}
services: {checkout: {team: shop, policy: shop}}
routes: [{service: checkout}]
policies: {shop: {levels: [{page: [person:ana]}]}}
`)
	require.NoError(t, h.process.Refresh(t.Context()))
	h.after(2 * time.Second)
	require.Equal(t, "opened claimed:phone retryable closed:failed", h.log())
	require.False(t, h.receipts()[0].Delivered)
}
