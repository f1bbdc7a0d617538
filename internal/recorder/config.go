// Package recorder is the service that follows the whole ledger and keeps it in an archive.
//
// In: the records of LEDGER after the archive's position. Out: every fact, chained by hashes within its
// incident, and the incidents folded from them, in one transaction with the new position, so a crash loses
// nothing and keeps nothing twice. A deleted archive is rebuilt with the same digest.
//
// The recorder never decides and never writes to the bus. It skips nothing silently: gaps and unreadable
// lines are kept, counted and logged, and make it unhealthy.
package recorder

import (
	"cmp"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
)

// Config is what a recorder needs.
type Config struct {
	// Log has the ledger. Required.
	Log bus.Log
	// Archive keeps the facts. Required; the caller closes it.
	Archive archive.Archive
	// Logger defaults to none.
	Logger *zap.Logger
	// Metrics registers the recorder's metrics. Defaults to a registry of its own.
	Metrics prometheus.Registerer
	// MaxBytes and MaxFacts bound one transaction; the record that exceeds a bound is its last. Default to
	// 4 MiB and 5,000; a recorder that is far behind takes sixteen times as much.
	MaxBytes, MaxFacts int
	// Cache is the number of incidents kept in memory between transactions. Defaults to 10,000.
	Cache int
	// ReadAhead lets a recorder that is far behind read the next transaction in another goroutine while it
	// writes one. Defaults to false, for callers of Turn that need one thing at a time.
	ReadAhead bool
}

// WithDefaults sets fields that are zero.
func (c Config) WithDefaults() Config {
	c.Logger = cmp.Or(c.Logger, zap.NewNop())
	c.Metrics = cmp.Or[prometheus.Registerer](c.Metrics, prometheus.NewRegistry())
	c.MaxBytes = cmp.Or(c.MaxBytes, 4<<20)
	c.MaxFacts = cmp.Or(c.MaxFacts, 5000)
	c.Cache = cmp.Or(c.Cache, 10_000)
	return c
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
	if c.MaxBytes < 0 || c.MaxFacts < 0 || c.Cache < 0 {
		faults = append(faults, errors.New("recorder: bounds must not be negative"))
	}
	return errors.Join(faults...)
}
