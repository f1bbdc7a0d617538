package revisions_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/pkg/events"
)

const (
	first = `
people: {ana: {contact: [{console: true}]}}
teams: {shop: {lead: ana, members: [ana]}}
services: {checkout: {team: shop, policy: shop}}
routes: [{service: checkout}]
policies: {shop: {levels: [{page: [person:ana]}]}}
`
	second = first + "egress: {allow: [\"127.0.0.1/32\"]}\n"
	faulty = "services: {checkout: {team: nobody, policy: none}}\n"
)

func files(text string) map[string][]byte { return map[string][]byte{"catalog.yaml": []byte(text)} }

const partitions = 3

// house is a bus that loses the answers or requests of the calls it is told to.
type house struct {
	bus     *inmem.Bus
	mu      sync.Mutex
	request map[string]int // how many of a call are still to be lost
	answer  map[string]int
}

func newHouse() *house {
	h := &house{request: map[string]int{}, answer: map[string]int{}}
	lose := func(left map[string]int) func(string) bool {
		return func(call string) bool {
			h.mu.Lock()
			defer h.mu.Unlock()
			if left[call] == 0 {
				return false
			}
			left[call]--
			return true
		}
	}
	h.bus = inmem.New(inmem.Config{Partitions: partitions, Clock: time.Now, Faults: inmem.Faults{LoseRequest: lose(h.request), LoseAnswer: lose(h.answer)}})
	return h
}

func (h *house) store() *revisions.Store { return revisions.NewStore(h.bus, time.Now) }

// announced returns the revisions in the order in which each partition was told of them.
func (h *house) announced(t *testing.T) [partitions][]string {
	var out [partitions][]string
	for _, m := range h.bus.Messages(bus.Intake) {
		for _, line := range events.Lines(m.Body) {
			e, err := events.Decode(line)
			require.NoError(t, err)
			require.Equal(t, events.TypeOf(events.CatalogRevised{}), e.Type)
			out[m.Partition] = append(out[m.Partition], e.Data.(events.CatalogRevised).Revision)
		}
	}
	return out
}

func TestNoCatalogYet(t *testing.T) {
	s := newHouse().store()
	_, err := s.CurrentRevision(t.Context())
	require.ErrorIs(t, err, revisions.ErrNone)
	_, err = s.Current(t.Context())
	require.ErrorIs(t, err, revisions.ErrNone)
	require.ErrorIs(t, s.Refresh(t.Context()), revisions.ErrNone)
	require.Nil(t, s.Latest())
	_, err = s.Load(t.Context(), "never")
	require.ErrorIs(t, err, bus.ErrNotFound)
}

func TestApply(t *testing.T) {
	h := newHouse()
	s := h.store()
	rev, faults, err := s.Apply(t.Context(), files(first), "person:ana")
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Equal(t, rev, s.Latest().Rules.Revision)
	for _, all := range h.announced(t) {
		require.Equal(t, []string{rev}, all, "each partition is told once")
	}

	other := h.store() // another process
	c, err := other.Current(t.Context())
	require.NoError(t, err)
	require.Equal(t, rev, c.Rules.Revision)
	require.Contains(t, c.People, "ana")

	same, _, err := other.Apply(t.Context(), files(first), "person:bo")
	require.NoError(t, err)
	require.Equal(t, rev, same)
	require.Len(t, h.announced(t)[0], 1, "what is in force already is left alone")
}

func TestFaultyCatalogChangesNothing(t *testing.T) {
	h := newHouse()
	s := h.store()
	good, _, err := s.Apply(t.Context(), files(first), "")
	require.NoError(t, err)
	rev, faults, err := s.Apply(t.Context(), files(faulty), "")
	require.NoError(t, err)
	require.Empty(t, rev)
	require.NotEmpty(t, faults)
	current, err := s.CurrentRevision(t.Context())
	require.NoError(t, err)
	require.Equal(t, good, current)
	require.Equal(t, good, s.Latest().Rules.Revision)
	require.Len(t, h.announced(t)[0], 1)
}

func TestOlderRevisionsStay(t *testing.T) {
	h := newHouse()
	s := h.store()
	old, _, err := s.Apply(t.Context(), files(first), "")
	require.NoError(t, err)
	latest, _, err := s.Apply(t.Context(), files(second), "")
	require.NoError(t, err)
	back, _, err := s.Apply(t.Context(), files(first), "")
	require.NoError(t, err)
	require.Equal(t, old, back)
	require.Equal(t, [partitions][]string{{old, latest, old}, {old, latest, old}, {old, latest, old}}, h.announced(t), "going back is a change too")
	for _, rev := range []string{old, latest} {
		c, err := h.store().Load(t.Context(), rev)
		require.NoError(t, err)
		require.Equal(t, rev, c.Rules.Revision)
	}
}

// TestApplyAgainAfterAFailure: wherever the first try breaks off, the second one ends well, and no
// partition is told of a revision that cannot be loaded.
func TestApplyAgainAfterAFailure(t *testing.T) {
	for name, lose := range map[string]func(h *house){
		"the question for the current one": func(h *house) { h.request["get"] = 1 },
		"the blob":                         func(h *house) { h.request["put"] = 1 },
		"the blob's answer":                func(h *house) { h.answer["put"] = 1 },
		"an announcement":                  func(h *house) { h.request["publish"] = 1 },
		"an announcement's answer":         func(h *house) { h.answer["publish"] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			s := h.store()
			_, _, err := s.Apply(t.Context(), files(first), "")
			require.NoError(t, err)
			lose(h)
			_, _, err = s.Apply(t.Context(), files(second), "")
			require.ErrorIs(t, err, inmem.ErrLost)
			for _, all := range h.announced(t) {
				for _, rev := range all {
					_, err := h.store().Load(t.Context(), rev)
					require.NoError(t, err)
				}
			}
			rev, _, err := s.Apply(t.Context(), files(second), "")
			require.NoError(t, err)
			current, err := s.CurrentRevision(t.Context())
			require.NoError(t, err)
			require.Equal(t, rev, current)
			for _, all := range h.announced(t) {
				require.Equal(t, rev, all[len(all)-1])
			}
		})
	}
}

// stuck is a bus that cannot store one blob.
type stuck struct {
	*inmem.Bus
	blob string
}

func (s *stuck) Put(ctx context.Context, name string, b []byte) error {
	if name == s.blob {
		return inmem.ErrLost
	}
	return s.Bus.Put(ctx, name, b)
}

// TestGoingBackAfterAFailure: the partitions were told of a revision that never became the current
// one; applying the old one again must tell them so.
func TestGoingBackAfterAFailure(t *testing.T) {
	for _, blob := range []string{"catalog.current", "catalog.pending"} {
		h := newHouse()
		b := &stuck{Bus: h.bus}
		s := revisions.NewStore(b, time.Now)
		old, _, err := s.Apply(t.Context(), files(first), "")
		require.NoError(t, err)
		b.blob = blob
		_, _, err = s.Apply(t.Context(), files(second), "")
		require.ErrorIs(t, err, inmem.ErrLost)
		b.blob = ""
		_, _, err = s.Apply(t.Context(), files(first), "")
		require.NoError(t, err)
		for _, all := range h.announced(t) {
			require.Equal(t, old, all[len(all)-1])
		}
	}
}

func TestDamagedRevision(t *testing.T) {
	h := newHouse()
	for name, b := range map[string]string{"no JSON": "x", "a faulty catalog": `{"catalog.yaml": "c2VydmljZXM6IHthOiB7dGVhbTogbm9ib2R5fX0K"}`} {
		require.NoError(t, h.bus.Put(t.Context(), "catalog.revision."+name, []byte(b)))
		_, err := h.store().Load(t.Context(), name)
		require.ErrorContains(t, err, "load catalog", name)
	}
}

// TestForgedRevision: a sound catalog under another's name is refused, and never becomes the latest.
func TestForgedRevision(t *testing.T) {
	h := newHouse()
	s := h.store()
	first, _, err := s.Apply(t.Context(), files(first), "ana")
	require.NoError(t, err)
	second, _, err := s.Apply(t.Context(), files(second), "ana")
	require.NoError(t, err)
	forged, err := h.bus.Get(t.Context(), "catalog.revision."+first)
	require.NoError(t, err)
	require.NoError(t, h.bus.Put(t.Context(), "catalog.revision."+second, forged))
	fresh := h.store()
	_, err = fresh.Load(t.Context(), second)
	require.ErrorIs(t, err, revisions.ErrForged)
	_, err = fresh.Current(t.Context())
	require.ErrorIs(t, err, revisions.ErrForged)
	require.Nil(t, fresh.Latest())
	_, err = fresh.Load(t.Context(), first)
	require.NoError(t, err)
}

func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse()
		s := h.store()
		ctx, stop := context.WithCancel(t.Context())
		var reported []error
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.Follow(ctx, time.Second, func(err error) { reported = append(reported, err) })
		}()
		time.Sleep(1500 * time.Millisecond)
		require.Nil(t, s.Latest())
		rev, _, err := h.store().Apply(t.Context(), files(first), "") // by another process
		require.NoError(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, rev, s.Latest().Rules.Revision)
		h.mu.Lock()
		h.request["get"] = 1
		h.mu.Unlock()
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, rev, s.Latest().Rules.Revision, "a failure leaves the one before in place")
		stop()
		<-done
		require.Len(t, reported, 1)
		require.ErrorIs(t, reported[0], inmem.ErrLost)
	})
}
