package recorder

import (
	"context"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
)

// Who is behind by more than this builds the archive anew, or catches up after a long absence. The
// larger a transaction then, the fewer pages of the indexes are written over and over: ids are
// hashes, and lie all over them. While one is written, the next one is read.
const (
	rebuilding   = time.Minute
	rebuildTimes = 16
)

// muchToKeep is how many records make it worth while to let an empty archive know.
const muchToKeep = 100

// ahead is the next stretch in the making.
type ahead struct {
	done    chan struct{}
	stretch *stretch
	broken  error
}

func (a *ahead) wait() (*stretch, error) {
	<-a.done
	return a.stretch, a.broken
}

// next gives what has arrived, up to one transaction. What was read ahead comes first.
func (r *Recorder) next() (*stretch, error) {
	if a := r.ahead; a != nil {
		r.ahead = nil
		if s, broken := a.wait(); len(s.records) > 0 || broken != nil {
			return s, broken
		}
	}
	records, broken := r.gather(r.position, r.times())
	return readRecords(records), broken
}

func (r *Recorder) times() int {
	if r.lag > rebuilding {
		return rebuildTimes
	}
	return 1
}

// readAhead begins with the records after that one. Until it is done the reader is its own.
func (r *Recorder) readAhead(after uint64) {
	a, times := &ahead{done: make(chan struct{})}, r.times()
	r.ahead = a
	go func() {
		defer close(a.done)
		records, broken := r.gather(after, times)
		a.stretch, a.broken = readRecords(records), broken
	}()
}

// build lets an empty archive know that a whole ledger comes.
func (r *Recorder) build(ctx context.Context) error {
	b, ok := r.cfg.Archive.(archive.Builder)
	if !ok || r.position > 0 || r.end < muchToKeep {
		return nil
	}
	if err := b.Build(ctx); err != nil {
		return fmt.Errorf("build archive: %w", err)
	}
	r.building = true
	return nil
}

// Settle ends the building of an archive that was empty: what was left for the end is made. A turn
// that reaches what was the ledger's end when it was opened does it by itself.
func (r *Recorder) Settle(ctx context.Context) error {
	if !r.building {
		return nil
	}
	if err := r.cfg.Archive.(archive.Builder).Settle(ctx); err != nil {
		return fmt.Errorf("build archive: %w", err)
	}
	r.building = false
	return nil
}
