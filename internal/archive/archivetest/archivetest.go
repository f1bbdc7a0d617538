// Package archivetest is the suite that every archive passes.
//
// In: a way to open an archive in a folder. Out: failed tests where it breaks the contract of package
// archive. It knows no implementation.
package archivetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
)

// Opener opens the archive in dir, or creates it. An existing archive has what was kept in it before.
type Opener func(tb testing.TB, dir string) archive.Archive

// ReadOpener opens the archive in dir read-only, while its writer has it open.
type ReadOpener func(tb testing.TB, dir string) archive.Reader

// Run checks an implementation against the contract.
func Run(t *testing.T, open Opener, read ReadOpener) {
	fresh := func(t *testing.T) archive.Archive {
		a := open(t, t.TempDir())
		t.Cleanup(func() { require.NoError(t, a.Close()) })
		return a
	}
	for name, test := range map[string]func(*testing.T, archive.Archive){
		"empty":      empty,
		"keep twice": keepTwice,
		"overlap":    overlap,
		"refusal":    refusal,
		"order":      order,
		"pages":      pages,
		"filters":    filters,
		"prefixes":   prefixes,
		"causes":     causes,
		"loose":      loose,
		"load":       load,
		"strangers":  strangers,
		"searches":   searches,
		"tasks":      tasks,
		"random":     randomQueries,
		"hostile":    hostile,
		"retention":  retention,
		"views":      views,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time is waiting for the disk
			test(t, fresh(t))
		})
	}
	t.Run("reopen", func(t *testing.T) { reopen(t, open) })
	t.Run("rebuild", func(t *testing.T) { rebuild(t, open) })
	t.Run("readers during writes", func(t *testing.T) { readDuringWrites(t, open, read) })
}

func ctx() context.Context { return context.Background() }

func position(t *testing.T, a archive.Writer) uint64 {
	p, err := a.Position(ctx())
	require.NoError(t, err)
	return p
}

func digest(t *testing.T, a archive.Reader) string {
	d, err := a.Digest(ctx())
	require.NoError(t, err)
	return d
}

func list(t *testing.T, a archive.Reader, q archive.Query) []archive.Incident {
	got, err := a.Incidents(ctx(), q)
	require.NoError(t, err)
	require.NotNil(t, got, "an empty answer is an empty slice")
	return got
}

func empty(t *testing.T, a archive.Archive) {
	require.Zero(t, position(t, a))
	require.Empty(t, list(t, a, archive.Query{}))
	seq, hash, err := a.Head(ctx(), ID(1))
	require.NoError(t, err)
	require.Zero(t, seq)
	require.Nil(t, hash)
	_, err = a.Incident(ctx(), ID(1))
	require.ErrorIs(t, err, archive.ErrNotFound)
	told, err := a.Timeline(ctx(), ID(1), 0)
	require.NoError(t, err)
	require.Equal(t, []archive.Entry{}, told)
}

func keepTwice(t *testing.T, a archive.Archive) {
	all := Batches(t, Ledger(5, 4), 9)
	for _, b := range all {
		for range 2 {
			require.NoError(t, a.Keep(ctx(), b.Facts, b.Incidents, b.Position))
			require.Equal(t, b.Position, position(t, a))
		}
	}
	before := digest(t, a)
	require.NoError(t, a.Keep(ctx(), all[0].Facts, all[0].Incidents, all[0].Position))
	require.Equal(t, before, digest(t, a))
	in, err := a.Incident(ctx(), ID(0))
	require.NoError(t, err)
	require.EqualValues(t, 4, in.Seq, "an old batch must not bring an old incident back")
	require.Equal(t, all[len(all)-1].Position, position(t, a))
}

// overlap keeps a batch that begins before the position: only what is new counts.
func overlap(t *testing.T, a archive.Archive) {
	facts := Ledger(5, 4)
	Fill(t, a, facts[:14], 100)
	whole := Batches(t, facts, 100)[0]
	require.NoError(t, a.Keep(ctx(), whole.Facts, whole.Incidents, whole.Position))
	told, err := a.Timeline(ctx(), ID(1), 0)
	require.NoError(t, err)
	require.Len(t, told, 4)
}

// refusal fails a transaction in the middle: the state before it stays.
func refusal(t *testing.T, a archive.Archive) {
	all := Batches(t, Ledger(5, 4), 7)
	require.NoError(t, a.Keep(ctx(), all[0].Facts, all[0].Incidents, all[0].Position))
	before := digest(t, a)

	cancelled, cancel := context.WithCancel(ctx())
	cancel()
	require.Error(t, a.Keep(cancelled, all[1].Facts, all[1].Incidents, all[1].Position))

	twice := append(append([]archive.Fact{}, all[1].Facts...), all[1].Facts[0])
	require.Error(t, a.Keep(ctx(), twice, all[1].Incidents, all[1].Position), "one place in the ledger holds one fact")

	require.Equal(t, before, digest(t, a))
	require.Equal(t, all[0].Position, position(t, a))
	require.NoError(t, a.Keep(ctx(), all[1].Facts, all[1].Incidents, all[1].Position), "and it can go on")
}

func order(t *testing.T, a archive.Archive) {
	facts := Ledger(3, 6)
	Fill(t, a, facts, 5)
	told, err := a.Timeline(ctx(), ID(2), 0)
	require.NoError(t, err)
	require.Len(t, told, 6)
	var prev []byte
	for i, entry := range told {
		f := facts[i*3+2]
		prev = Chain(prev, f.Line)
		require.EqualValues(t, i+1, entry.Seq)
		require.Equal(t, f.ID, entry.ID)
		require.Equal(t, ID(2), entry.Incident)
		require.Equal(t, fmt.Sprintf("%x", prev), entry.Hash)
		require.NotEmpty(t, entry.Summary)
		require.True(t, f.Time.Equal(entry.At))
		require.Contains(t, string(f.Line), string(entry.Data))
	}
	rest, err := a.Timeline(ctx(), ID(2), 4)
	require.NoError(t, err)
	require.Equal(t, told[4:], rest)
	seq, hash, err := a.Head(ctx(), ID(2))
	require.NoError(t, err)
	require.EqualValues(t, 6, seq)
	require.Equal(t, prev, hash)
}

func pages(t *testing.T, a archive.Archive) {
	Fill(t, a, Ledger(120, 1), 1000)
	require.Len(t, list(t, a, archive.Query{}), archive.DefaultLimit)
	require.Len(t, list(t, a, archive.Query{Limit: 1 << 30}), 120)
	var seen []string
	q := archive.Query{Limit: 33}
	for {
		page := list(t, a, q)
		if len(page) == 0 {
			break
		}
		for _, in := range page {
			seen = append(seen, in.ID)
		}
		q.Before = page[len(page)-1].ID
	}
	require.Len(t, seen, 120)
	for i, id := range seen {
		require.Equal(t, ID(119-i), id, "newest first, none twice, none left out")
	}
	_, err := a.Incidents(ctx(), archive.Query{Before: "nobody knows it"})
	require.ErrorIs(t, err, archive.ErrNotFound)
}

func filters(t *testing.T, a archive.Archive) {
	facts := Ledger(9, 1)
	b := Batches(t, facts, 100)[0]
	for i, status := range []string{"triggered", "acknowledged", "snoozed", "resolved"} {
		b.Incidents[i].Status = status
	}
	require.NoError(t, a.Keep(ctx(), b.Facts, b.Incidents, b.Position))
	for want, q := range map[int]archive.Query{
		8: {Status: "open"},
		9: {Status: "all"},
		1: {Status: "resolved"},
		6: {Status: "triggered"},
		3: {Status: "all", Service: "search"},
		5: {Team: "payments", Limit: 5},
		2: {Team: "discovery", Status: "triggered"},
		0: {Team: "discovery", Service: "checkout"},
	} {
		require.Len(t, list(t, a, q), want, "%+v", q)
	}
}

func prefixes(t *testing.T, a archive.Archive) {
	b := Batches(t, Ledger(4, 1), 100)[0]
	for i, id := range []string{"abcd-1", "abcd-12", "abce-1", "zzzz"} {
		b.Incidents[i].ID = id
	}
	require.NoError(t, a.Keep(ctx(), b.Facts, b.Incidents, b.Position))
	for id, want := range map[string]any{
		"abcd-12": "abcd-12", "abcd-1": "abcd-1", "abce": "abce-1", "zzzz": "zzzz",
		"abcd": archive.ErrAmbiguous, "abc": archive.ErrNotFound, "": archive.ErrNotFound, "zzzzz": archive.ErrNotFound,
		"ab%_": archive.ErrNotFound, "abcd-1' OR '1'='1": archive.ErrNotFound,
	} {
		in, err := a.Incident(ctx(), id)
		if fault, bad := want.(error); bad {
			require.ErrorIs(t, err, fault, id)
			continue
		}
		require.NoError(t, err, id)
		require.Equal(t, want, in.ID)
	}
}

func causes(t *testing.T, a archive.Archive) {
	Fill(t, a, Ledger(5, 4), 100)
	got, err := a.Caused(ctx(), Cause(3, 3))
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, "incident.acknowledged", got[0].Type)
	require.Equal(t, ID(3), got[0].Incident)
	got, err = a.Caused(ctx(), "nobody asked")
	require.NoError(t, err)
	require.Equal(t, []archive.Entry{}, got)
}

func load(t *testing.T, a archive.Archive) {
	b := Batches(t, Ledger(5, 4), 100)[0]
	require.NoError(t, a.Keep(ctx(), b.Facts, b.Incidents, b.Position))
	got, err := a.Load(ctx(), []string{ID(4), "nobody knows it", ID(0)})
	require.NoError(t, err)
	require.ElementsMatch(t, []archive.Incident{b.Incidents[4], b.Incidents[0]}, got)
}

// strangers are facts without an incident, of unknown types, and lines that are not events: all are kept.
func strangers(t *testing.T, a archive.Archive) {
	before := digest(t, a)
	lone := archive.Fact{Position: 1, Line: []byte(`{"type":"dev.tocsin.epoch.begun.v1","data":{"epoch":3}}`)}
	lone.Type, lone.CausationID = "dev.tocsin.epoch.begun.v1", "input-1"
	broken := archive.Fact{Position: 1, Index: 1, Line: []byte("\xff not an event")}
	require.NoError(t, a.Keep(ctx(), []archive.Fact{lone, broken}, nil, 1))
	require.NotEqual(t, before, digest(t, a))
	require.EqualValues(t, 1, position(t, a))

	require.NoError(t, a.Keep(ctx(), nil, nil, 9), "a batch without facts moves the position")
	require.EqualValues(t, 9, position(t, a))
}

func reopen(t *testing.T, open Opener) {
	dir := t.TempDir()
	a := open(t, dir)
	Fill(t, a, Ledger(5, 4), 8)
	want, at := digest(t, a), position(t, a)
	require.NoError(t, a.Close())
	a = open(t, dir)
	defer func() { require.NoError(t, a.Close()) }()
	require.Equal(t, want, digest(t, a))
	require.Equal(t, at, position(t, a))
	require.Len(t, list(t, a, archive.Query{}), 5)
}

func rebuild(t *testing.T, open Opener) {
	facts := Ledger(40, 7)
	var want string
	var incidents []archive.Incident
	for _, size := range []int{1, 13, 100, 10_000} {
		a := open(t, t.TempDir())
		Fill(t, a, facts, size)
		if want == "" {
			want, incidents = digest(t, a), list(t, a, archive.Query{Status: "all"})
		}
		require.Equal(t, want, digest(t, a), "in batches of %d", size)
		require.Equal(t, incidents, list(t, a, archive.Query{Status: "all"}), "in batches of %d", size)
		require.NoError(t, a.Close())
	}
}

// readDuringWrites reads from several readers while a writer keeps: a timeline never shrinks or has a gap.
func readDuringWrites(t *testing.T, open Opener, read ReadOpener) {
	dir := t.TempDir()
	a := open(t, dir)
	defer func() { require.NoError(t, a.Close()) }()
	const incidents, each, readers = 4, 60, 3
	all := Batches(t, Ledger(incidents, each), 3)
	done := make(chan struct{})
	faults := make(chan error, readers)
	var group sync.WaitGroup
	for n := range readers {
		r := read(t, dir)
		group.Go(func() { faults <- follow(r, ID(n), done) })
	}
	for _, b := range all {
		require.NoError(t, a.Keep(ctx(), b.Facts, b.Incidents, b.Position))
	}
	close(done)
	group.Wait()
	close(faults)
	for err := range faults {
		require.NoError(t, err)
	}
	told, err := read(t, dir).Timeline(ctx(), ID(0), 0)
	require.NoError(t, err)
	require.Len(t, told, each)
}

func follow(r archive.Reader, id string, done <-chan struct{}) error {
	last := 0
	for {
		told, err := r.Timeline(ctx(), id, 0)
		if err != nil {
			return err
		}
		if len(told) < last || len(told) > 0 && told[len(told)-1].Seq != uint64(len(told)) {
			return fmt.Errorf("%d entries after %d, the last is %d", len(told), last, told[len(told)-1].Seq)
		}
		last = len(told)
		select {
		case <-done:
			return nil
		default:
		}
	}
}
