package archive

import "context"

// Journal reads facts that belong to no incident, such as overrides.
type Journal interface {
	// Loose returns the facts without an incident that have one of these names and a [Fact.Key] higher
	// than after (0 for all), in ledger order, each with position, index and line. Pass upTo as after the
	// next time, and only newer facts are read. upTo equals after when there is nothing new.
	Loose(ctx context.Context, after int64, names ...string) (facts []Fact, upTo int64, err error)
}
