package assembly

import (
	"context"
	"errors"
	"fmt"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/shadow"
	"tocsin.dev/pkg/events"
)

// EachFact hands on every fact of an archive in ledger order. Those that a newer version wrote and this
// one does not know are left out, and counted.
func EachFact(ctx context.Context, v archive.View, each func(events.Event)) (foreign int, err error) {
	err = v.Facts(ctx, func(f archive.Fact) error {
		e, err := events.Decode(f.Line)
		switch {
		case errors.Is(err, events.ErrUnknownType):
			foreign++
		case err != nil:
			return fmt.Errorf("fact %d of record %d: %w", f.Index, f.Position, err)
		default:
			each(e)
		}
		return nil
	})
	return foreign, err
}

// PeopleOf gives those whom a catalog knows, by every name that another pager's export may use.
func PeopleOf(c *catalog.Catalog) shadow.People {
	people := shadow.People{}
	if c == nil {
		return people
	}
	for id, p := range c.People {
		names := []string{p.Name}
		for _, contact := range p.Contacts {
			names = append(names, contact.Email)
		}
		people.Add(id, names...)
	}
	return people
}
