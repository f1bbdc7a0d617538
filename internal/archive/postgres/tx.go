package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

var _ archive.Tx = (*tx)(nil)

const (
	selectHead     = "SELECT n, position, hash FROM tocsin_head"
	selectHolds    = "SELECT id, since, reason FROM tocsin_holds"
	selectRemovals = "SELECT id, at, seq, hash, document::text, taken FROM tocsin_removals"
)

// tx is one transaction that changes the tables.
type tx struct {
	pgx.Tx
	writer *writer // nil for a keeper, which inserts no facts
}

// Head returns the chain's head, locked: writers and keepers wait for each other here.
func (t *tx) Head(ctx context.Context) (archive.Head, error) {
	return archive.ReadHead(t.QueryRow(ctx, selectHead+" FOR UPDATE"))
}

func (t *tx) exec(ctx context.Context, query string, args ...any) error {
	_, err := t.Exec(ctx, query, args...)
	return err
}

// AppendChain stores entries and moves the head.
func (t *tx) AppendChain(ctx context.Context, entries []archive.ChainEntry) error {
	_, err := t.CopyFrom(ctx, pgx.Identifier{"tocsin_chain"}, []string{"n", "kind", "position", "facts", "incident", "sum", "hash"},
		pgx.CopyFromSlice(len(entries), func(i int) ([]any, error) {
			e := &entries[i]
			return []any{int64(e.N), e.Kind, int64(e.Position), int32(e.Facts), e.Incident, e.Sum[:], e.Hash[:]}, nil
		}))
	if err != nil {
		return err
	}
	head := entries[len(entries)-1].Head()
	return t.exec(ctx, "UPDATE tocsin_head SET n = $1, position = $2, hash = $3", int64(head.N), int64(head.Position), head.Hash[:])
}

// InsertFacts stores facts, and makes the partitions of their months first.
func (t *tx) InsertFacts(ctx context.Context, facts []archive.Fact) error {
	if err := t.writer.partitions(ctx, t.Tx, facts); err != nil {
		return err
	}
	_, err := t.CopyFrom(ctx, pgx.Identifier{"tocsin_facts"}, []string{"id", "incident", "seq", "name", "at", "cause", "line", "hash"},
		pgx.CopyFromSlice(len(facts), func(i int) ([]any, error) {
			f := &facts[i]
			return []any{
				f.Key(), orNull(f.Subject), int64(f.IncidentSeq), archive.Plain(events.NameOf(f.Type)), f.Time.UTC(), orNull(f.CausationID), notNull(f.Line), f.Hash,
			}, nil
		}))
	return err
}

// Known returns what is kept about incidents.
func (t *tx) Known(ctx context.Context, ids []string) (map[string]archive.Known, error) {
	out := map[string]archive.Known{}
	plain, given := make([]string, len(ids)), map[string]string{}
	for i, id := range ids {
		plain[i] = archive.Plain(id)
		given[plain[i]] = id
	}
	rows, err := t.Query(ctx, "SELECT id, place, status, told, mark FROM tocsin_incidents WHERE id = ANY($1)", plain)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return out, archive.EachRow(rows, archive.ReadKnown[pgx.Rows], func(k archive.Known) error {
		out[given[k.ID]] = k
		return nil
	})
}

// HighestPlace returns the highest place within the bounds, or -1.
func (t *tx) HighestPlace(ctx context.Context, from, before int64) (place int64, err error) {
	err = t.QueryRow(ctx, "SELECT coalesce(max(place), -1) FROM tocsin_incidents WHERE place >= $1 AND place < $2", from, before).Scan(&place)
	return place, err
}

// PutIncidents writes all rows with one statement.
func (t *tx) PutIncidents(ctx context.Context, rows []archive.Row) error {
	if len(rows) == 0 {
		return nil
	}
	var c struct {
		place, mark                                      []int64
		id, service, team, status, document, told, terms []string
		resolved                                         []*time.Time
	}
	for i := range rows {
		r := &rows[i]
		c.place, c.mark = append(c.place, r.Place), append(c.mark, r.Mark)
		c.id, c.service, c.team = append(c.id, archive.Plain(r.ID)), append(c.service, archive.Plain(r.Service)), append(c.team, archive.Plain(r.Team))
		c.status, c.resolved = append(c.status, archive.Plain(r.Status)), append(c.resolved, r.ResolvedAt)
		c.document, c.told, c.terms = append(c.document, string(r.Document)), append(c.told, r.Told), append(c.terms, r.Terms)
	}
	return t.exec(ctx, `INSERT INTO tocsin_incidents (place, id, service, team, status, resolved, document, told, mark, terms)
		SELECT place, id, service, team, status, resolved, document::json, told, mark, array_to_tsvector(string_to_array(terms, ' '))
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::bigint[], $10::text[])
			AS row (place, id, service, team, status, resolved, document, told, mark, terms)
		ON CONFLICT (place) DO UPDATE SET service = excluded.service, team = excluded.team, status = excluded.status,
			resolved = excluded.resolved, document = excluded.document, told = excluded.told, mark = excluded.mark,
			terms = CASE WHEN excluded.terms = '' THEN tocsin_incidents.terms ELSE excluded.terms END`,
		c.place, c.id, c.service, c.team, c.status, c.resolved, c.document, c.told, c.mark, c.terms)
}

// PutHold stores a hold.
func (t *tx) PutHold(ctx context.Context, h archive.Hold) (archive.Hold, error) {
	h, err := readHold(t.QueryRow(ctx, `INSERT INTO tocsin_holds (id, since, reason) SELECT id, $2, $3 FROM tocsin_incidents WHERE id = $1
		ON CONFLICT (id) DO UPDATE SET reason = excluded.reason RETURNING id, since, reason`, archive.Plain(h.Incident), h.Since, archive.Plain(h.Reason)))
	return h, orNotFound(err)
}

// DeleteHold ends a hold.
func (t *tx) DeleteHold(ctx context.Context, incident string) error {
	return orNotFound(t.QueryRow(ctx, "DELETE FROM tocsin_holds WHERE id = $1 RETURNING id", archive.Plain(incident)).Scan(&incident))
}

// Expired returns incidents that were resolved long enough ago.
func (t *tx) Expired(ctx context.Context, resolvedBefore time.Time, most int) ([]archive.Incident, error) {
	return all(ctx, t, archive.ReadIncident[pgx.Rows], `SELECT document FROM tocsin_incidents i WHERE resolved < $1 AND status = 'resolved'
		AND NOT EXISTS (SELECT FROM tocsin_holds h WHERE h.id = i.id) ORDER BY resolved, place LIMIT $2`, resolvedBefore, most)
}

// TakeIncident deletes an incident with its facts.
func (t *tx) TakeIncident(ctx context.Context, id string) ([]archive.Fact, error) {
	facts, err := all(ctx, t, archive.ReadFact[pgx.Rows], "DELETE FROM tocsin_facts WHERE incident = $1 RETURNING id, line, hash", id)
	if err != nil {
		return nil, err
	}
	return facts, t.exec(ctx, "DELETE FROM tocsin_incidents WHERE id = $1", id)
}

// Removal returns the removal of an incident.
func (t *tx) Removal(ctx context.Context, id string) (archive.Removal, error) {
	r, err := readRemoval(t.QueryRow(ctx, selectRemovals+" WHERE id = $1", id))
	return r, orNotFound(err)
}

// PutRemoval stores or replaces a removal.
func (t *tx) PutRemoval(ctx context.Context, r archive.Removal) error {
	return t.exec(ctx, `INSERT INTO tocsin_removals (id, at, seq, hash, document, taken) VALUES ($1, $2, $3, $4, $5::json, $6)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, seq = excluded.seq, hash = excluded.hash, document = excluded.document, taken = excluded.taken`,
		r.ID, r.At, int64(r.Seq), r.Hash, string(r.Document), notNull(r.Taken))
}

// scanner is one row, or the current one of several.
type scanner interface{ Scan(to ...any) error }

func readHold[R scanner](row R) (h archive.Hold, err error) {
	err = row.Scan(&h.Incident, &h.Since, &h.Reason)
	h.Since = h.Since.UTC()
	return h, err
}

func readRemoval[R scanner](row R) (r archive.Removal, err error) {
	var seq int64
	var document string
	err = row.Scan(&r.ID, &r.At, &seq, &r.Hash, &document, &r.Taken)
	r.At, r.Seq, r.Document = r.At.UTC(), uint64(seq), []byte(document)
	return r, err
}

// asker is a connection, a pool or a transaction.
type asker interface {
	QueryRow(ctx context.Context, query string, args ...any) pgx.Row
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// all reads the rows of a query; an empty slice for none.
func all[T any](ctx context.Context, from asker, read func(pgx.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return archive.CollectRows(rows, read)
}

// orNull stores an empty string as NULL, which the partial indexes leave out.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return archive.Plain(s)
}

// notNull stores a nil slice as an empty value instead of NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
