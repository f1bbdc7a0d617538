package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// writer is the one connection that keeps facts. The lock is the connection's own: when it breaks,
// the lock is gone, and nothing is written before there is another with the lock on it.
type writer struct {
	cfg    *pgx.ConnConfig
	mu     sync.Mutex
	conn   *pgx.Conn
	months map[string]bool // partitions that are known to be there
}

func openWriter(ctx context.Context, cfg *pgx.ConnConfig, wait time.Duration) (*writer, error) {
	w := &writer{cfg: cfg, months: map[string]bool{}}
	if err := w.connect(ctx, wait); err != nil {
		return nil, err
	}
	if err := migrate(ctx, cfg); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// connect makes the connection and takes the lock, for which it waits so long.
func (w *writer) connect(ctx context.Context, wait time.Duration) error {
	conn, err := pgx.ConnectConfig(ctx, w.cfg)
	if err != nil {
		return err
	}
	if err := take(ctx, conn, time.Now().Add(wait)); err != nil {
		return errors.Join(err, conn.Close(ctx))
	}
	w.conn = conn
	return nil
}

func take(ctx context.Context, conn *pgx.Conn, until time.Time) error {
	var schema, encoding string
	if err := conn.QueryRow(ctx, "SELECT coalesce(current_schema(), ''), current_setting('server_encoding')").Scan(&schema, &encoding); err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("%w but %s", ErrEncoding, encoding)
	}
	for {
		var taken bool
		err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", lockID("writer", schema)).Scan(&taken)
		if err != nil || taken {
			return err
		}
		if time.Now().After(until) {
			return ErrWriting
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (w *writer) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return w.conn.Close(ctx)
}

// use gives the connection to one caller at a time, and makes it anew when it broke.
func (w *writer) use(ctx context.Context, do func(*pgx.Conn) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn.IsClosed() {
		if err := w.connect(ctx, 0); err != nil {
			return err
		}
	}
	return do(w.conn)
}

// Position gives the ledger's sequence up to which everything is kept; 0 for an empty archive.
func (a *Archive) Position(ctx context.Context) (position uint64, err error) {
	err = a.writer.use(ctx, func(c *pgx.Conn) error {
		at, err := progress(ctx, c, "")
		position = at.Position
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read position: %w", err)
	}
	return position, nil
}

// asker is a connection, a pool, or a transaction.
type asker interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// locked makes who changes facts wait for who does: [Archive.Keep] and [Keeper.Remove].
const locked = "FOR UPDATE"

// Keep stores facts, incidents and the position in one transaction.
func (a *Archive) Keep(ctx context.Context, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	w := a.writer
	err := w.use(ctx, func(c *pgx.Conn) error {
		err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return w.keep(ctx, tx, facts, incidents, position) })
		if err != nil {
			clear(w.months) // those that it made may be gone again
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep up to %d: %w", position, err)
	}
	return nil
}

func (w *writer) keep(ctx context.Context, tx pgx.Tx, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	present, err := progress(ctx, tx, locked)
	if err != nil || position <= present.Position {
		return err
	}
	facts = slices.Clone(facts)
	facts = slices.DeleteFunc(facts, func(f archive.Fact) bool { return f.Position <= present.Position })
	if err := w.keepFacts(ctx, tx, facts, position); err != nil {
		return err
	}
	shelf := shelf{tx}
	rows, err := archive.Rows(ctx, facts, incidents, shelf.known, shelf.top)
	if err != nil {
		return err
	}
	if err := shelf.put(ctx, rows); err != nil {
		return err
	}
	records := archive.Records(present.Hash, facts)
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"tocsin_records"}, []string{"position", "facts", "sum", "hash"},
		pgx.CopyFromSlice(len(records), func(i int) ([]any, error) {
			r := &records[i]
			return []any{int64(r.Position), int32(r.Facts), r.Sum[:], r.Hash[:]}, nil
		})); err != nil {
		return fmt.Errorf("records: %w", err)
	}
	if n := len(records); n > 0 {
		present.Hash = records[n-1].Hash
	}
	present.Position = position
	return move(ctx, tx, present)
}

func (w *writer) keepFacts(ctx context.Context, tx pgx.Tx, facts []archive.Fact, position uint64) error {
	for i := range facts {
		if f := &facts[i]; f.Position > position || f.Index < 0 || f.Index > archive.MaxIndex {
			return fmt.Errorf("fact %d of record %d lies outside what is kept", f.Index, f.Position)
		}
	}
	if err := w.partitions(ctx, tx, facts); err != nil {
		return err
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"tocsin_facts"}, []string{"id", "incident", "seq", "name", "at", "cause", "line", "hash"},
		pgx.CopyFromSlice(len(facts), func(i int) ([]any, error) {
			f := &facts[i]
			return []any{
				f.Key(), text(f.Subject), int64(f.IncidentSeq), archive.Plain(events.NameOf(f.Type)), f.Time.UTC(), text(f.CausationID), line(f.Line), f.Hash,
			}, nil
		}))
	if err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	return nil
}

// text keeps an empty string as NULL, which the partial indexes leave out.
func text(s string) any {
	if s == "" {
		return nil
	}
	return archive.Plain(s)
}

// line keeps an empty line as one, and not as NULL.
func line(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// Load gives the incidents with these full ids, and what is left of those that were removed.
func (a *Archive) Load(ctx context.Context, ids []string) (out []archive.Incident, err error) {
	plain := make([]string, len(ids))
	for i, id := range ids {
		plain[i] = archive.Plain(id)
	}
	err = a.writer.use(ctx, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, `SELECT document FROM tocsin_incidents WHERE id = ANY($1)
			UNION ALL SELECT document FROM tocsin_removals r WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM tocsin_incidents i WHERE i.id = r.id)`, plain)
		if err != nil {
			return err
		}
		out, err = incidents(rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	return out, nil
}

// Head gives the number and hash of the incident's newest fact; 0 and nil for none. Of an incident
// that was removed it gives the last one there was.
func (a *Archive) Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error) {
	err = a.writer.use(ctx, func(c *pgx.Conn) error {
		var n int64
		err := c.QueryRow(ctx, `(SELECT seq, hash FROM tocsin_facts WHERE incident = $1 ORDER BY id DESC LIMIT 1)
			UNION ALL (SELECT seq, hash FROM tocsin_removals WHERE id = $1) LIMIT 1`, archive.Plain(incident)).Scan(&n, &hash)
		seq = uint64(n)
		if none(err) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("head of incident %s: %w", incident, err)
	}
	return seq, hash, nil
}
