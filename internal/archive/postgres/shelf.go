package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
)

// shelf is where incidents stand, within one transaction.
type shelf struct{ tx pgx.Tx }

func (s shelf) known(ctx context.Context, ids []string) (map[string]archive.Known, error) {
	out := map[string]archive.Known{}
	plain, asked := make([]string, len(ids)), map[string]string{}
	for i, id := range ids {
		plain[i] = archive.Plain(id)
		asked[plain[i]] = id
	}
	rows, err := s.tx.Query(ctx, "SELECT id, place, status, told, mark FROM tocsin_incidents WHERE id = ANY($1)", plain)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var k archive.Known
		if err := rows.Scan(&id, &k.Place, &k.Status, &k.Told, &k.Mark); err != nil {
			return nil, err
		}
		out[asked[id]] = k
	}
	return out, rows.Err()
}

func (s shelf) top(ctx context.Context, from, before int64) (at int64, err error) {
	err = s.tx.QueryRow(ctx, "SELECT coalesce(max(place), -1) FROM tocsin_incidents WHERE place >= $1 AND place < $2", from, before).Scan(&at)
	return at, err
}

// put writes all rows in one statement.
func (s shelf) put(ctx context.Context, rows []archive.Row) error {
	if len(rows) == 0 {
		return nil
	}
	var c struct {
		place, mark                                   []int64
		id, service, team, status, document, told, of []string
		resolved                                      []*time.Time
	}
	for i := range rows {
		r := &rows[i]
		c.place, c.mark = append(c.place, r.Place), append(c.mark, r.Mark)
		c.id, c.service, c.team = append(c.id, archive.Plain(r.ID)), append(c.service, archive.Plain(r.Service)), append(c.team, archive.Plain(r.Team))
		c.status, c.resolved = append(c.status, archive.Plain(r.Status)), append(c.resolved, r.ResolvedAt)
		c.document, c.told, c.of = append(c.document, string(r.Document)), append(c.told, r.Told), append(c.of, r.Terms)
	}
	_, err := s.tx.Exec(ctx, `INSERT INTO tocsin_incidents (place, id, service, team, status, resolved, document, told, mark, terms)
		SELECT place, id, service, team, status, resolved, document::json, told, mark, array_to_tsvector(string_to_array(terms, ' '))
		FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::bigint[], $10::text[])
			AS row (place, id, service, team, status, resolved, document, told, mark, terms)
		ON CONFLICT (place) DO UPDATE SET service = excluded.service, team = excluded.team, status = excluded.status,
			resolved = excluded.resolved, document = excluded.document, told = excluded.told, mark = excluded.mark,
			terms = CASE WHEN excluded.terms = '' THEN tocsin_incidents.terms ELSE excluded.terms END`,
		c.place, c.id, c.service, c.team, c.status, c.resolved, c.document, c.told, c.mark, c.of)
	if err != nil {
		return fmt.Errorf("incidents: %w", err)
	}
	return nil
}
