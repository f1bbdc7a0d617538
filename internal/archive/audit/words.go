package audit

import (
	"hash/maphash"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
)

// words compares the terms in the indexes with those computed from facts. For each incident it has one
// number: the sum of the hashes of its terms.
type words struct {
	seed      maphash.Seed
	all, open map[int64]uint64 // by place
}

func newWords() words {
	return words{maphash.MakeSeed(), map[int64]uint64{}, map[int64]uint64{}}
}

// expect adds the terms that an incident must have.
func (w *words) expect(place int64, in *archive.Incident, told string) {
	sum := uint64(0)
	for _, term := range archive.TermsOf(in, told) {
		sum += maphash.String(w.seed, term)
	}
	w.all[place] = sum
	if in.Status != timeline.Resolved {
		w.open[place] = sum
	}
}

// terms checks the indexes.
func (a *audit) terms() error {
	w, two := &a.words, false
	if err := a.view.Terms(a.ctx, func(place int64, open bool, term string) error {
		of := w.all
		if open {
			of, two = w.open, true
		}
		if sum, ok := of[place]; ok {
			of[place] = sum - maphash.String(w.seed, term)
		}
		return nil
	}); err != nil {
		return err
	}
	if !two {
		clear(w.open)
	}
	wrong := func(of map[int64]uint64) bool {
		for _, sum := range of {
			if sum != 0 {
				return true
			}
		}
		return false
	}
	if !wrong(w.all) && !wrong(w.open) {
		return nil
	}
	return a.view.Incidents(a.ctx, func(k archive.Kept) error {
		problem := ""
		switch {
		case w.all[k.Place] != 0:
			problem = "the search index does not match its facts"
		case w.open[k.Place] != 0:
			problem = "the search index of open incidents does not match its facts"
		default:
			return nil
		}
		return a.find(Finding{Incident: k.ID, Problem: problem})
	})
}
