package rules

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin.dev/internal/rules/incident"
)

// snapshot is the stored form of a state.
type snapshot struct {
	Version   int         `json:"version"`
	Partition int         `json:"partition"`
	Catalog   string      `json:"catalog"`
	Incidents []*Incident `json:"incidents"`
	// Shadowed are incidents whose dedup key names a newer one.
	Shadowed []string `json:"shadowed,omitempty"`
}

const snapshotVersion = 1

// Snapshot gives the state as bytes: equal states give equal bytes. Catalogs are named, not held.
func (s *State) Snapshot() ([]byte, error) {
	out := snapshot{Version: snapshotVersion, Partition: s.Partition}
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

// RestoreState reads what [State.Snapshot] wrote. catalog gives a revision's catalog or an error.
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
			return nil, errors.New("snapshot: an incident is empty or comes twice")
		}
		if err := learn(i.Catalog); err != nil {
			return nil, err
		}
		_, shadowed := slices.BinarySearch(in.Shadowed, i.ID)
		if err := s.put(i, !shadowed); err != nil {
			return nil, err
		}
		if err := i.sound(); err != nil {
			return nil, fmt.Errorf("snapshot: incident %s: %w", i.ID, err)
		}
		s.rearm(i)
	}
	return s, nil
}

// sound says whether the incident can be one of ours: the rules rely on that without looking.
func (i *Incident) sound() error {
	if i.Status > incident.Resolved {
		return fmt.Errorf("status %d is not known", uint8(i.Status))
	}
	if l := i.Climb.Level; l < 0 || l > len(i.policy.Levels) || i.Climb.Round < 0 || i.Round < 0 {
		return fmt.Errorf("level %d of round %d is not in its policy", l, i.Climb.Round)
	}
	for n := range i.Pages {
		if i.Pages[n].Asked < 1 {
			return fmt.Errorf("page %s was never asked for", i.Pages[n].ID)
		}
	}
	return nil
}
