package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// part is a table or an index.
type part struct{ kind, name, made string }

// selectParts gives an index or a virtual table with what made it; tables that were brought up to date
// were made in steps.
const selectParts = "SELECT type, name, CASE WHEN type = 'index' OR sql LIKE 'CREATE VIRTUAL%' THEN coalesce(sql, '') ELSE '' END FROM sqlite_master ORDER BY rowid"

func readPart(rows *sql.Rows) (p part, err error) {
	err = rows.Scan(&p.kind, &p.name, &p.made)
	return p, err
}

// wanted gives the parts of the layout, as SQLite itself lays them out.
var wanted = sync.OnceValues(func() ([]part, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, err
	}
	defer db.Close()      //nolint:errcheck // it was in memory only
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	if _, err := db.Exec(layout); err != nil {
		return nil, err
	}
	rows, err := db.Query(selectParts)
	if err != nil {
		return nil, err
	}
	return scan(rows, readPart)
})

// parts names tables and indexes of the layout that the file has not, or has otherwise.
func (v *view) parts(ctx context.Context, each func(string) error) error {
	want, err := wanted()
	if err != nil {
		return fmt.Errorf("view: layout: %w", err)
	}
	found, err := all(ctx, v.tx, selectParts, readPart)
	if err != nil {
		return fmt.Errorf("view: layout: %w", err)
	}
	there := map[string]part{}
	for _, p := range found {
		there[p.name] = p
	}
	for _, p := range want {
		problem := ""
		if got, ok := there[p.name]; !ok {
			problem = fmt.Sprintf("the %s %s is missing", p.kind, p.name)
		} else if got != p {
			problem = fmt.Sprintf("the %s %s is not as it was made", p.kind, p.name)
		}
		if problem != "" {
			if err := each(problem); err != nil {
				return err
			}
		}
	}
	return nil
}
