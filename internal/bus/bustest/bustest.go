// Package bustest is the suite that every bus must pass.
//
// In: a function that makes an empty bus. Out: a verdict on order, the fence, atomic announcements,
// leases and blobs.
package bustest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// Run tests the bus that open makes; open is called once for each part.
func Run(t *testing.T, open func(t *testing.T) bus.Bus) {
	t.Run("the fence lets one of two owners pass", func(t *testing.T) { fence(t, open(t)) })
	t.Run("partitions have fences of their own", func(t *testing.T) { partitions(t, open(t)) })
	t.Run("a reader sees everything once and in order", func(t *testing.T) { order(t, open(t)) })
	t.Run("a message id is stored once", func(t *testing.T) { once(t, open(t)) })
	t.Run("a service's subject is placed by its hash", func(t *testing.T) { placing(t, open(t)) })
	t.Run("an announcement is all or nothing", func(t *testing.T) { announce(t, open(t)) })
	t.Run("a lease has one holder", func(t *testing.T) { leases(t, open(t)) })
	t.Run("blobs are replaced whole", func(t *testing.T) { blobs(t, open(t)) })
}

func message(body string) bus.Message {
	return bus.Message{Header: map[string][]string{"X-Case": {"kept"}}, Body: []byte(body)}
}

func fence(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	_, err := b.Last(ctx, bus.Ledger, 0)
	require.ErrorIs(t, err, bus.ErrEmpty)

	first, err := b.Append(ctx, bus.Ledger, 0, 0, message("a"))
	require.NoError(t, err)
	_, err = b.Append(ctx, bus.Ledger, 0, 0, message("late"))
	require.ErrorIs(t, err, bus.ErrFenced)
	second, err := b.Append(ctx, bus.Ledger, 0, first, message("b"))
	require.NoError(t, err)
	require.Greater(t, second, first)
	_, err = b.Append(ctx, bus.Ledger, 0, first, message("stale"))
	require.ErrorIs(t, err, bus.ErrFenced)

	last, err := b.Last(ctx, bus.Ledger, 0)
	require.NoError(t, err)
	require.Equal(t, "b", string(last.Body))
	for _, p := range []int{0, bus.All} {
		newest, err := b.Newest(ctx, bus.Ledger, p)
		require.NoError(t, err)
		require.Equal(t, second, newest)
	}
	newest, err := b.Newest(ctx, bus.Ledger, 5)
	require.NoError(t, err)
	require.Zero(t, newest)
	require.Equal(t, second, last.Seq)
	require.Equal(t, "kept", last.Get("X-Case"))
}

func partitions(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	_, err := b.Append(ctx, bus.Deliveries, 1, 0, message("one"))
	require.NoError(t, err)
	_, err = b.Append(ctx, bus.Deliveries, 2, 0, message("two"))
	require.NoError(t, err)
	last, err := b.Last(ctx, bus.Deliveries, 1)
	require.NoError(t, err)
	require.Equal(t, "one", string(last.Body))
	require.Equal(t, 1, last.Partition)
}

// take polls until n messages are there.
func take(t *testing.T, r bus.Reader, n int) []bus.Message {
	t.Helper()
	var out []bus.Message
	for len(out) < n {
		got, err := r.Poll(7)
		require.NoError(t, err)
		out = append(out, got...)
		if len(got) > 0 {
			continue
		}
		select {
		case <-r.Ready():
		case <-time.After(10 * time.Second):
			require.Failf(t, "reader is silent", "%d of %d messages", len(out), n)
		}
	}
	return out
}

func order(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	early, err := b.Read(ctx, bus.Ledger, bus.All, 0)
	require.NoError(t, err)
	defer early.Close()
	fences := map[int]uint64{}
	for i := range 30 {
		p := i % 3
		fences[p], err = b.Append(ctx, bus.Ledger, p, fences[p], message(fmt.Sprint(i)))
		require.NoError(t, err)
	}
	for i, m := range take(t, early, 30) {
		require.Equal(t, fmt.Sprint(i), string(m.Body))
		require.Equal(t, i%3, m.Partition)
	}
	late, err := b.Read(ctx, bus.Ledger, 1, 0)
	require.NoError(t, err)
	defer late.Close()
	all := take(t, late, 10)
	require.Equal(t, "28", string(all[9].Body))
	resumed, err := b.Read(ctx, bus.Ledger, 1, all[4].Seq)
	require.NoError(t, err)
	defer resumed.Close()
	require.Equal(t, "16", string(take(t, resumed, 5)[0].Body))
}

func once(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	m := bus.Message{Subject: events.IntakeSubject(0, "alerts"), ID: "same", Body: []byte("x")}
	require.NoError(t, b.Publish(ctx, m))
	require.NoError(t, b.Publish(ctx, m))
	m.ID = "other"
	require.NoError(t, b.Publish(ctx, m))
	r, err := b.Read(ctx, bus.Intake, 0, 0)
	require.NoError(t, err)
	defer r.Close()
	last, err := b.Last(ctx, bus.Intake, 0)
	require.NoError(t, err)
	got := take(t, r, 2)
	require.Equal(t, last.Seq, got[1].Seq)
}

func placing(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	n, _ := b.Partitions()
	for _, service := range []string{"checkout", "search", "db-1", "Z"} {
		p := events.Partition(service, n)
		require.NoError(t, b.Publish(ctx, bus.Message{Subject: events.SubjectAlerts + "." + service, Body: []byte(service)}))
		last, err := b.Last(ctx, bus.Intake, p)
		require.NoError(t, err)
		require.Equal(t, service, string(last.Body))
		require.Equal(t, events.IntakeSubject(p, "alerts."+service), last.Subject)
	}
}

func announce(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	position, fence, err := b.Told(ctx, 3)
	require.NoError(t, err)
	require.Zero(t, position)
	require.Zero(t, fence)
	facts := []bus.Message{
		{Subject: events.SubjectIncidents + ".t.s.triggered", Body: []byte("1")},
		{Subject: events.SubjectPages + ".t.s.requested", Body: []byte("2")},
	}
	next, err := b.Announce(ctx, 3, 0, 41, facts)
	require.NoError(t, err)
	_, err = b.Announce(ctx, 3, 0, 42, facts)
	require.ErrorIs(t, err, bus.ErrFenced)
	position, fence, err = b.Told(ctx, 3)
	require.NoError(t, err)
	require.EqualValues(t, 41, position)
	require.Equal(t, next, fence)
	_, err = b.Announce(ctx, 3, fence, 43, nil)
	require.NoError(t, err)
	r, err := b.Read(ctx, bus.Events, bus.All, 0)
	require.NoError(t, err)
	defer r.Close()
	got := take(t, r, 4)
	require.Equal(t, "1", string(got[0].Body))
	require.Equal(t, "2", string(got[1].Body))
}

func leases(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	require.NoError(t, b.Hold(ctx, "engine.1", "a"))
	require.ErrorIs(t, b.Hold(ctx, "engine.1", "b"), bus.ErrHeld)
	require.NoError(t, b.Hold(ctx, "engine.1", "a"))
	require.NoError(t, b.Hold(ctx, "engine.2", "b"))
	held, err := b.Held(ctx, "engine.")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"engine.1": "a", "engine.2": "b"}, held)
	require.NoError(t, b.Release(ctx, "engine.1", "b"))
	require.ErrorIs(t, b.Hold(ctx, "engine.1", "b"), bus.ErrHeld)
	require.NoError(t, b.Release(ctx, "engine.1", "a"))
	require.NoError(t, b.Hold(ctx, "engine.1", "b"))
}

func blobs(t *testing.T, b bus.Bus) {
	ctx := t.Context()
	_, err := b.Get(ctx, "snapshot.ledger.1")
	require.ErrorIs(t, err, bus.ErrNotFound)
	require.NoError(t, b.Put(ctx, "snapshot.ledger.1", []byte("one")))
	require.NoError(t, b.Put(ctx, "snapshot.ledger.1", make([]byte, 300<<10)))
	got, err := b.Get(context.WithoutCancel(ctx), "snapshot.ledger.1")
	require.NoError(t, err)
	require.Len(t, got, 300<<10)
}
