package archivetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// Whole is an archive with all its interfaces.
type Whole interface {
	archive.Archive
	archive.Viewer
	archive.Follower
	archive.Keeper
}

// Resolved makes a ledger of incidents that are resolved, except the last one: triggered, paged and resolved,
// n seconds after [Start].
func Resolved(incidents int) []archive.Fact {
	const each = 3
	all := Ledger(incidents, each)
	heads := map[string][]byte{}
	for i := range all {
		f := &all[i]
		if f.IncidentSeq == each && f.Subject != ID(incidents-1) {
			e := events.New(events.IncidentResolved{By: "person:ana", How: "command"})
			env := f.Envelope
			env.Type = e.Type
			e.Envelope = env
			line, err := e.Encode()
			if err != nil {
				panic(err) // our own words always encode
			}
			f.Envelope, f.Line = env, line
		}
		heads[f.Subject] = Chain(heads[f.Subject], f.Line)
		f.Hash = heads[f.Subject]
	}
	return all
}

var removedAt = Start.Add(time.Hour)

func retention(t *testing.T, plain archive.Archive) {
	a := plain.(Whole)
	facts := Resolved(6)
	Fill(t, a, facts, 4)
	before := digest(t, a)

	require.ErrorIs(t, a.Hold(ctx(), archive.Hold{Incident: "nobody knows it", Since: Start}), archive.ErrNotFound)
	require.ErrorIs(t, a.Release(ctx(), ID(1)), archive.ErrNotFound)
	require.NoError(t, a.Hold(ctx(), archive.Hold{Incident: ID(1), Since: Start, Reason: "case 7"}))
	require.NoError(t, a.Hold(ctx(), archive.Hold{Incident: ID(1), Since: removedAt, Reason: "case 8"}))
	holds, err := a.Holds(ctx())
	require.NoError(t, err)
	require.Equal(t, []archive.Hold{{Incident: ID(1), Since: Start, Reason: "case 8"}}, holds)

	remove := func(until int, most, want int) {
		n, err := a.Remove(ctx(), Start.Add(time.Duration(until)*time.Second), most, removedAt)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	remove(0, 10, 0)
	require.Equal(t, before, digest(t, a))
	remove(3, 1, 1) // 0, the longest resolved
	remove(3, 9, 1) // 2, for 1 is held
	require.Equal(t, []string{ID(5), ID(4), ID(3), ID(1)}, ids(list(t, a, archive.Query{Status: "all"})))
	require.Equal(t, []string{ID(4), ID(3), ID(1)}, ids(list(t, a, archive.Query{Status: "resolved", Person: "ana"})))
	told, err := a.Timeline(ctx(), ID(0), 0)
	require.NoError(t, err)
	require.Empty(t, told)
	_, err = a.Incident(ctx(), ID(0))
	require.ErrorIs(t, err, archive.ErrNotFound)
	require.ErrorIs(t, a.Hold(ctx(), archive.Hold{Incident: ID(0), Since: Start}), archive.ErrNotFound)
	require.NotEqual(t, before, digest(t, a))

	require.NoError(t, a.Release(ctx(), ID(1)))
	remove(100, 10, 3)
	require.Equal(t, []string{ID(5)}, ids(list(t, a, archive.Query{Status: "all"})), "what is open stays")
	late(t, a, facts)
}

// late keeps another fact of a removed incident: its chain continues.
func late(t *testing.T, a Whole, facts []archive.Fact) {
	seq, hash, err := a.Head(ctx(), ID(2))
	require.NoError(t, err)
	require.EqualValues(t, 3, seq)
	var end []byte
	for _, f := range facts {
		if f.Subject == ID(2) {
			end = f.Hash
		}
	}
	require.Equal(t, end, hash)
	left, err := a.Load(ctx(), []string{ID(2), ID(5)})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{ID(2), ID(5)}, ids(left))

	f := fact(2, 4)
	f.IncidentSeq, f.Position = 4, position(t, a)+1
	f.Hash = Chain(hash, f.Line)
	require.NoError(t, a.Keep(ctx(), []archive.Fact{f}, left, f.Position))
	left, err = a.Load(ctx(), []string{ID(2)})
	require.NoError(t, err)
	require.Len(t, left, 1, "once, although something was removed of it")
	seq, _, err = a.Head(ctx(), ID(2))
	require.NoError(t, err)
	require.EqualValues(t, 4, seq)
}

func ids(all []archive.Incident) []string {
	out := []string{}
	for _, in := range all {
		out = append(out, in.ID)
	}
	return out
}

// views reads everything as of one instant while more is kept.
func views(t *testing.T, plain archive.Archive) {
	a := plain.(Whole)
	all := Batches(t, Ledger(8, 5), 20)
	require.NoError(t, a.Keep(ctx(), all[0].Facts, all[0].Incidents, all[0].Position))
	v, err := a.View(ctx())
	require.NoError(t, err)
	defer v.Close() //nolint:errcheck // it only read
	want := digest(t, a)
	require.NoError(t, a.Keep(ctx(), all[1].Facts, all[1].Incidents, all[1].Position))
	got, err := archive.Digest(ctx(), v)
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.NotEqual(t, want, digest(t, a))

	head, err := v.Head(ctx())
	require.NoError(t, err)
	require.Equal(t, all[0].Position, head.Position)
	var records []archive.Record
	var last archive.ChainEntry
	require.NoError(t, v.Chain(ctx(), func(e archive.ChainEntry) error {
		require.Equal(t, archive.KindRecord, e.Kind)
		records, last = append(records, e.Record), e
		return nil
	}))
	require.Equal(t, archive.Records(all[0].Facts), records)
	require.Equal(t, head, last.Head())
	n := 0
	require.NoError(t, v.Facts(ctx(), func(f archive.Fact) error {
		want := all[0].Facts[n]
		require.Equal(t, want.Line, f.Line)
		require.Equal(t, fmt.Sprint(want.Position, want.Index, want.Subject, want.IncidentSeq, events.NameOf(want.Type), want.Time, want.CausationID),
			fmt.Sprint(f.Position, f.Index, f.Subject, f.IncidentSeq, f.Type, f.Time, f.CausationID))
		n++
		return nil
	}))
	require.Len(t, all[0].Facts, n)
	require.NoError(t, v.Inspect(ctx(), func(problem string) error { return fmt.Errorf("%s", problem) }))
	stop := fmt.Errorf("stop")
	follows(t, a, all)
	require.ErrorIs(t, v.Incidents(ctx(), func(archive.Kept) error { return stop }), stop)
}

// follows reads facts in steps.
func follows(t *testing.T, a Whole, all []Batch) {
	var want, got []string
	for _, b := range all[:2] {
		for n := range b.Facts {
			want = append(want, fmt.Sprint(b.Facts[n].Key(), string(b.Facts[n].Line)))
		}
	}
	key := int64(0)
	for {
		n, err := a.After(ctx(), key, 7, func(f archive.Fact) error {
			key = f.Key()
			got = append(got, fmt.Sprint(key, string(f.Line)))
			return nil
		})
		require.NoError(t, err)
		if n < 7 {
			break
		}
	}
	require.Equal(t, want, got)
	stop := fmt.Errorf("stop")
	n, err := a.After(ctx(), 0, 7, func(archive.Fact) error { return stop })
	require.ErrorIs(t, err, stop)
	require.Zero(t, n)
}
