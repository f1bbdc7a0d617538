package recorder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
)

// pollSize is the most records taken from the reader at once: eight of full size are 4 MiB.
const pollSize = 8

// Recorder follows the ledger. One goroutine may call Run or Turn; Healthy may be called concurrently.
type Recorder struct {
	cfg     Config
	metrics metrics
	health  health
	known   *cache
	reader  bus.Reader // nil before the next turn opens one
	// position is the archive's while a reader is open, end the ledger's when the reader was opened.
	position, end uint64
	// ahead is the batch that is being read during a transaction; nil if none is.
	ahead *ahead
	// building says that the archive was empty and creates its indexes at the end.
	building bool
	// lag is how old the newest record was when it was kept.
	lag time.Duration
}

// New returns a recorder; it does nothing before Run or Turn.
func New(cfg Config) (*Recorder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.WithDefaults()
	m, err := newMetrics(cfg.Metrics)
	if err != nil {
		return nil, fmt.Errorf("recorder: %w", err)
	}
	return &Recorder{cfg: cfg, metrics: m, known: newCache(cfg.Cache)}, nil
}

// Run follows the ledger until ctx is done; then it returns nil. Errors of the bus and the archive
// are logged, reported by [Recorder.Healthy] and retried.
func (r *Recorder) Run(ctx context.Context) error {
	defer r.Close()
	wait := minBackoff
	for ctx.Err() == nil {
		began := time.Now()
		progress, err := r.Turn(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			r.cfg.Logger.Error("ledger not kept, trying again", zap.Error(err), zap.Duration("after", wait))
			rest(ctx, wait)
			wait = min(2*wait, maxBackoff)
		case progress:
			wait = minBackoff
			rest(ctx, r.restAfter(time.Since(began)))
		default:
			select {
			case <-ctx.Done():
			case <-r.reader.Ready():
			}
		}
	}
	return nil
}

const (
	// minBackoff and maxBackoff bound the wait after an error of the bus or the archive; it doubles in between.
	minBackoff, maxBackoff = 50 * time.Millisecond, 5 * time.Second
	// pace is the least rest between two transactions, so that a storm costs few large ones instead of many
	// small ones.
	pace = 20 * time.Millisecond
	// patience is how far behind the recorder may fall so that pages come first.
	patience = 5 * time.Second
)

// restAfter is how long to rest after a turn that took that long. At the beginning of a storm pages get three
// quarters of the time. A recorder that is further behind than its patience runs at full speed, since those
// pages have been sent.
func (r *Recorder) restAfter(took time.Duration) time.Duration {
	if r.lag > patience {
		return 0
	}
	return max(pace, 3*took)
}

func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Turn keeps what has arrived, up to one transaction, and reports whether there was anything. It never waits
// for more. After an error the next turn starts again from the archive's position.
func (r *Recorder) Turn(ctx context.Context) (progress bool, err error) {
	defer func() {
		r.health.turned(err)
		if err != nil {
			r.metrics.errors.Inc()
			r.Close()
		}
	}()
	if err := r.open(ctx); err != nil {
		return false, err
	}
	s, broken := r.next()
	progress = len(s.records) > 0
	if progress {
		if err := r.keep(ctx, s, broken == nil); err != nil {
			return false, err
		}
	}
	if broken != nil {
		return progress, fmt.Errorf("read ledger after %d: %w", r.position, broken)
	}
	if r.position >= r.end {
		err = r.Settle(ctx)
	}
	return progress, err
}

// open opens a reader at the archive's position, unless there is one. An archive that is ahead of the ledger
// belongs to another one: following it would skip facts silently.
func (r *Recorder) open(ctx context.Context) error {
	if r.reader != nil {
		return nil
	}
	position, err := r.cfg.Archive.Position(ctx)
	if err != nil {
		return err
	}
	newest, err := r.cfg.Log.Newest(ctx, bus.Ledger, bus.All)
	if err != nil {
		return fmt.Errorf("read the end of the ledger: %w", err)
	}
	if newest < position {
		return fmt.Errorf("%w: it has record %d, the ledger ends at %d", ErrAhead, position, newest)
	}
	reader, err := r.cfg.Log.Read(ctx, bus.Ledger, bus.All, position)
	if err != nil {
		return fmt.Errorf("read ledger after %d: %w", position, err)
	}
	r.reader, r.position, r.end = reader, position, newest
	r.metrics.position.Set(float64(position))
	return r.build(ctx)
}

// gather polls until nothing more has arrived or a transaction is full. Records from before an error of the
// reader are valid and are returned with it.
func (r *Recorder) gather(after uint64, times int) ([]bus.Message, error) {
	var all []bus.Message
	bytes, facts := 0, 0
	for bytes < times*r.cfg.MaxBytes && facts < times*r.cfg.MaxFacts {
		some, err := r.reader.Poll(pollSize)
		for _, m := range some {
			if m.Seq <= after {
				continue // the reader began too early
			}
			all = append(all, m)
			bytes += len(m.Body)
			facts += lineCount(m.Body)
		}
		if err != nil || len(some) == 0 {
			return all, err
		}
	}
	return all, nil
}

// keep writes a batch in one transaction. A recorder that is far behind reads the next batch meanwhile, if
// more may be read. After any error the cache is dropped, since only the archive knows whether the
// transaction was committed.
func (r *Recorder) keep(ctx context.Context, s *batch, more bool) error {
	if err := r.take(ctx, s); err != nil {
		return err
	}
	last := s.records[len(s.records)-1]
	if more && r.cfg.ReadAhead && r.lag > rebuilding {
		r.readAhead(last.Seq)
	}
	timer := prometheus.NewTimer(r.metrics.seconds)
	if err := r.cfg.Archive.Keep(ctx, s.facts, s.incidents(), last.Seq); err != nil {
		return err
	}
	timer.ObserveDuration()
	s.remember(r.known)
	r.position = last.Seq
	r.report(s, last)
	return nil
}

// report updates metrics and health, and logs the faults in what was kept.
func (r *Recorder) report(s *batch, last bus.Message) {
	r.metrics.facts.Add(float64(len(s.facts)))
	r.metrics.position.Set(float64(last.Seq))
	r.lag = time.Since(last.At)
	r.metrics.lag.Set(r.lag.Seconds())
	for _, f := range s.faults {
		r.metrics.faults.WithLabelValues(f.kind).Inc()
		r.cfg.Logger.Error("the ledger is damaged; kept unchanged", zap.String("fault", f.kind), zap.String("incident", f.incident),
			zap.Uint64("position", f.position), zap.Int("index", f.index), zap.Error(f))
		r.health.blame(f)
	}
}

// Healthy returns nil, the error of the last turn, or the first fault found in the ledger since the start. A
// fault stays until the process ends: a person must look at it.
func (r *Recorder) Healthy() error { return r.health.err() }

// Close closes the reader and drops the cache. The next turn starts again from the archive.
func (r *Recorder) Close() {
	if r.ahead != nil {
		<-r.ahead.done
		r.ahead = nil
	}
	if r.reader != nil {
		r.reader.Close()
		r.reader = nil
	}
	r.known.clear()
}

// ErrAhead says that the archive belongs to another ledger.
var ErrAhead = errors.New("the archive is ahead of the ledger, so it belongs to another ledger; delete it, and the recorder rebuilds it")

var errFaults = errors.New("the ledger is damaged")
