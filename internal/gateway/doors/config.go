// Package doors is the gateway's front door for alerts.
//
// In: HTTP requests in foreign formats. Out: CloudEvents batches on INTAKE, one message for each
// partition that a body concerns, and an answer that is 2xx only when all of them are durable. A
// body is read by its source, and its alerts are routed by the catalog. Faults are reported with their
// place; everything else is accepted.
//
// It decides nothing about incidents, keeps no state between requests, and puts neither keys nor
// bodies into logs or metrics.
package doors

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/source"
)

// Config is what the doors need.
type Config struct {
	// Publisher takes the messages. Required.
	Publisher bus.Publisher
	// Partitions is the number of partitions of services. Required, at least 1.
	Partitions int
	// Catalog returns the catalog in force; nil means not yet, and is answered with 503. Required.
	Catalog func() *catalog.Catalog
	// Sources are the formats, each served under its name; the one named "api/v2" is served
	// at /api/v2/alerts.
	Sources []source.Source
	// OpenWithoutKeys admits everybody if the catalog has no intake key. Use it only for a
	// gateway that is bound to loopback. Defaults to false.
	OpenWithoutKeys bool
	// KnownHost reports whether the Host of a request is one of the gateway's names. It guards requests without a key.
	// Defaults to [LoopbackHost].
	KnownHost func(host string) bool
	// Keys returns the SHA-256 of the named intake key's secret; ok is false if the secret cannot
	// be read; that key then admits nobody. Defaults to none.
	Keys func(name string) (hash [32]byte, ok bool)
	// PublishTimeout bounds the storing of one body. Defaults to 10 s.
	PublishTimeout time.Duration
	// Clock returns the time of receipt. Defaults to the system's clock.
	Clock func() time.Time
	// Log gets failures to publish. Defaults to none.
	Log *zap.Logger
	// Metrics registers the counters. Defaults to none.
	Metrics prometheus.Registerer
}

// WithDefaults fills what is zero.
func (c Config) WithDefaults() Config {
	if c.Keys == nil {
		c.Keys = func(string) ([32]byte, bool) { return [32]byte{}, false }
	}
	if c.KnownHost == nil {
		c.KnownHost = LoopbackHost
	}
	if c.PublishTimeout == 0 {
		c.PublishTimeout = 10 * time.Second
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

// Validate reports every fault at once.
func (c Config) Validate() error {
	var faults []error
	if c.Publisher == nil {
		faults = append(faults, errors.New("intake: a publisher is required"))
	}
	if c.Catalog == nil {
		faults = append(faults, errors.New("intake: a catalog is required"))
	}
	if c.Partitions < 1 {
		faults = append(faults, errors.New("intake: at least one partition is required"))
	}
	if c.PublishTimeout < 0 {
		faults = append(faults, errors.New("intake: publish timeout must not be negative"))
	}
	return errors.Join(faults...)
}
