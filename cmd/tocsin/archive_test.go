package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
)

// tocsin runs a command line and gives what it wrote.
func tocsin(t *testing.T, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func archived(t *testing.T, facts []archive.Fact) (path string, a assembly.Archive) {
	path = filepath.Join(t.TempDir(), "archive.db")
	a, err := assembly.OpenArchive(t.Context(), path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	archivetest.Fill(t, a, facts, 50)
	return path, a
}

// TestArchiveThereAndBack exports a whole archive, while its writer has it open, and imports it.
func TestArchiveThereAndBack(t *testing.T) {
	path, a := archived(t, archivetest.Ledger(200, 3))
	dir := t.TempDir()
	lines, again := filepath.Join(dir, "all.jsonl"), filepath.Join(dir, "again.db")
	code, _, stderr := tocsin(t, "archive", "export", "--archive", path, "--out", lines)
	require.Zero(t, code, stderr)
	require.Equal(t, "wrote 600 lines to "+lines+"\n", stderr)
	code, _, stderr = tocsin(t, "archive", "export", "--archive", path, "--out", lines)
	require.Equal(t, 1, code, "a file that is there stays")
	require.Contains(t, stderr, "all.jsonl already exists")

	digest, err := a.Digest(t.Context())
	require.NoError(t, err)
	code, stdout, stderr := tocsin(t, "archive", "import", lines, "--to", again)
	require.Zero(t, code, stderr)
	require.Equal(t, "600 facts, digest "+digest+"\n", stdout)
	code, stdout, stderr = tocsin(t, "archive", "verify", "--archive", again)
	require.Zero(t, code, stdout+stderr)
	require.Contains(t, stdout, "ok: 600 facts, 2 records, 200 incidents, 0 removed")
	code, _, stderr = tocsin(t, "archive", "import", lines, "--to", again)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "is not empty")

	b, err := assembly.OpenArchiveReader(t.Context(), again)
	require.NoError(t, err)
	defer b.Close()
	for _, q := range []archive.Query{{}, {Text: "incident 5"}, {Person: "ana", Service: "search"}} {
		want, err := a.Incidents(t.Context(), q)
		require.NoError(t, err)
		got, err := b.Incidents(t.Context(), q)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// TestArchiveImportInParts takes a part of a ledger for what it is, and what is no ledger for that.
func TestArchiveImportInParts(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, facts []archive.Fact) string {
		var all []byte
		for _, f := range facts {
			all = append(append(all, f.Line...), '\n')
		}
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, all, 0o600))
		return path
	}
	facts := archivetest.Ledger(3, 3)
	code, _, stderr := tocsin(t, "archive", "import", write("gap.jsonl", append(facts[:4:4], facts[5:]...)), "--to", filepath.Join(dir, "gap.db"))
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "fact 3 follows fact 1")

	text := filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(text, []byte("id,service\n"), 0o600))
	code, _, stderr = tocsin(t, "archive", "import", text, "--to", filepath.Join(dir, "text.db"))
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "line 1 is not an event")
}

// TestArchiveVerifyNames changes an archive behind its back.
func TestArchiveVerifyNames(t *testing.T) {
	path, a := archived(t, archivetest.Ledger(5, 4))
	require.NoError(t, a.Close())
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec("UPDATE facts SET line = CAST(replace(CAST(line AS TEXT), 'payments', 'paymentz') AS BLOB) WHERE id = (1 << 20) + 6; DELETE FROM facts WHERE id = (2 << 20) + 3")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	code, stdout, stderr := tocsin(t, "archive", "verify", "--archive", path)
	require.Equal(t, 1, code)
	require.Contains(t, stdout, "incident "+archivetest.ID(1)+", fact 2, record 1, line 7: its hash does not match its line and the facts before it")
	require.Contains(t, stdout, "incident "+archivetest.ID(0)+", fact 3: it is missing")
	require.Contains(t, stdout, "record 2, line 4: the fact is missing")
	require.Contains(t, stderr, "the archive is damaged: 3 findings")

	code, stdout, _ = tocsin(t, "archive", "verify", "--archive", path, "--json")
	require.Equal(t, 1, code)
	var out verified
	require.NoError(t, json.Unmarshal([]byte(stdout), &out))
	require.False(t, out.OK)
	require.Len(t, out.Found, 3)
	require.EqualValues(t, 3, out.Findings)
}

func TestArchiveHolds(t *testing.T) {
	path, _ := archived(t, archivetest.Resolved(5))
	id := archivetest.ID(2)
	code, _, stderr := tocsin(t, "archive", "hold", id[:8], "--reason", "case 7", "--archive", path)
	require.Zero(t, code, stderr)
	code, stdout, _ := tocsin(t, "archive", "holds", "--archive", path, "--json")
	require.Zero(t, code)
	require.Contains(t, stdout, id)
	require.Contains(t, stdout, "case 7")
	code, _, stderr = tocsin(t, "archive", "hold", "nobody", "--archive", path)
	require.Equal(t, 3, code, stderr)
	code, _, _ = tocsin(t, "archive", "hold", id, "--release", "--archive", path)
	require.Zero(t, code)
	code, _, stderr = tocsin(t, "archive", "hold", id, "--release", "--archive", path)
	require.Equal(t, 3, code)
	require.Contains(t, stderr, "is not held")
}
