package api

import (
	"context"
	"slices"
	"sync"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// Journal tells the facts that belong to no incident.
type Journal interface {
	// Loose gives those with one of these names whose [archive.Fact.Key] is higher than after (0 for
	// all), in ledger order: each with its place and its line.
	Loose(ctx context.Context, after int64, names ...string) ([]archive.Fact, error)
}

// JournalOf gives the journal of an archive that has no index of such facts: it goes through all of
// them whenever the archive has grown, which takes longer the longer the archive is.
func JournalOf(v archive.Viewer) Journal { return &walk{archive: v} }

// walk remembers the last question that nothing was found for, so that it costs nothing while the
// archive stands still.
type walk struct {
	archive archive.Viewer

	mu    sync.Mutex
	names []string
	after int64
	at    uint64 // position of the archive then
}

func (w *walk) Loose(ctx context.Context, after int64, names ...string) ([]archive.Fact, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	view, err := w.archive.View(ctx)
	if err != nil {
		return nil, err
	}
	defer view.Close() //nolint:errcheck // it only read
	progress, err := view.Progress(ctx)
	if err != nil || w.after == after && w.at == progress.Position && slices.Equal(w.names, names) {
		return nil, err
	}
	var all []archive.Fact
	err = view.Facts(ctx, func(f archive.Fact) error {
		if f.Key() > after && f.Subject == "" && slices.Contains(names, events.NameOf(f.Type)) {
			f.Line = slices.Clone(f.Line)
			all = append(all, f)
		}
		return nil
	})
	if err == nil && len(all) == 0 {
		w.names, w.after, w.at = names, after, progress.Position
	}
	return all, err
}
