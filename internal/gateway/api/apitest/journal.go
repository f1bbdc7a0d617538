package apitest

import (
	"context"
	"slices"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// journal looks through everything that the archive holds, which is little in a test.
type journal struct{ archive.Viewer }

// Loose gives the facts of no incident with these names behind the key.
func (j journal) Loose(ctx context.Context, after int64, names ...string) ([]archive.Fact, error) {
	v, err := j.View(ctx)
	if err != nil {
		return nil, err
	}
	defer v.Close() //nolint:errcheck // it only read
	var all []archive.Fact
	err = v.Facts(ctx, func(f archive.Fact) error {
		if f.Key() > after && f.Subject == "" && slices.Contains(names, events.NameOf(f.Type)) {
			f.Line = slices.Clone(f.Line)
			all = append(all, f)
		}
		return nil
	})
	return all, err
}
