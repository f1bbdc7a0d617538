package partition_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
)

const snapshotName = "snapshot.ledger.0"

// leave stops the owner in order.
func (h *house) leave(o interface{ Run(context.Context) error }) {
	h.t.Helper()
	stopped, stop := context.WithCancel(h.t.Context())
	stop()
	require.NoError(h.t, o.Run(stopped))
}

func TestSnapshotEqualsReplay(t *testing.T) {
	h := newHouse(t)
	live := &scribe{}
	o := h.take("first", live)
	h.publish("a,b", "alarm", "c")
	h.settle(o)
	h.leave(o)

	withSnapshot := &scribe{}
	h.take("second", withSnapshot)
	require.Equal(t, live.state, withSnapshot.state)

	require.NoError(t, h.bus.Put(t.Context(), snapshotName, []byte("{}")))
	fromRecords := &scribe{}
	h.take("third", fromRecords)
	require.Equal(t, live.state, fromRecords.state)
}

func TestRecordsAfterTheSnapshot(t *testing.T) {
	h := newHouse(t)
	o := h.take("first", &scribe{})
	h.publish("a")
	h.settle(o)
	h.leave(o)
	next := h.take("second", &scribe{})
	h.publish("b")
	h.settle(next)
	third := &scribe{}
	h.take("third", third)
	require.Equal(t, []string{"a", "b"}, third.state.Facts)
}

func TestSnapshotThatCannotBeUsed(t *testing.T) {
	for name, b := range map[string]string{
		"damaged":                   `{"seq": 2, "sta`,
		"of another log":            `{"seq": 900, "state": {"Facts": ["alien"]}}`,
		"of another form":           `{"seq": 2, "state": {"Facts": 7}}`,
		"without a state":           `{"seq": 0}`,
		"not a snapshot":            `[]`,
		"empty":                     ``,
		"of a state that is no map": `{"seq": 2, "state": "x"}`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			o := h.take("first", &scribe{})
			h.publish("a", "b")
			h.settle(o)
			require.NoError(t, h.bus.Put(t.Context(), snapshotName, []byte(b)))
			s := &scribe{}
			h.take("second", s)
			require.Equal(t, []string{"a", "b"}, s.state.Facts)
		})
	}
}

// fill decides large inputs until something has happened, and says how many.
func (h *house) fill(o *partition.Owner, until func() bool) (n int) {
	h.t.Helper()
	for ; !until(); n++ {
		require.Less(h.t, n, 100, "it does not happen")
		h.publish(fmt.Sprint(n, strings.Repeat("x", 400<<10)))
		h.settle(o)
	}
	return n
}

// TestLongTailIsSnapshot: the state is stored while the owner works, not only when it leaves.
func TestLongTailIsSnapshot(t *testing.T) {
	h := newHouse(t)
	live := &scribe{}
	o := h.take("first", live)
	h.fill(o, func() bool {
		_, err := h.bus.Get(t.Context(), snapshotName)
		return err == nil
	})
	h.publish("last")
	h.settle(o)
	s := &scribe{}
	h.take("second", s)
	require.Equal(t, live.state, s.state)
}

// full takes no blob.
type full struct{ bus.Blobs }

func (full) Put(context.Context, string, []byte) error { return errFull }

// TestSnapshotThatCannotBeStored: it is never needed, so the owner goes on, and tries again later.
func TestSnapshotThatCannotBeStored(t *testing.T) {
	h := newHouse(t)
	h.blobs = full{h.bus}
	o := h.take("first", &scribe{})
	n := h.fill(o, func() bool { return len(h.warned) == 2 })
	require.ErrorIs(t, h.warned[0], errFull)
	_, facts := h.records()
	require.Len(t, facts, n)
}
