package archive

import "context"

// Journal is the side of those who follow what concerns no single incident, such as overrides.
type Journal interface {
	// Loose gives the facts without an incident that have one of these names and a [Fact.Key] higher
	// than after (0 for all), in ledger order, each with its place and its line. Asking from upTo on
	// the next time costs no more than what has come since; upTo is after where nothing has.
	Loose(ctx context.Context, after int64, names ...string) (facts []Fact, upTo int64, err error)
}
