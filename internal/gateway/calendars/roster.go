// Package calendars reads the calendars that schedules import, and publishes to every partition who is
// on call by them.
//
// In: the catalog in force, and unchecked calendar bytes. Out: rosters on INTAKE, the same for each
// partition, and the status of each calendar ([Importer.Status]). A calendar that cannot be read, or
// has become empty, changes nothing: its last roster still applies.
//
// The package opens no connection: [Config].Get does, and must refuse internal addresses. It
// never decides who is paged, and never reveals an address, which may be a secret.
package calendars

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
)

// Config is what an importer needs.
type Config struct {
	// Publisher takes rosters for INTAKE. Required.
	Publisher bus.Publisher
	// Partitions is the number of partitions of services. Required.
	Partitions int
	// Catalog returns the catalog in force, or nil while there is none. Required.
	Catalog func() *catalog.Catalog
	// Journal has the rosters that the partitions have already. Required.
	Journal archive.Journal
	// Get asks an address once, without following redirects. Its errors must not contain the address.
	// Required.
	Get func(ctx context.Context, r Request) (Answer, error)
	// Secret resolves an address that is kept as a secret. Required.
	Secret func(catalog.Secret) (string, error)
	// Clock returns the time of readings. Defaults to time.Now.
	Clock func() time.Time
	// Log gets each fault of a calendar once. Defaults to none.
	Log *zap.Logger
}

// Validate reports everything that is missing.
func (c Config) Validate() error {
	var faults []error
	for what, missing := range map[string]bool{
		"Publisher": c.Publisher == nil, "Partitions": c.Partitions < 1, "Catalog": c.Catalog == nil, "Journal": c.Journal == nil,
		"Get": c.Get == nil, "Secret": c.Secret == nil,
	} {
		if missing {
			faults = append(faults, errors.New("calendars: "+what+" is missing"))
		}
	}
	return errors.Join(faults...)
}

// Status is the status of a schedule's calendar.
type Status struct {
	// Source is a host or a file name, never a secret path.
	Source string
	// CheckedAt is the last attempt to read it, ReadAt the last successful one. Zero for never.
	CheckedAt, ReadAt time.Time
	// Fault is why the last attempt failed; empty if it succeeded.
	Fault string
	// LeftOut are the events that were ignored, with their lines and reasons.
	LeftOut []string
}

// Importer reads calendars. Several may run, such as one in each gateway: the partitions use the
// newest roster.
type Importer struct {
	cfg      Config
	imported Imported

	mu    sync.Mutex
	looks map[string]*look // by schedule
}

// New returns an importer. It fails if the configuration is incomplete.
func New(cfg Config) (*Importer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	return &Importer{cfg: cfg, looks: map[string]*look{}}, nil
}

// How often calendars are checked for being due, and how many are read at once.
const (
	lookEvery = time.Second
	atOnce    = 4
)

// Run reads calendars until ctx ends.
func (m *Importer) Run(ctx context.Context) error {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		m.Turn(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Turn reads every calendar that is due. A new catalog makes all of them due.
func (m *Importer) Turn(ctx context.Context) {
	c := m.cfg.Catalog()
	if c == nil {
		return
	}
	due := m.due(c)
	if len(due) == 0 {
		return
	}
	if err := m.imported.Read(ctx, m.cfg.Journal); err != nil {
		m.cfg.Log.Error("cannot read the known rosters from the archive, trying again", zap.Error(err))
		return
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for _, l := range due {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			m.look(ctx, c, l)
		})
	}
	all.Wait()
}

// due returns the calendars to read now, and forgets those that no schedule imports any more.
func (m *Importer) due(c *catalog.Catalog) []*look {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.looks, func(schedule string, _ *look) bool { return c.Imports[schedule] == nil })
	var due []*look
	now := m.cfg.Clock()
	for _, schedule := range slices.Sorted(maps.Keys(c.Imports)) {
		l := m.looks[schedule]
		if l == nil {
			l = &look{schedule: schedule}
			m.looks[schedule] = l
		}
		if l.revision != c.Rules.Revision || !now.Before(l.next) {
			due = append(due, l)
		}
	}
	return due
}

// Status returns the status of a schedule's calendar; ok is false if it was never read.
func (m *Importer) Status(schedule string) (s Status, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.looks[schedule]; l != nil && !l.status.CheckedAt.IsZero() {
		return l.status, true
	}
	return Status{}, false
}
