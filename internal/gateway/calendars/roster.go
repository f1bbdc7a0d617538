// Package calendars reads the calendars that schedules import, and tells every partition who is on call
// by them.
//
// In: the catalog in force, and the bytes of calendars, which nobody has checked. Out: rosters on
// INTAKE, the same to each partition, and what there is to say of each calendar ([Importer.Status]).
// A calendar that cannot be read, or has become empty, changes nothing: the roster before it stays.
//
// The package opens no connection: whoever makes an [Importer] brings the way out, which must refuse
// inner addresses. It never decides who is paged, and never tells an address, which may be a secret.
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
	// Catalog gives the catalog in force, or nil while there is none. Required.
	Catalog func() *catalog.Catalog
	// Journal tells what the partitions know already. Required.
	Journal archive.Journal
	// Get asks an address once, without following redirects. Its errors must not tell the address.
	// Required.
	Get func(ctx context.Context, r Request) (Answer, error)
	// Secret resolves where an address is kept. Required.
	Secret func(catalog.Secret) (string, error)
	// Clock gives the time of readings. Defaults to time.Now.
	Clock func() time.Time
	// Log takes what goes wrong with a calendar, once. Defaults to none.
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
			faults = append(faults, errors.New("roster: "+what+" is missing"))
		}
	}
	return errors.Join(faults...)
}

// Status is how it stands with a schedule's calendar.
type Status struct {
	// Source is where it comes from, without what may be a secret: a host, or a file's name.
	Source string
	// CheckedAt is when it was last looked at, ReadAt when that last went well. Zero for never.
	CheckedAt, ReadAt time.Time
	// Fault says why the last look changed nothing; empty when it went well.
	Fault string
	// LeftOut are the events that are not taken, with their lines and reasons.
	LeftOut []string
}

// Importer reads calendars. Several may run, such as one in each gateway: the partitions take the
// newest of what they are told.
type Importer struct {
	cfg   Config
	known Known

	mu    sync.Mutex
	looks map[string]*look // by schedule
}

// New makes an importer. It fails when the configuration is not whole.
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

// How often it is looked whether a calendar is due, and how many are read at once.
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
	if err := m.known.Read(ctx, m.cfg.Journal); err != nil {
		m.cfg.Log.Error("the archive does not tell which calendars are known, trying again", zap.Error(err))
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

// due gives the calendars to be read now, and forgets those that no schedule imports any more.
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

// Status gives how it stands with a schedule's calendar; ok is false where it was not looked at yet.
func (m *Importer) Status(schedule string) (s Status, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.looks[schedule]; l != nil && !l.status.CheckedAt.IsZero() {
		return l.status, true
	}
	return Status{}, false
}
