package adviser

import (
	"context"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/pkg/events"
)

// batch is how many facts are read at once.
const batch = 2000

// History follows an archive with a learner. It is safe for use by many goroutines; whoever asks
// first after a start waits until all is read, or until the context is done, and the next goes on
// from there.
type History struct {
	archive archive.Follower
	turn    chan struct{} // holds one token: whoever has it reads
	learner *suggest.Learner
	key     int64
	// told is called, if set, with each incident that opens.
	told func(incident string, at time.Time)
}

// NewHistory makes one that has read nothing yet.
func NewHistory(a archive.Follower) *History {
	h := &History{archive: a, turn: make(chan struct{}, 1), learner: suggest.New(suggest.Options{})}
	h.turn <- struct{}{}
	return h
}

// Suggestions gives those that were made when the incident with this full id opened, and whether
// they are remembered.
func (h *History) Suggestions(ctx context.Context, incident string) (made []suggest.Suggestion, known bool, err error) {
	err = h.with(ctx, func() { made, known = h.learner.Suggestions(incident) })
	return made, known, err
}

// with reads what has come and then does something while nobody else reads.
func (h *History) with(ctx context.Context, do func()) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("read history: %w", ctx.Err())
	case <-h.turn:
	}
	defer func() { h.turn <- struct{}{} }()
	if err := h.read(ctx); err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	do()
	return nil
}

// read takes in all facts that are there.
func (h *History) read(ctx context.Context) error {
	for {
		n, err := h.archive.After(ctx, h.key, batch, h.take)
		if err != nil {
			return err
		}
		if n < batch {
			return nil
		}
	}
}

// take takes in one fact. One that this build cannot read teaches nothing.
func (h *History) take(f archive.Fact) error {
	h.key = f.Key()
	if !suggest.Concerns(events.NameOf(f.Type)) {
		return nil
	}
	e, err := events.Decode(f.Line)
	if err != nil {
		return nil //nolint:nilerr // the recorder has told it, and the archive shows it
	}
	h.learner.Add(e)
	if _, opens := e.Data.(events.IncidentTriggered); opens && h.told != nil {
		h.told(e.Subject, e.Time)
	}
	return nil
}
