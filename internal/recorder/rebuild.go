package recorder

import (
	"context"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
)

// A recorder that is further behind than rebuilding rebuilds the archive or catches up after a long absence.
// Ids are hashes, spread all over the indexes, so larger transactions write each page fewer times: its
// transactions are rebuildTimes as large, and it reads the next one while it writes one.
const (
	rebuilding   = time.Minute
	rebuildTimes = 16
)

// muchToKeep is from how many records on an empty archive is built without its indexes.
const muchToKeep = 100

// ahead is the next batch while it is being read.
type ahead struct {
	done   chan struct{}
	batch  *batch
	broken error
}

// next returns what has arrived, up to one transaction. What was read ahead comes first.
func (r *Recorder) next() (*batch, error) {
	if a := r.ahead; a != nil {
		r.ahead = nil
		<-a.done
		if len(a.batch.records) > 0 || a.broken != nil {
			return a.batch, a.broken
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

// readAhead starts reading the records after that one. Nothing else may use the reader until it is done.
func (r *Recorder) readAhead(after uint64) {
	a, times := &ahead{done: make(chan struct{})}, r.times()
	r.ahead = a
	go func() {
		defer close(a.done)
		records, broken := r.gather(after, times)
		a.batch, a.broken = readRecords(records), broken
	}()
}

// build prepares an empty archive for a whole ledger.
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

// Settle ends the building of an archive that was empty. A turn that reaches the ledger's end, as of when
// it was opened, calls it itself.
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
