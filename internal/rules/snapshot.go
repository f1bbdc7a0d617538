package rules

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// snapshot is the stored form of a state.
type snapshot struct {
	Version   int         `json:"version"`
	Partition int         `json:"partition"`
	Catalog   string      `json:"catalog"`
	Incidents []*Incident `json:"incidents"`
	// Shadowed are incidents whose dedup key names a newer one.
	Shadowed  []string                     `json:"shadowed,omitempty"`
	Overrides map[string][]oncall.Override `json:"overrides,omitempty"` // by schedule
	Rosters   []events.Roster              `json:"rosters,omitempty"`   // by schedule
	Turns     map[string]string            `json:"turns,omitempty"`     // by target
	Rates     []*rate                      `json:"rates,omitempty"`     // by last use
	Problems  map[string]*problem          `json:"problems,omitempty"`  // by id
	Notices   map[string]*notice           `json:"notices,omitempty"`   // by id of the problem
}

// Version 1 lacked the last three fields and most of an incident's. It is not read; the state is
// rebuilt from the ledger instead.
const snapshotVersion = 2

// Snapshot encodes the state. Equal states have equal bytes. Catalogs are named, not included.
func (s *State) Snapshot() ([]byte, error) {
	out := snapshot{Version: snapshotVersion, Partition: s.Partition, Overrides: s.overrides, Turns: s.turns, Problems: s.problems, Notices: s.notices}
	for _, schedule := range slices.Sorted(maps.Keys(s.rosters)) {
		out.Rosters = append(out.Rosters, s.rosters[schedule].Roster)
	}
	if len(s.rates) > 0 {
		out.Rates = s.sortedRates()
	}
	if s.catalog != nil {
		out.Catalog = s.catalog.Revision
	}
	for _, i := range s.incidents {
		out.Incidents = append(out.Incidents, i)
		if s.byKey[key{i.Service, i.DedupKey}] != i {
			out.Shadowed = append(out.Shadowed, i.ID)
		}
	}
	slices.Sort(out.Shadowed)
	slices.SortFunc(out.Incidents, func(a, b *Incident) int { return strings.Compare(a.ID, b.ID) })
	b, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return b, nil
}

// RestoreState decodes what [State.Snapshot] encoded. catalog returns a revision's catalog.
func RestoreState(b []byte, catalog func(revision string) (*Catalog, error)) (*State, error) {
	var in snapshot
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	if in.Version != snapshotVersion {
		return nil, fmt.Errorf("snapshot: version %d is not known", in.Version)
	}
	s := NewState(in.Partition)
	learn := func(revision string) error {
		if s.Knows(revision) {
			return nil
		}
		c, err := catalog(revision)
		if err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		s.Learn(c)
		return nil
	}
	if in.Catalog != "" {
		if err := learn(in.Catalog); err != nil {
			return nil, err
		}
		s.catalog = s.catalogs[in.Catalog]
	}
	for _, i := range in.Incidents {
		if i == nil || s.incidents[i.ID] != nil {
			return nil, errors.New("snapshot: an incident is empty or appears twice")
		}
		if err := learn(i.Catalog); err != nil {
			return nil, err
		}
		_, shadowed := slices.BinarySearch(in.Shadowed, i.ID)
		if err := s.put(i, !shadowed); err != nil {
			return nil, err
		}
		if err := i.check(); err != nil {
			return nil, fmt.Errorf("snapshot: incident %s: %w", i.ID, err)
		}
		s.rearm(i)
	}
	for _, i := range in.Incidents {
		for _, dedup := range i.Aliases {
			s.byKey[key{i.Service, dedup}] = i
		}
	}
	if err := s.restoreShared(in); err != nil {
		return nil, err
	}
	return s, nil
}

// restoreShared restores everything that belongs to no incident.
func (s *State) restoreShared(in snapshot) error {
	if in.Overrides != nil {
		s.overrides = in.Overrides
	}
	for _, r := range in.Rosters {
		if err := s.rosterImported(r, time.Time{}); err != nil {
			return fmt.Errorf("snapshot: roster of %s: %w", r.Schedule, err)
		}
	}
	if in.Turns != nil {
		s.turns = in.Turns
	}
	for id, p := range in.Problems {
		if p == nil || p.Problem != id {
			return errors.New("snapshot: a problem is empty")
		}
		s.problems[id] = p
	}
	for id, n := range in.Notices {
		if n == nil || n.Problem != id {
			return errors.New("snapshot: a notice is empty")
		}
		s.notices[id] = n
	}
	for _, r := range in.Rates {
		if r == nil {
			return errors.New("snapshot: a rate is empty")
		}
		s.rates[r.rateKey] = r
	}
	return nil
}

// check rejects an incident that Decide could not have produced and would panic on.
func (i *Incident) check() error {
	if i.Status > incident.Snoozed {
		return fmt.Errorf("status %d is not known", uint8(i.Status))
	}
	if l := i.Step.Level; l < 0 || l > len(i.policy.Levels) || i.Step.Round < 0 || i.Round < 0 {
		return fmt.Errorf("level %d of round %d is not in its policy", l, i.Step.Round)
	}
	for _, f := range i.Fired {
		if f.Index < 0 || f.Index >= len(i.policy.Triggers) {
			return fmt.Errorf("trigger %d is not in its policy", f.Index)
		}
	}
	if i.Held.Level < 0 || i.Held.Level > len(i.policy.Levels) {
		return fmt.Errorf("level %d is not in its policy", i.Held.Level)
	}
	for n := range i.Pages {
		if i.Pages[n].Asked < 1 {
			return fmt.Errorf("page %s was never requested", i.Pages[n].ID)
		}
	}
	return nil
}
