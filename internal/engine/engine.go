// Package engine is the service that decides: alerts become incidents, incidents escalate, people are
// paged.
//
// In: INTAKE, partition by partition, and the passing of time. Out: records on LEDGER, each the
// atomic result of a group of decisions, and the public copy of their facts on EVENTS. Several
// engines share the partitions; each partition has one owner, and a stale one is fenced off.
//
// The engine never sends a page, never answers a query and never looks into another partition.
package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/partition"
)

// Config of an engine.
type Config struct {
	Bus      bus.Bus          // required
	Catalogs *revisions.Store // required
	// Foreign reads what other publishers put on tocsin.alerts.<service>. Required.
	Foreign intake.Foreign
	// Instance names this process; no two processes may ever have the same name. Required.
	Instance string
	// Pause waits before a retry. Defaults to [partition.Pause]; a simulation has its own.
	Pause   func(ctx context.Context, d time.Duration) error
	Clock   func() time.Time      // Defaults to time.Now
	Log     *zap.Logger           // Defaults to none
	Metrics prometheus.Registerer // Defaults to none
}

// WithDefaults fills empty fields.
func (c Config) WithDefaults() Config {
	if c.Pause == nil {
		c.Pause = partition.Pause
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	c.Log = cmp.Or(c.Log, zap.NewNop())
	c.Metrics = cmp.Or[prometheus.Registerer](c.Metrics, prometheus.NewRegistry())
	return c
}

// Validate reports every fault at once.
func (c Config) Validate() error {
	var faults []error
	if c.Bus == nil {
		faults = append(faults, errors.New("bus is missing"))
	}
	if c.Catalogs == nil {
		faults = append(faults, errors.New("catalogs are missing"))
	}
	if c.Foreign == nil {
		faults = append(faults, errors.New("the reader of foreign alerts is missing"))
	}
	if c.Instance == "" {
		faults = append(faults, errors.New("instance is missing"))
	}
	return errors.Join(faults...)
}

// Engine owns a share of the partitions.
type Engine struct {
	cfg     Config
	metrics *metrics
}

// New returns an engine.
func New(cfg Config) (*Engine, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("engine: %w", err)
	}
	return &Engine{cfg: cfg, metrics: newMetrics(cfg.Metrics)}, nil
}

// Run shares the partitions with the other engines until ctx ends.
func (e *Engine) Run(ctx context.Context) error {
	services, _ := e.cfg.Bus.Partitions()
	return partition.Share(ctx, partition.ShareConfig{
		Leases: e.cfg.Bus, Service: "engine", Instance: e.cfg.Instance,
		Partitions: services, Run: e.own, Log: e.cfg.Log,
	})
}

// own runs one partition and its teller until either stops.
func (e *Engine) own(ctx context.Context, p int) error {
	owner, err := e.Take(ctx, p)
	if err != nil {
		return err
	}
	e.metrics.owned.Inc()
	defer e.metrics.owned.Dec()
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return owner.Run(ctx) })
	both.Go(func() error { return e.NewTeller(p).Run(ctx) })
	return both.Wait()
}

// Take takes over partition p and returns its owner, which the caller runs or turns.
func (e *Engine) Take(ctx context.Context, p int) (*partition.Owner, error) {
	m := &machine{engine: e, partition: p}
	owner, err := partition.Take(ctx, partition.Config{
		Log: e.cfg.Bus, Blobs: e.cfg.Bus, Stream: bus.Ledger, Partition: p,
		Instance: e.cfg.Instance, Clock: e.cfg.Clock, Pause: e.cfg.Pause,
		Warn: func(err error) {
			e.cfg.Log.Warn("continuing without a snapshot", zap.Int("partition", p), zap.Error(err))
		},
		Input: func(ctx context.Context, after uint64) (bus.Reader, error) {
			return e.cfg.Bus.Read(ctx, bus.Intake, p, after)
		},
		Newest: func(ctx context.Context) (uint64, error) { return e.cfg.Bus.Newest(ctx, bus.Intake, p) },
		End:    func(ctx context.Context) (uint64, error) { return e.cfg.Bus.Newest(ctx, bus.Intake, bus.All) },
	}, m)
	if err != nil {
		return nil, fmt.Errorf("partition %d: %w", p, err)
	}
	return owner, nil
}
