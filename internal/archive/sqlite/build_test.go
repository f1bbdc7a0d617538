package sqlite

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/audit"
)

func indexes(t *testing.T, a *Archive) int {
	n, err := one(t.Context(), a.Reader.db, "SELECT count(*) FROM sqlite_master WHERE name IN ('facts_incident', 'facts_cause')")
	require.NoError(t, err)
	return int(n)
}

// TestBuild keeps without indexes what is then the same with them.
func TestBuild(t *testing.T) {
	all := archivetest.Batches(t, archivetest.Ledger(40, 4), 40)
	want := open(t, t.TempDir())
	defer func() { require.NoError(t, want.Close()) }()
	a := open(t, t.TempDir()).(*Archive)
	defer func() { require.NoError(t, a.Close()) }()
	require.NoError(t, a.Build(t.Context()))
	require.Zero(t, indexes(t, a))
	for _, b := range all {
		require.NoError(t, a.Keep(t.Context(), b.Facts, b.Incidents, b.Position))
		require.NoError(t, want.Keep(t.Context(), b.Facts, b.Incidents, b.Position))
	}
	told, err := a.Timeline(t.Context(), archivetest.ID(3), 0)
	require.NoError(t, err)
	require.Len(t, told, 4, "readers need no index")
	require.NoError(t, a.Settle(t.Context()))
	require.Equal(t, 2, indexes(t, a))
	sound(t, a)
	expected, err := want.Digest(t.Context())
	require.NoError(t, err)
	got, err := a.Digest(t.Context())
	require.NoError(t, err)
	require.Equal(t, expected, got)

	require.NoError(t, a.Build(t.Context()), "there is something already")
	require.Equal(t, 2, indexes(t, a))
}

func sound(t *testing.T, a *Archive) {
	v, err := a.View(t.Context())
	require.NoError(t, err)
	defer v.Close() //nolint:errcheck // it only read
	_, err = audit.Verify(t.Context(), v, func(f audit.Finding) { t.Error(f) })
	require.NoError(t, err)
}

// TestKillWhileBuilding copies the files as a kill would leave them: the next writer makes the
// indexes and goes on.
func TestKillWhileBuilding(t *testing.T) {
	all := archivetest.Batches(t, archivetest.Ledger(40, 4), 40)
	dir, after := t.TempDir(), t.TempDir()
	a := open(t, dir).(*Archive)
	defer func() { require.NoError(t, a.Close()) }()
	require.NoError(t, a.Build(t.Context()))
	keep := func(a archive.Archive, b archivetest.Batch) {
		require.NoError(t, a.Keep(t.Context(), b.Facts, b.Incidents, b.Position))
	}
	keep(a, all[0])
	keep(a, all[1])
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, fileName+suffix))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(after, fileName+suffix), b, 0o600))
	}

	b := open(t, after).(*Archive)
	defer func() { require.NoError(t, b.Close()) }()
	require.Equal(t, 2, indexes(t, b))
	sound(t, b)
	for _, batch := range all[2:] {
		keep(a, batch)
		keep(b, batch)
	}
	require.Equal(t, content(t, a), content(t, b))
}

// TestHeadWhileBuilding: an incident that must be read back would cost a walk through all facts, so
// the building ends there.
func TestHeadWhileBuilding(t *testing.T) {
	a := open(t, t.TempDir()).(*Archive)
	defer func() { require.NoError(t, a.Close()) }()
	require.NoError(t, a.Build(t.Context()))
	archivetest.Fill(t, a, archivetest.Ledger(4, 4), 100)
	seq, _, err := a.Head(t.Context(), archivetest.ID(3))
	require.NoError(t, err)
	require.EqualValues(t, 4, seq)
	require.Equal(t, 2, indexes(t, a))
}

// content is the chain, facts and incidents of an archive as text.
func content(t *testing.T, a *Archive) (all []string) {
	v, err := a.View(t.Context())
	require.NoError(t, err)
	defer v.Close() //nolint:errcheck // read-only
	add := func(one any) error {
		line, err := json.Marshal(one)
		all = append(all, string(line))
		return err
	}
	require.NoError(t, v.Chain(t.Context(), func(e archive.ChainEntry) error { return add(e) }))
	require.NoError(t, v.Facts(t.Context(), func(f archive.Fact) error { return add(f) }))
	require.NoError(t, v.Incidents(t.Context(), func(k archive.Kept) error { return add(k) }))
	return all
}
