package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// indexedOverride is an override and how many partitions know of it.
type indexedOverride struct {
	Override
	// added and removed count the partitions that have done so.
	added, removed int
	made           oncall.Override
	removedAt      time.Time // in the first partition; zero if in none
}

// overrideIndex folds the facts about overrides. Every partition writes them, so each comes several
// times. An override that any partition removed stays removed, as no id is used twice.
type overrideIndex struct {
	mu    sync.Mutex
	after int64 // key up to which facts are folded
	byID  map[string]*indexedOverride
	order []string // ids as they came
}

var (
	overrideAdded   = events.OverrideAdded{}.Name()
	overrideRemoved = events.OverrideRemoved{}.Name()
)

// overrideIndex returns all overrides in the archive. It reads only new facts.
func (s *server) overrideIndex(ctx context.Context) (*overrideIndex, error) {
	if s.Journal == nil {
		return nil, huma.Error501NotImplemented("this gateway knows no overrides")
	}
	if err := s.indexed.overrides.read(ctx, s.Journal); err != nil {
		return nil, s.archiveError("overrides", err)
	}
	return &s.indexed.overrides, nil
}

func (k *overrideIndex) read(ctx context.Context, from archive.Journal) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	facts, upTo, err := from.Loose(ctx, k.after, overrideAdded, overrideRemoved)
	if err != nil {
		return err
	}
	for i := range facts {
		e, err := events.Decode(facts[i].Line)
		if err == nil { // the recorder reports lines that it cannot read
			k.fold(e)
		}
	}
	k.after = upTo
	return nil
}

func (k *overrideIndex) fold(e events.Event) {
	switch d := e.Data.(type) {
	case events.OverrideAdded:
		o := k.byID[d.ID]
		if o == nil {
			o = &indexedOverride{Override: overrideOf(e, d), made: rules.NewOverride(d.Override)}
			if k.byID == nil {
				k.byID = map[string]*indexedOverride{}
			}
			k.byID[d.ID] = o
			k.order = append(k.order, d.ID)
		}
		o.added++
	case events.OverrideRemoved:
		if o := k.byID[d.ID]; o != nil {
			if o.removed++; o.removedAt.IsZero() {
				o.removedAt = e.Time
			}
		}
	}
}

func overrideOf(e events.Event, d events.OverrideAdded) Override {
	o := Override{
		ID: d.ID, Schedule: d.Schedule, By: d.By, Note: e.Reason, AddedAt: e.Time,
		OverrideTerms: OverrideTerms{Kind: d.Kind, From: d.From, To: d.To, People: d.People, Replaces: d.Replaces},
	}
	for _, t := range d.Shifts {
		o.Shifts = append(o.Shifts, Turn(t))
	}
	return o
}

// of returns the overrides of a schedule that were not removed, oldest first.
func (k *overrideIndex) of(schedule string) []indexedOverride {
	k.mu.Lock()
	defer k.mu.Unlock()
	var some []indexedOverride
	for _, id := range k.order {
		if o := k.byID[id]; o.Schedule == schedule && o.removed == 0 {
			some = append(some, *o)
		}
	}
	return some
}

// all returns every override, including removed ones, oldest first.
func (k *overrideIndex) all() []indexedOverride {
	k.mu.Lock()
	defer k.mu.Unlock()
	some := make([]indexedOverride, len(k.order))
	for n, id := range k.order {
		some[n] = *k.byID[id]
	}
	return some
}

func (k *overrideIndex) find(id string) (indexedOverride, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if o := k.byID[id]; o != nil {
		return *o, true
	}
	return indexedOverride{}, false
}

var errAmbiguous = errors.New("several overrides begin with that id")

// named finds an override of a schedule by its id or an unambiguous prefix.
func (k *overrideIndex) named(schedule, id string) (found indexedOverride, err error) {
	err = fmt.Errorf("no such override: %s", id)
	for _, o := range k.of(schedule) {
		switch {
		case o.ID == id:
			return o, nil
		case len(id) < archive.MinPrefix || !strings.HasPrefix(o.ID, id):
		case found.ID != "":
			err = fmt.Errorf("%q: %w", id, errAmbiguous)
		default:
			found, err = o, nil
		}
	}
	return found, err
}

// views returns schedules as their calendars and the overrides have them; as the catalog has them where
// the gateway knows of neither.
func (s *server) views(ctx context.Context) (func(*oncall.Schedule) oncall.View, error) {
	if s.Journal == nil {
		return func(one *oncall.Schedule) oncall.View { return one.With(nil) }, nil
	}
	all, err := s.overrideIndex(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.indexed.rosters.Read(ctx, s.Journal); err != nil {
		return nil, s.archiveError("rosters", err)
	}
	return func(one *oncall.Schedule) oncall.View {
		roster, _ := s.indexed.rosters.Of(one.ID)
		one = one.Rostered(roster)
		var overrides []oncall.Override
		for _, o := range all.of(one.ID) {
			overrides = append(overrides, o.made)
		}
		return one.With(overrides)
	}, nil
}

// rota is a catalog and a function that applies rosters and overrides to its schedules.
type rota struct {
	*catalog.Catalog
	view func(*oncall.Schedule) oncall.View
}

func (s *server) rota(ctx context.Context) (rota, error) {
	c, err := s.catalogInForce()
	if err != nil {
		return rota{}, err
	}
	view, err := s.views(ctx)
	return rota{c, view}, err
}
