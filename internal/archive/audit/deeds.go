package audit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"tocsin.dev/internal/archive"
)

// stands is what the newest deeds about an incident make of it.
type stands struct {
	held    bool
	hold    [sha256.Size]byte // mark of the hold
	removed int               // how often
	left    [sha256.Size]byte // mark of what is left
}

// deeds checks what keepers did, what stands of it, and the seal over all progress.
func (a *audit) deeds() error {
	at, err := a.view.Progress(a.ctx)
	if err != nil {
		return err
	}
	a.progress = at
	last, all, err := a.chained()
	if err != nil {
		return err
	}
	problem := ""
	switch {
	case last.N != at.Deeds || last.Hash != at.Deed:
		problem = fmt.Sprintf("of %d holds, releases and removals the newest is not the one that was noted last", at.Deeds)
	case at.Sealed() != at.Seal:
		problem = fmt.Sprintf("the position %d, or what else says how far the archive stands, does not fit its seal: it was changed", at.Position)
	}
	if problem != "" {
		if err := a.find(Finding{Problem: problem}); err != nil {
			return err
		}
	}
	if err := a.removals(all); err != nil {
		return err
	}
	return a.holds(all)
}

// chained reads the deeds, checks their chain, and adds up what was taken out of records.
func (a *audit) chained() (last archive.Deed, all map[string]*stands, err error) {
	all = map[string]*stands{}
	err = a.view.Deeds(a.ctx, func(d archive.Deed) error {
		fits := d.N == last.N+1 && d.Chain(last.Hash) == d.Hash
		last = d
		a.taken += d.Facts
		archive.Xor(&a.without, d.Without)
		s := all[d.Incident]
		if s == nil {
			s = &stands{}
			all[d.Incident] = s
		}
		switch d.Kind {
		case archive.Held:
			s.held, s.hold = true, d.Mark
		case archive.Released:
			s.held = false
		case archive.Removed:
			s.removed, s.left = s.removed+1, d.Mark
		}
		if !fits {
			return a.find(Finding{Incident: d.Incident, Problem: fmt.Sprintf("deed %d (%s) does not follow the one before it: that one is missing, or one of the two was changed", d.N, d.Kind)})
		}
		return nil
	})
	return last, all, err
}

// removals holds what is left of incidents against the deeds.
func (a *audit) removals(all map[string]*stands) error {
	if err := a.view.Removals(a.ctx, func(r archive.Removal) error {
		s := all[r.ID]
		a.removed[r.ID] = r
		times := 1
		problem := ""
		var left archive.Incident
		switch err := json.Unmarshal(r.Document, &left); {
		case s == nil || s.removed == 0:
			problem = "something is left of it, and nobody removed it"
		case s.left != r.Mark():
			problem = "what is left of it was changed"
		case err != nil:
			problem = fmt.Sprintf("what is left of it cannot be read: %v", err)
		case left.ID != r.ID:
			problem = "what is left of it is of another incident"
		default:
			times = s.removed
		}
		a.gaps[archive.Milli(left.OpenedAt)] += times
		a.left[r.ID] = left
		if problem == "" {
			return nil
		}
		return a.find(Finding{Incident: r.ID, Problem: problem})
	}); err != nil {
		return err
	}
	for id, s := range all {
		if _, ok := a.removed[id]; s.removed > 0 && !ok {
			if err := a.find(Finding{Incident: id, Problem: "it was removed, and what must be left of it is missing"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// holds compares those that stand with the deeds.
func (a *audit) holds(all map[string]*stands) error {
	if err := a.view.Holds(a.ctx, func(h archive.Hold) error {
		s := all[h.Incident]
		problem := ""
		switch {
		case s == nil || !s.held:
			problem = "it is held, and nobody placed the hold"
		case s.hold != h.Mark():
			problem = "its hold was changed"
		}
		if s != nil {
			s.held = false // settled
		}
		if problem == "" {
			return nil
		}
		return a.find(Finding{Incident: h.Incident, Problem: problem})
	}); err != nil {
		return err
	}
	for id, s := range all {
		if s.held {
			if err := a.find(Finding{Incident: id, Problem: "a hold was placed on it and not released, and is missing"}); err != nil {
				return err
			}
		}
	}
	return nil
}
