package oncall

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Duty is people on call for a fixed stretch of time.
type Duty struct {
	// People are on call together; never empty.
	People []string
	// From is the first instant and To the one after the last.
	From, To time.Time
}

// mostTogether bounds how many people may be on call together. It is far above what teams do, and
// keeps the size of a roster in proportion to its duties, whatever a calendar says.
const mostTogether = 100

// Roster is duties at fixed instants, such as those of a calendar. It never changes. The zero
// Roster has no duties: nobody is ever on call.
type Roster struct {
	// pieces are in order and do not overlap; each holds everybody who is on call in it.
	pieces []Duty
	people []string // everybody, each once, in the order of their first duties
}

// NewRoster makes a roster of duties in any order. Duties may overlap, and then their people are on
// call together, in the order in which the duties begin, nobody twice. The error tells of all
// duties without people or whose To is not after From, by their number from 1; or of the first
// instant at which overlapping duties name more than a hundred people.
func NewRoster(duties []Duty) (*Roster, error) {
	var faults []error
	for i, d := range duties {
		for _, fault := range d.faults() {
			faults = append(faults, fmt.Errorf("duty %d: %s", i+1, fault))
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	duties = slices.Clone(duties)
	slices.SortStableFunc(duties, func(a, b Duty) int { return a.From.Compare(b.From) })
	return sweep(duties)
}

// sweep cuts ordered duties at all their edges.
func sweep(duties []Duty) (*Roster, error) {
	r := &Roster{}
	var open []Duty
	edges := edgesOf(duties)
	for i, from := range edges {
		open = slices.DeleteFunc(open, func(d Duty) bool { return !d.To.After(from) })
		for len(duties) > 0 && duties[0].From.Equal(from) {
			open, duties = append(open, duties[0]), duties[1:]
		}
		if len(open) == 0 {
			continue // as at the last edge, so that below there is a next one
		}
		people := together(open)
		if len(people) > mostTogether {
			return nil, fmt.Errorf("at %s: %s", from.Format(time.RFC3339), crowd(len(people)))
		}
		r.pieces = append(r.pieces, Duty{distinct(people), from, edges[i+1]})
	}
	r.people = everybody(r.pieces)
	return r, nil
}

// everybody gives the people of duties, each once.
func everybody(duties []Duty) []string {
	var all []string
	met := map[string]bool{}
	for _, d := range duties {
		for _, person := range d.People {
			if !met[person] {
				met[person] = true
				all = append(all, person)
			}
		}
	}
	return all
}

// edgesOf gives the instants at which duties begin or end, in order and none twice.
func edgesOf(duties []Duty) []time.Time {
	edges := make([]time.Time, 0, 2*len(duties))
	for _, d := range duties {
		edges = append(edges, d.From, d.To)
	}
	slices.SortFunc(edges, time.Time.Compare)
	return slices.CompactFunc(edges, time.Time.Equal)
}

// together lists the people of duties, as often as they are named.
func together(duties []Duty) []string {
	if len(duties) == 1 {
		return duties[0].People
	}
	var all []string
	for _, d := range duties {
		all = append(all, d.People...)
	}
	return all
}

// Rostered gives the schedule with another roster in the place of its own. The schedule itself stays
// as it is. A schedule that is not imported is given back: rosters are not for it.
func (s *Schedule) Rostered(r *Roster) *Schedule {
	if s.Imported == nil || r == nil {
		return s
	}
	other := *s
	other.Imported = r
	return &other
}

// Followed gives the roster up to an instant, and the next one from there on. People whose duty goes
// on over that instant have one duty, not two.
func (r *Roster) Followed(from time.Time, by *Roster) *Roster {
	var pieces []Duty
	for _, d := range r.pieces {
		if d.From.Before(from) {
			pieces = append(pieces, Duty{d.People, d.From, earlier(d.To, from)})
		}
	}
	for _, d := range by.pieces {
		if d.To.After(from) {
			pieces = append(pieces, Duty{d.People, later(d.From, from), d.To})
		}
	}
	// Only what was cut is put together again.
	for i := 1; i < len(pieces); i++ {
		if pieces[i].From.Equal(from) && pieces[i-1].To.Equal(from) && slices.Equal(pieces[i-1].People, pieces[i].People) {
			pieces[i-1].To = pieces[i].To
			pieces = slices.Delete(pieces, i, i+1)
			break
		}
	}
	return &Roster{pieces: pieces, people: everybody(pieces)}
}

// Same says whether two rosters have the same people on call at every instant of a stretch.
func (r *Roster) Same(other *Roster, from, to time.Time) bool {
	return slices.EqualFunc(joined(r.Duties(from, to)), joined(other.Duties(from, to)), func(a, b Duty) bool {
		return a.From.Equal(b.From) && a.To.Equal(b.To) && slices.Equal(a.People, b.People)
	})
}

// Any says whether somebody is on call at some time of a stretch.
func (r *Roster) Any(from, to time.Time) bool { return len(r.Duties(from, to)) > 0 }

// Duties gives a stretch of the roster in order, cut to its two instants. Each holds everybody who is
// on call in it, so no two overlap. The lists of people belong to the roster.
func (r *Roster) Duties(from, to time.Time) []Duty {
	var some []Duty
	for _, d := range r.pieces {
		if d = (Duty{d.People, later(d.From, from), earlier(d.To, to)}); d.From.Before(d.To) {
			some = append(some, d)
		}
	}
	return some
}

// joined makes one duty of ordered ones that meet and have the same people.
func joined(duties []Duty) []Duty {
	var all []Duty
	for _, d := range duties {
		if n := len(all) - 1; n >= 0 && all[n].To.Equal(d.From) && slices.Equal(all[n].People, d.People) {
			all[n].To = d.To
			continue
		}
		all = append(all, d)
	}
	return all
}

// at is [Schedule.At] for a roster.
func (r *Roster) at(t time.Time) (people []string, until time.Time) {
	i, _ := slices.BinarySearchFunc(r.pieces, t, func(d Duty, t time.Time) int {
		if d.To.After(t) {
			return 1
		}
		return -1
	})
	switch {
	case i == len(r.pieces):
		return nil, time.Time{}
	case r.pieces[i].From.After(t):
		return nil, r.pieces[i].From
	}
	return r.pieces[i].People, r.pieces[i].To
}

// dutiesAt gives who is on call at t by duties in any order, and the next instant at which one of
// them begins or ends; zero for never. It looks at each of them: for the few duties of a temporary
// schedule that is less than a roster would cost to make.
func dutiesAt(duties []Duty, t time.Time) (people []string, until time.Time) {
	for _, d := range duties {
		switch {
		case !d.From.Before(d.To) || !d.To.After(t):
		case d.From.After(t):
			until = earlier(until, d.From)
		default:
			people = append(people, d.People...)
			until = earlier(until, d.To)
		}
	}
	return distinct(people), until
}

func (d *Duty) faults() []string {
	faults := wrongNames(d.People)
	if len(d.People) == 0 {
		faults = append(faults, "has no people")
	}
	if !d.From.Before(d.To) {
		faults = append(faults, "from is not before to")
	}
	return faults
}

// distinct leaves everybody in a list where they come first. It gives the list itself where nobody
// comes twice, and never changes it.
func distinct(people []string) []string {
	for i, person := range people {
		if slices.Contains(people[:i], person) {
			return without(people, i)
		}
	}
	return people
}

// without copies a list whose first repetition is at i, and leaves out all of them.
func without(people []string, i int) []string {
	once := slices.Clone(people[:i])
	for _, person := range people[i:] {
		if !slices.Contains(once, person) {
			once = append(once, person)
		}
	}
	return once
}
