package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
)

// part is a table or an index.
type part struct{ kind, name, made string }

// selectParts returns indexes and virtual tables with the statement that made them. Ordinary tables may
// have been made in several steps, so theirs is left out.
const selectParts = "SELECT type, name, CASE WHEN type = 'index' OR sql LIKE 'CREATE VIRTUAL%' THEN coalesce(sql, '') ELSE '' END FROM sqlite_master ORDER BY rowid"

func readPart(rows *sql.Rows) (p part, err error) {
	err = rows.Scan(&p.kind, &p.name, &p.made)
	return p, err
}

// wanted returns the parts of the newest layout, from a database in memory.
var wanted = sync.OnceValues(func() ([]part, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()      //nolint:errcheck // it was in memory only
	db.SetMaxOpenConns(1) // each connection has its own database in memory
	if err := migrate(context.Background(), db); err != nil {
		return nil, err
	}
	return all(context.Background(), db, readPart, selectParts)
})

// parts reports tables and indexes that are missing from the file or differ from the layout.
func (v *view) parts(ctx context.Context, each func(string) error) error {
	want, err := wanted()
	if err != nil {
		return fmt.Errorf("view: layout: %w", err)
	}
	found, err := all(ctx, v.tx, readPart, selectParts)
	if err != nil {
		return fmt.Errorf("view: layout: %w", err)
	}
	byName := map[string]part{}
	for _, p := range found {
		byName[p.name] = p
	}
	for _, p := range want {
		problem := ""
		if got, ok := byName[p.name]; !ok {
			problem = fmt.Sprintf("the %s %s is missing", p.kind, p.name)
		} else if got != p {
			problem = fmt.Sprintf("the %s %s differs from the layout", p.kind, p.name)
		}
		if problem != "" {
			if err := each(problem); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeFactIndexes creates missing indexes of facts.
func makeFactIndexes(ctx context.Context, db *sql.DB) error {
	want, err := wanted()
	if err != nil {
		return fmt.Errorf("layout: %w", err)
	}
	for _, p := range want {
		if !slices.Contains(factIndexes, p.name) {
			continue
		}
		n, err := one(ctx, db, "SELECT count(*) FROM sqlite_master WHERE name = '"+p.name+"'")
		if err == nil && n == 0 {
			_, err = db.ExecContext(ctx, p.made)
		}
		if err != nil {
			return fmt.Errorf("create index %s: %w", p.name, err)
		}
	}
	return nil
}
