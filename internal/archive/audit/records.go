package audit

import (
	"crypto/sha256"

	"tocsin.dev/internal/archive"
)

// tally is what a record must still hold.
type tally struct {
	position     uint64
	facts, whole int
	sum          [sha256.Size]byte
}

// records checks that every record has its facts, and that there is every record.
func (a *audit) records() error {
	tallies, last, err := a.tallies()
	if err != nil {
		return err
	}
	a.sum.Records = len(tallies)
	progress := a.progress
	a.sum.Position = progress.Position
	if progress.Hash != last {
		if err := a.find(Finding{Problem: "the newest record is not the one that was kept last"}); err != nil {
			return err
		}
	}
	if a.taken != 0 || a.without != [sha256.Size]byte{} {
		if err := a.find(Finding{Problem: "the facts that records know as removed are not those that removals took out"}); err != nil {
			return err
		}
	}
	c := counter{audit: a, left: tallies, now: ^uint64(0)}
	if err := a.view.Facts(a.ctx, func(f archive.Fact) error {
		if f.Position > progress.Position {
			return a.find(at(&f, "the archive says it stands at record %d", progress.Position))
		}
		return c.count(&f)
	}); err != nil {
		return err
	}
	return c.upTo(^uint64(0))
}

// tallies reads the records and checks their chain.
func (a *audit) tallies() (all []tally, last [sha256.Size]byte, err error) {
	err = a.view.Records(a.ctx, func(r archive.Record) error {
		broken := r.Chain(last) != r.Hash
		last = r.Hash
		a.taken -= r.Removed
		archive.Xor(&a.without, r.Without)
		t := tally{position: r.Position, facts: r.Facts - r.Removed, whole: r.Facts, sum: r.Sum}
		archive.Xor(&t.sum, r.Without)
		all = append(all, t)
		if broken {
			return a.find(Finding{Record: r.Position, Problem: "it does not follow the record before it: that one is missing, or one of the two was changed"})
		}
		return nil
	})
	return all, last, err
}

// counter holds facts, as they come, against the tallies.
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
		if len(c.left) == 0 || c.left[0].position != f.Position {
			return c.find(at(f, "its record is not known"))
		}
	}
	c.seen[f.Index] = true
	archive.Xor(&c.sum, f.Mark())
	return nil
}

// upTo settles every record before position.
func (c *counter) upTo(position uint64) error {
	for len(c.left) > 0 && c.left[0].position < position {
		t := c.left[0]
		c.left = c.left[1:]
		seen, sum := map[int]bool{}, [sha256.Size]byte{}
		if t.position == c.now {
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
	case len(seen) < t.facts && t.facts == t.whole:
		for n := range t.whole {
			if !seen[n] {
				if err := c.find(Finding{Record: t.position, Line: n + 1, Problem: "the fact is missing"}); err != nil {
					return err
				}
			}
		}
	case len(seen) != t.facts:
		return c.find(Finding{Record: t.position, Problem: "it has not as many facts as it must have"})
	case sum != t.sum && !c.blamed[t.position]:
		return c.find(Finding{Record: t.position, Problem: "a line in it was changed"})
	}
	return nil
}
