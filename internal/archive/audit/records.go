package audit

import (
	"cmp"
	"crypto/sha256"
	"slices"

	"tocsin.dev/internal/archive"
)

// tally is what a record must still have.
type tally struct {
	archive.Record
	whole int // facts before any was removed
}

// records checks that every record has its facts, and that every fact has its record.
func (a *audit) records() error {
	tallies, err := a.tallies()
	if err != nil {
		return err
	}
	c := counter{audit: a, left: tallies, now: ^uint64(0)}
	if err := a.view.Facts(a.ctx, func(f archive.Fact) error { return c.count(&f) }); err != nil {
		return err
	}
	return c.upTo(^uint64(0))
}

// tallies reads the records of the chain and subtracts what removals took out of them.
func (a *audit) tallies() (all []tally, err error) {
	err = a.view.Chain(a.ctx, func(e archive.ChainEntry) error {
		if e.Kind == archive.KindRecord && e.Facts > 0 {
			all = append(all, tally{e.Record, e.Facts})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.sum.Records = len(all)
	err = a.view.Removals(a.ctx, func(r archive.Removal) error {
		for _, taken := range r.TakenRecords() {
			n, ok := slices.BinarySearchFunc(all, taken.Position, func(t tally, at uint64) int { return cmp.Compare(t.Position, at) })
			if ok { // else the record is missing, and the chain is broken there
				all[n].Facts -= taken.Facts
				archive.Xor(&all[n].Sum, taken.Sum)
			}
		}
		return nil
	})
	return all, err
}

// counter compares facts with the tallies, in ledger order.
type counter struct {
	*audit
	left []tally
	now  uint64 // position of the facts that were counted last; the highest number before the first
	seen map[int]bool
	sum  [sha256.Size]byte
}

func (c *counter) count(f *archive.Fact) error {
	if f.Position != c.now {
		if err := c.upTo(f.Position); err != nil {
			return err
		}
		c.now, c.seen, c.sum = f.Position, map[int]bool{}, [sha256.Size]byte{}
		if len(c.left) == 0 || c.left[0].Position != f.Position {
			return c.find(at(f, "the chain has no such record"))
		}
	}
	c.seen[f.Index] = true
	archive.Xor(&c.sum, f.Digest())
	return nil
}

// upTo checks every record before position.
func (c *counter) upTo(position uint64) error {
	for len(c.left) > 0 && c.left[0].Position < position {
		t := c.left[0]
		c.left = c.left[1:]
		seen, sum := map[int]bool{}, [sha256.Size]byte{}
		if t.Position == c.now {
			seen, sum = c.seen, c.sum
		}
		if err := c.settle(t, seen, sum); err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) settle(t tally, seen map[int]bool, sum [sha256.Size]byte) error {
	switch {
	case len(seen) < t.Facts && t.Facts == t.whole:
		for n := range t.whole {
			if !seen[n] {
				if err := c.find(Finding{Record: t.Position, Line: n + 1, Problem: "the fact is missing"}); err != nil {
					return err
				}
			}
		}
	case len(seen) != t.Facts:
		return c.find(Finding{Record: t.Position, Problem: "it has the wrong number of facts"})
	case sum != t.Sum && !c.blamed[t.Position]:
		return c.find(Finding{Record: t.Position, Problem: "a line in it was changed"})
	}
	return nil
}
