package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
)

// writer is the one connection that keeps facts. The lock belongs to the connection: when that breaks, the
// lock is gone, and nothing is written until another connection has it.
type writer struct {
	cfg    *pgx.ConnConfig
	mu     sync.Mutex
	conn   *pgx.Conn
	months map[string]bool // partitions that are known to exist
}

func openWriter(ctx context.Context, cfg *pgx.ConnConfig, wait time.Duration) (*writer, error) {
	w := &writer{cfg: cfg, months: map[string]bool{}}
	if err := w.connect(ctx, wait); err != nil {
		return nil, err
	}
	_, err := applied(ctx, w.conn)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = migrate(ctx, cfg)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// connect opens the connection and takes the lock, for which it waits up to wait.
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

// use lends the connection to one caller at a time, and reopens it when it broke.
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

// Position returns the ledger's sequence up to which everything is kept; 0 for an empty archive.
func (a *Archive) Position(ctx context.Context) (position uint64, err error) {
	err = a.writer.use(ctx, func(c *pgx.Conn) error {
		head, err := archive.ReadHead(c.QueryRow(ctx, selectHead))
		position = head.Position
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read position: %w", err)
	}
	return position, nil
}

// Keep stores facts, incidents and the position in one transaction.
func (a *Archive) Keep(ctx context.Context, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	w := a.writer
	err := w.use(ctx, func(c *pgx.Conn) error {
		err := pgx.BeginFunc(ctx, c, func(t pgx.Tx) error {
			return archive.KeepTx(ctx, &tx{t, w}, facts, incidents, position)
		})
		if err != nil {
			clear(w.months) // the ones it made may have been rolled back
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep up to %d: %w", position, err)
	}
	return nil
}

// Load returns the incidents with these full ids, and what is left of those that were removed.
func (a *Archive) Load(ctx context.Context, ids []string) (out []archive.Incident, err error) {
	plain := make([]string, len(ids))
	for i, id := range ids {
		plain[i] = archive.Plain(id)
	}
	err = a.writer.use(ctx, func(c *pgx.Conn) error {
		out, err = all(ctx, c, archive.ReadIncident[pgx.Rows], `SELECT document FROM tocsin_incidents WHERE id = ANY($1)
			UNION ALL SELECT document FROM tocsin_removals r WHERE id = ANY($1) AND NOT EXISTS (SELECT FROM tocsin_incidents i WHERE i.id = r.id)`, plain)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	return out, nil
}

// Head returns the number and hash of the incident's newest fact; 0 and nil for none. For an incident
// that was removed they are those of its last fact.
func (a *Archive) Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error) {
	err = a.writer.use(ctx, func(c *pgx.Conn) error {
		var n int64
		err := c.QueryRow(ctx, `(SELECT seq, hash FROM tocsin_facts WHERE incident = $1 ORDER BY id DESC LIMIT 1)
			UNION ALL (SELECT seq, hash FROM tocsin_removals WHERE id = $1) LIMIT 1`, archive.Plain(incident)).Scan(&n, &hash)
		seq = uint64(n)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("head of incident %s: %w", incident, err)
	}
	return seq, hash, nil
}
