package archive

import (
	"encoding/json"
	"fmt"
)

// Rows is what the query results of all drivers have in common.
type Rows interface {
	Next() bool
	Scan(to ...any) error
	Err() error
}

// CollectRows reads all rows; an empty slice for none. The caller closes them.
func CollectRows[R Rows, T any](rows R, read func(R) (T, error)) ([]T, error) {
	out := []T{}
	err := EachRow(rows, read, func(one T) error {
		out = append(out, one)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// EachRow calls each with every row, and stops at the first error.
func EachRow[R Rows, T any](rows R, read func(R) (T, error), each func(T) error) error {
	for rows.Next() {
		one, err := read(rows)
		if err != nil {
			return err
		}
		if err := each(one); err != nil {
			return err
		}
	}
	return rows.Err()
}

// ReadIncident reads a row of an incident's document.
func ReadIncident[R Rows](row R) (in Incident, err error) {
	var document []byte
	if err := row.Scan(&document); err != nil {
		return in, err
	}
	if err := json.Unmarshal(document, &in); err != nil {
		return in, fmt.Errorf("decode incident: %w", err)
	}
	return in, nil
}

// ReadKnown reads a row of id, place, status, told and mark.
func ReadKnown[R Rows](row R) (k Known, err error) {
	err = row.Scan(&k.ID, &k.Place, &k.Status, &k.Told, &k.Mark)
	return k, err
}

// ReadFact reads a row of a fact's key, line and hash.
func ReadFact[R Rows](row R) (f Fact, err error) {
	var key int64
	err = row.Scan(&key, &f.Line, &f.Hash)
	f.SetKey(key)
	return f, err
}

// ReadChainEntry reads a row of n, kind, position, facts, incident, sum and hash.
func ReadChainEntry[R Rows](row R) (e ChainEntry, err error) {
	var n, position, facts int64
	var sum, hash []byte
	err = row.Scan(&n, &e.Kind, &position, &facts, &e.Incident, &sum, &hash)
	e.N, e.Position, e.Facts = uint64(n), uint64(position), int(facts)
	copy(e.Sum[:], sum)
	copy(e.Hash[:], hash)
	return e, err
}

// ReadHead reads a row of n, position and hash.
func ReadHead(row interface{ Scan(to ...any) error }) (h Head, err error) {
	var n, position int64
	var hash []byte
	err = row.Scan(&n, &position, &hash)
	h.N, h.Position = uint64(n), uint64(position)
	copy(h.Hash[:], hash)
	return h, err
}

// Only returns the incident that id stands for; found are the first two whose ids begin with it.
func Only(id string, found []Incident) (Incident, error) {
	switch {
	case len(found) == 0:
		return Incident{}, fmt.Errorf("incident %q: %w", id, ErrNotFound)
	case len(found) > 1 && found[0].ID != id:
		return Incident{}, fmt.Errorf("incident %q: %w", id, ErrAmbiguous)
	}
	return found[0], nil
}

// CheckPrefix returns an error for a shortened id that is too short to search for.
func CheckPrefix(id string) error {
	if len(id) < MinPrefix {
		return fmt.Errorf("incident %q: %w (give at least %d characters)", id, ErrNotFound, MinPrefix)
	}
	return nil
}
