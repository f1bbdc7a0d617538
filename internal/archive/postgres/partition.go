package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
)

// The years whose months have partitions of their own; see the first migration.
const (
	firstYear = 2000
	endYear   = 2200
)

// partitions creates the partitions for the months of facts, and the next one before its first fact arrives,
// in the transaction of the facts.
func (w *writer) partitions(ctx context.Context, tx pgx.Tx, facts []archive.Fact) error {
	var newest time.Time
	for i := range facts {
		at := facts[i].Time.UTC()
		if err := w.partition(ctx, tx, at); err != nil {
			return err
		}
		if at.After(newest) {
			newest = at
		}
	}
	return w.partition(ctx, tx, month(newest).AddDate(0, 1, 0))
}

func month(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// partition creates a month's partition if it does not exist. To create a table and then attach it does not
// block readers, which creating it as a partition would.
func (w *writer) partition(ctx context.Context, tx pgx.Tx, at time.Time) error {
	if at.Year() < firstYear || at.Year() >= endYear {
		return nil
	}
	name := at.Format("tocsin_facts_2006_01")
	if w.months[name] {
		return nil
	}
	var exists bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", name).Scan(&exists); err != nil {
		return fmt.Errorf("partition %s: %w", name, err)
	}
	if !exists {
		from := month(at)
		const form = "2006-01-02 15:04:05+00"
		if _, err := tx.Exec(ctx, fmt.Sprintf("CREATE TABLE %s (LIKE tocsin_facts INCLUDING DEFAULTS INCLUDING CONSTRAINTS); "+
			"ALTER TABLE tocsin_facts ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')",
			name, name, from.Format(form), from.AddDate(0, 1, 0).Format(form)), pgx.QueryExecModeSimpleProtocol); err != nil {
			return fmt.Errorf("partition %s: %w", name, err)
		}
	}
	w.months[name] = true
	return nil
}
