package oncall

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Duty is people on call for a fixed interval.
type Duty struct {
	// People are on call together; never empty.
	People []string
	// From is the first instant, To the one after the last.
	From, To time.Time
}

// mostTogether bounds how many people may be on call together. It is far above what teams need, and keeps
// the size of a roster proportional to its duties, whatever a calendar says.
const mostTogether = 100

// Roster is a list of duties at fixed instants, such as those of a calendar. It is immutable. The zero
// Roster is empty: nobody is ever on call.
type Roster struct {
	// pieces are in order and do not overlap; each has everybody on call in it.
	pieces []Duty
	people []string // everybody, each once, in the order of their first duties
}

// NewRoster builds a roster from duties in any order. People of overlapping duties are on call together,
// in the order in which the duties start, nobody twice. The error lists all duties without people or
// whose To is not after From, by their number from 1; or it names the first instant at which overlapping
// duties have more than a hundred people.
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
			continue // always so at the last edge, so edges[i+1] exists below
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

// everybody returns the people of duties, each once.
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

// edgesOf returns the instants at which duties start or end, in order and without repeats.
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

// Rostered returns a copy of an imported schedule with another roster. It returns other schedules as they
// are.
func (s *Schedule) Rostered(r *Roster) *Schedule {
	if s.Imported == nil || r == nil {
		return s
	}
	other := *s
	other.Imported = r
	return &other
}

// Followed returns the roster up to an instant and another one from there on. A duty that continues over
// that instant stays one duty.
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
	// Join again what was cut.
	for i := 1; i < len(pieces); i++ {
		if pieces[i].From.Equal(from) && pieces[i-1].To.Equal(from) && slices.Equal(pieces[i-1].People, pieces[i].People) {
			pieces[i-1].To = pieces[i].To
			pieces = slices.Delete(pieces, i, i+1)
			break
		}
	}
	return &Roster{pieces: pieces, people: everybody(pieces)}
}

// Same reports whether two rosters have the same people on call throughout a period.
func (r *Roster) Same(other *Roster, from, to time.Time) bool {
	return slices.EqualFunc(joined(r.Duties(from, to)), joined(other.Duties(from, to)), func(a, b Duty) bool {
		return a.From.Equal(b.From) && a.To.Equal(b.To) && slices.Equal(a.People, b.People)
	})
}

// Any reports whether somebody is on call at some time in a period.
func (r *Roster) Any(from, to time.Time) bool { return len(r.Duties(from, to)) > 0 }

// Duties returns the duties of a period in order, cut to the period. Each has everybody on call in it, so
// they do not overlap. The caller must not change the lists of people.
func (r *Roster) Duties(from, to time.Time) []Duty {
	var some []Duty
	for _, d := range r.pieces {
		if d = (Duty{d.People, later(d.From, from), earlier(d.To, to)}); d.From.Before(d.To) {
			some = append(some, d)
		}
	}
	return some
}

// joined joins adjacent duties of the same people.
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

// dutiesAt returns who is on call at t by duties in any order, and the next instant at which one of them
// starts or ends; zero for never. It visits all of them: for the few duties of a temporary schedule that
// is cheaper than building a roster.
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

// distinct removes repeats and keeps the order. It returns the list itself if it has none, and never
// modifies it.
func distinct(people []string) []string {
	for i, person := range people {
		if slices.Contains(people[:i], person) {
			return without(people, i)
		}
	}
	return people
}

// without copies a list without repeats; the first one is at i.
func without(people []string, i int) []string {
	once := slices.Clone(people[:i])
	for _, person := range people[i:] {
		if !slices.Contains(once, person) {
			once = append(once, person)
		}
	}
	return once
}
