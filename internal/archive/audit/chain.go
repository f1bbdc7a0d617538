package audit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"tocsin.dev/internal/archive"
)

// expected is what the chain says about an incident: its newest hold and removal.
type expected struct {
	held    bool
	hold    [sha256.Size]byte // digest of the hold
	removed int               // how often
	left    [sha256.Size]byte // digest of the newest removal
}

// chain checks that each entry follows the one before it, that the head is the newest, and that holds and
// removals are those of the chain.
func (a *audit) chain() error {
	head, err := a.view.Head(a.ctx)
	if err != nil {
		return err
	}
	a.sum.Position = head.Position
	var last archive.Head
	all := map[string]*expected{}
	err = a.view.Chain(a.ctx, func(e archive.ChainEntry) error {
		follows := e.N == last.N+1 && e.HashAfter(last.Hash) == e.Hash
		last = e.Head()
		if e.Kind != archive.KindRecord {
			expect(all, &e)
		}
		if follows {
			return nil
		}
		f := Finding{Incident: e.Incident, Problem: fmt.Sprintf("entry %d of the chain (%s) does not follow the one before it: that one is missing, or one of the two was changed", e.N, e.Kind)}
		if e.Kind == archive.KindRecord {
			f.Record = e.Position
		}
		return a.find(f)
	})
	if err != nil {
		return err
	}
	if last != head {
		problem := fmt.Sprintf("the chain must end with entry %d at record %d, but it ends with entry %d at record %d", head.N, head.Position, last.N, last.Position)
		if last.N == head.N && last.Position == head.Position {
			problem = fmt.Sprintf("the newest entry of the chain, %d, is not the one that was added last", last.N)
		}
		if err := a.find(Finding{Problem: problem}); err != nil {
			return err
		}
	}
	if err := a.removals(all); err != nil {
		return err
	}
	return a.holds(all)
}

func expect(all map[string]*expected, e *archive.ChainEntry) {
	x := all[e.Incident]
	if x == nil {
		x = &expected{}
		all[e.Incident] = x
	}
	switch e.Kind {
	case archive.KindHold:
		x.held, x.hold = true, e.Sum
	case archive.KindRelease:
		x.held = false
	case archive.KindRemoval:
		x.removed, x.left = x.removed+1, e.Sum
	}
}

// removals compares what is left of removed incidents with the chain.
func (a *audit) removals(all map[string]*expected) error {
	if err := a.view.Removals(a.ctx, func(r archive.Removal) error {
		x := all[r.ID]
		digest := r.Digest()
		var left archive.Incident
		err := json.Unmarshal(r.Document, &left)
		r.Document, r.Taken = nil, nil // memory
		a.removed[r.ID] = r
		problem, times := "", 1
		switch {
		case x == nil || x.removed == 0:
			problem = "the archive has a removal of it, and the chain has none"
		case x.left != digest:
			problem = "its removal was changed"
		case err != nil:
			problem = fmt.Sprintf("its removal cannot be read: %v", err)
		case left.ID != r.ID:
			problem = "its removal names another incident"
		default:
			times = x.removed
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
	for id, x := range all {
		if _, ok := a.removed[id]; x.removed > 0 && !ok {
			if err := a.find(Finding{Incident: id, Problem: "it was removed, and the record of its removal is missing"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// holds compares the present holds with the chain.
func (a *audit) holds(all map[string]*expected) error {
	if err := a.view.Holds(a.ctx, func(h archive.Hold) error {
		x := all[h.Incident]
		problem := ""
		switch {
		case x == nil || !x.held:
			problem = "the archive has a hold on it, and the chain has none"
		case x.hold != h.Digest():
			problem = "its hold was changed"
		}
		if x != nil {
			x.held = false // found
		}
		if problem == "" {
			return nil
		}
		return a.find(Finding{Incident: h.Incident, Problem: problem})
	}); err != nil {
		return err
	}
	for id, x := range all {
		if x.held {
			if err := a.find(Finding{Incident: id, Problem: "its hold was not released, and is missing"}); err != nil {
				return err
			}
		}
	}
	return nil
}
