// Package notifier is the service that delivers: a page becomes notifications on the contact
// methods of one target (a person, a chat room, a machine), tried in order until one takes it.
//
// In: page requests on LEDGER. Out: claims and outcomes on its own log DELIVERIES, notifications to
// channels, and receipts to INTAKE. It is the engine's pattern keyed by target: several notifiers
// share the targets, and everything about one target is decided by one of them, in order. A claim is on
// disk before the first packet, so a stale notifier is fenced off before it can send.
//
// The notifier never decides who is paged, and never acknowledges.
package notifier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/partition"
)

// Config of a notifier.
type Config struct {
	Bus      bus.Bus          // required
	Catalogs *revisions.Store // required
	// Channels makes a catalog's channels, by name. Required.
	Channels func(c *catalog.Catalog) (map[string]channel.Channel, error)
	// Secret resolves a reference to a secret. Required.
	Secret func(catalog.Secret) (string, error)
	// Instance names this process; no two processes may ever have the same name. Required.
	Instance string
	// PerEndpoint bounds the concurrent attempts to one endpoint, per partition of targets. Defaults
	// to 128.
	PerEndpoint int
	// SendTimeout bounds one attempt. Defaults to 30 s.
	SendTimeout time.Duration
	// Refresh is how often the notifier looks for a new catalog. Defaults to 1 s.
	Refresh time.Duration
	// Launch runs an attempt in the background. Defaults to a goroutine; a simulation has its own.
	Launch func(attempt func())
	// Pause waits before something is tried again. Defaults to [partition.Pause]; a simulation has its own.
	Pause   func(ctx context.Context, d time.Duration) error
	Clock   func() time.Time      // Defaults to time.Now
	Log     *zap.Logger           // Defaults to none
	Metrics prometheus.Registerer // Defaults to none
}

// WithDefaults fills in what is not set.
func (c Config) WithDefaults() Config {
	c.PerEndpoint = cmp.Or(c.PerEndpoint, 128)
	c.SendTimeout = cmp.Or(c.SendTimeout, 30*time.Second)
	c.Refresh = cmp.Or(c.Refresh, time.Second)
	if c.Launch == nil {
		c.Launch = func(attempt func()) { go attempt() }
	}
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
	missing := func(absent bool, what string) {
		if absent {
			faults = append(faults, errors.New(what+" is missing"))
		}
	}
	missing(c.Bus == nil, "bus")
	missing(c.Catalogs == nil, "the store of catalogs")
	missing(c.Channels == nil, "the maker of channels")
	missing(c.Secret == nil, "the resolver of secrets")
	missing(c.Instance == "", "instance")
	return errors.Join(faults...)
}

// Notifier owns a share of the targets.
type Notifier struct {
	cfg     Config
	metrics *metrics
	feed    *feed
	book    atomic.Pointer[book]
}

// New returns a notifier.
func New(cfg Config) (*Notifier, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("notifier: %w", err)
	}
	n := &Notifier{cfg: cfg, metrics: newMetrics(cfg.Metrics)}
	_, targets := cfg.Bus.Partitions()
	n.feed = newFeed(cfg.Bus, targets)
	return n, nil
}

// Run shares the targets with the other notifiers until ctx ends and what is under way is done.
func (n *Notifier) Run(ctx context.Context) error {
	_, targets := n.cfg.Bus.Partitions()
	// Owners need both until they have left, which is after ctx ends.
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var helpers sync.WaitGroup
	helpers.Go(func() { n.feed.run(background, n.cfg.Log) })
	helpers.Go(func() { n.refresh(background) })
	defer helpers.Wait()
	defer stop()
	return partition.Share(ctx, partition.ShareConfig{
		Leases: n.cfg.Bus, Service: "notifier", Instance: n.cfg.Instance,
		Partitions: targets, Run: n.own, Log: n.cfg.Log,
	})
}

func (n *Notifier) own(ctx context.Context, q int) error {
	owner, err := n.Take(ctx, q)
	if err != nil {
		return err
	}
	n.metrics.owned.Inc()
	defer n.metrics.owned.Dec()
	return owner.Run(ctx)
}

// Take takes over the target partition q. The caller runs or turns the owner it returns.
func (n *Notifier) Take(ctx context.Context, q int) (*partition.Owner, error) {
	if err := n.firstBook(ctx); err != nil {
		return nil, err
	}
	m := newMachine(n, q)
	owner, err := partition.Take(ctx, partition.Config{
		Log: n.cfg.Bus, Blobs: n.cfg.Bus, Stream: bus.Deliveries, Partition: q,
		Instance: n.cfg.Instance, Clock: n.cfg.Clock, Pause: n.cfg.Pause, IdleLimit: 1,
		Warn: func(err error) {
			n.cfg.Log.Warn("continuing without a snapshot", zap.Int("targets", q), zap.Error(err))
		},
		Input: func(_ context.Context, after uint64) (bus.Reader, error) {
			m.input = n.feed.join(q, after)
			return m.input, nil
		},
		Newest:  func(ctx context.Context) (uint64, error) { return n.cfg.Bus.Newest(ctx, bus.Ledger, bus.All) },
		Reached: func(newest uint64, at partition.Position) bool { return m.input.reached(newest, at.Seq) },
	}, m)
	if err != nil {
		return nil, fmt.Errorf("targets %d: %w", q, err)
	}
	return owner, nil
}

// Feed passes on what LEDGER has, without waiting; for callers that turn the owners themselves.
func (n *Notifier) Feed(ctx context.Context) error { return n.feed.turn(ctx) }
