package sqlite

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/audit"
)

// scene changes an archive in a transaction that never counts.
func scene(t *testing.T, dir string) archivetest.Scene {
	db, err := connect(filepath.Join(dir, fileName), "rw", 1)
	require.NoError(t, err)
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = tx.Rollback()
		require.NoError(t, db.Close())
	})
	return archivetest.Scene{
		Exec: func(statement string) {
			_, err := tx.Exec(statement)
			require.NoError(t, err)
		},
		Verify: func() []string { return verify(t, &view{tx}) },
	}
}

func verify(t *testing.T, v archive.View) (found []string) {
	_, err := audit.Verify(t.Context(), v, func(f audit.Finding) { found = append(found, f.String()) })
	require.NoError(t, err)
	return found
}

func TestTampers(t *testing.T) { archivetest.Tampers(t, open, scene, "") }

// TestTampersWithWords changes what searches go by; other stores keep it otherwise.
func TestTampersWithWords(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir).(*Archive)
	archivetest.Kept(t, a)
	require.NoError(t, a.Close())
	place := func(n int) string {
		return fmt.Sprintf("(SELECT place FROM incidents WHERE id = '%s')", archivetest.ID(n))
	}
	for name, c := range map[string]struct {
		statement string
		of        int
		want      string
	}{
		"other words":        {"INSERT OR REPLACE INTO words (rowid, terms) VALUES (" + place(3) + ", 'ghost')", 3, "the search index does not match its facts"},
		"no words":           {"INSERT OR REPLACE INTO words (rowid, terms) VALUES (" + place(3) + ", '')", 3, "the search index does not match its facts"},
		"those of another":   {"INSERT OR REPLACE INTO words (rowid, terms) SELECT " + place(3) + ", group_concat(term, ' ') FROM words_terms WHERE doc = " + place(4), 3, "the search index does not match its facts"},
		"other open words":   {"INSERT OR REPLACE INTO open_words (rowid, terms) VALUES (" + place(5) + ", 'ghost')", 5, "the search index of open incidents does not match its facts"},
		"open words of over": {"INSERT INTO open_words (rowid, terms) VALUES (" + place(3) + ", 'ghost')", -1, "the search index of open incidents has a row without one"},
		"index of another":   {"DROP INDEX facts_cause; CREATE INDEX facts_cause ON facts (at) WHERE cause IS NOT NULL", -1, "the index facts_cause differs from the layout"},
		"no terms to see":    {"DROP TABLE open_words_terms; CREATE TABLE open_words_terms (doc, term)", -1, "the table open_words_terms differs from the layout"},
	} {
		t.Run(name, func(t *testing.T) {
			s := scene(t, dir)
			s.Exec(c.statement)
			want := c.want
			if c.of >= 0 {
				want = "incident " + archivetest.ID(c.of) + ": " + want
			}
			require.Contains(t, strings.Join(s.Verify(), "\n"), want)
		})
	}
}

// TestEveryCell flips a bit of any cell of any table, and takes any row away: each is named.
func TestEveryCell(t *testing.T) {
	draw := rand.New(rand.NewPCG(11, 12))
	dir := t.TempDir()
	a := open(t, dir).(*Archive)
	archivetest.Kept(t, a)
	require.NoError(t, a.Close())
	db, err := sql.Open("sqlite", filepath.Join(dir, fileName))
	require.NoError(t, err)
	cells, rows := everything(t, db)
	require.NoError(t, db.Close())
	for n := range 50 {
		statement := rows[draw.IntN(len(rows))]
		if n%5 > 0 {
			statement = cells[draw.IntN(len(cells))].flip(draw)
		}
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := scene(t, dir)
			s.Exec(statement)
			require.NotEmpty(t, s.Verify(), statement)
		})
	}
}

// cell is a value in a row.
type cell struct {
	table, row, column string
	value              any
}

// everything gives all cells of all tables, but for those of SQLite's index of words, and statements
// that delete each row.
func everything(t *testing.T, db *sql.DB) (cells []cell, rows []string) {
	for _, table := range []string{"facts", "chain", "incidents", "removals", "holds", "head"} {
		found, err := db.Query("SELECT * FROM " + table)
		require.NoError(t, err)
		columns, err := found.Columns()
		require.NoError(t, err)
		for found.Next() {
			values, to := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				to[i] = &values[i]
			}
			require.NoError(t, found.Scan(to...))
			row := fmt.Sprintf("%s = %s", columns[0], literal(values[0]))
			if table != "head" { // nothing opens without it
				rows = append(rows, "DELETE FROM "+table+" WHERE "+row)
			}
			for i, v := range values {
				if v != nil && columns[i] != "one" {
					cells = append(cells, cell{table, row, columns[i], v})
				}
			}
		}
		require.NoError(t, found.Err())
	}
	return cells, rows
}

func literal(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("CAST(x'%x' AS TEXT)", v)
	case []byte:
		return fmt.Sprintf("x'%x'", v)
	}
	return fmt.Sprint(value)
}

// flip is a statement that changes one bit of the value.
func (c cell) flip(draw *rand.Rand) string {
	changed := c.value
	switch v := c.value.(type) {
	case int64:
		changed = v ^ 1<<draw.IntN(63)
	case string:
		b := []byte(v + " ")[:max(1, len(v))]
		b[draw.IntN(len(b))] ^= 1 << draw.IntN(7)
		changed = string(b)
	case []byte:
		if b := slices.Clone(v); len(b) > 0 {
			b[draw.IntN(len(b))] ^= 1 << draw.IntN(8)
			changed = b
		} else {
			changed = []byte{1}
		}
	}
	return fmt.Sprintf("UPDATE OR REPLACE %s SET %s = %s WHERE %s", c.table, c.column, literal(changed), c.row)
}
