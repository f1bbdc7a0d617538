package archive

import (
	"context"
	"errors"
	"fmt"

	"tocsin.dev/pkg/events"
)

// EachEvent decodes every fact of a view, in ledger order. Facts whose type is unknown, because a newer
// version wrote them, are skipped and counted.
func EachEvent(ctx context.Context, v View, each func(events.Event)) (unknown int, err error) {
	err = v.Facts(ctx, func(f Fact) error {
		e, err := events.Decode(f.Line)
		switch {
		case errors.Is(err, events.ErrUnknownType):
			unknown++
		case err != nil:
			return fmt.Errorf("fact %d of record %d: %w", f.Index, f.Position, err)
		default:
			each(e)
		}
		return nil
	})
	return unknown, err
}
