// Package recorder is the service that follows the whole ledger and keeps it in an archive.
//
// In: the records of LEDGER from the archive's position on. Out: every fact, chained by hashes
// within its incident, and the incidents folded from them, in one transaction with the position
// after them; so a crash at any instant loses nothing and keeps nothing twice. An archive that was
// deleted is rebuilt with the same digest.
//
// The recorder never decides and never writes to the bus. It skips nothing silently: gaps and unreadable
// lines are kept, counted and logged, and make it unhealthy.
package recorder

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
)

// Config is what a recorder needs.
type Config struct {
	// Log is where the ledger is read. Required.
	Log bus.Log
	// Archive is where facts are kept. Required; closing it is the caller's part.
	Archive archive.Archive
	// Logger receives what a person should see. Defaults to none.
	Logger *zap.Logger
	// Metrics registers the recorder's metrics. Defaults to a registry of its own.
	Metrics prometheus.Registerer
	// MaxBytes and MaxFacts bound one transaction; the record that exceeds a bound still belongs to
	// it. Default to 4 MiB and 5,000; a recorder that is far behind takes sixteen times as much.
	MaxBytes, MaxFacts int
	// Cache is the number of incidents kept in memory between transactions. Defaults to 10,000.
	Cache int
	// Pace is the least rest between two transactions, so that a storm costs few large ones instead
	// of many small ones; after a long one the rest is three times its length, unless the
	// recorder is more than 5 s behind. Defaults to 20 ms.
	Pace time.Duration
	// ReadAhead lets a recorder that is far behind read the next transaction in another goroutine while one
	// is written. Defaults to false, for callers that use Turn and need one thing at a time.
	ReadAhead bool
	// MinBackoff and MaxBackoff bound the wait after an error of the bus or the archive; it
	// doubles in between. Default to 50 ms and 5 s.
	MinBackoff, MaxBackoff time.Duration
}

// WithDefaults sets fields that are zero.
func (c Config) WithDefaults() Config {
	if c.Logger == nil {
		c.Logger = zap.NewNop()
	}
	if c.Metrics == nil {
		c.Metrics = prometheus.NewRegistry()
	}
	fill(&c.MaxBytes, 4<<20)
	fill(&c.MaxFacts, 5000)
	fill(&c.Cache, 10_000)
	fill(&c.Pace, 20*time.Millisecond)
	fill(&c.MinBackoff, 50*time.Millisecond)
	fill(&c.MaxBackoff, 5*time.Second)
	return c
}

func fill[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Validate reports everything that is wrong.
func (c Config) Validate() error {
	var faults []error
	if c.Log == nil {
		faults = append(faults, errors.New("recorder: Log is missing"))
	}
	if c.Archive == nil {
		faults = append(faults, errors.New("recorder: Archive is missing"))
	}
	if c.MaxBytes < 0 || c.MaxFacts < 0 || c.Cache < 0 || c.MinBackoff < 0 || c.MaxBackoff < 0 {
		faults = append(faults, errors.New("recorder: bounds must not be negative"))
	}
	return errors.Join(faults...)
}
