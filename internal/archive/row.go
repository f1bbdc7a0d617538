package archive

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin.dev/internal/rules/timeline"
)

// An incident's place is one number that orders lists: the millisecond in which it opened, and its
// number within that millisecond in ledger order. It is assigned once and never changes, so an index
// read backwards is a list, and a bound of time is a bound of places.
const (
	placeBits = 21 // two million incidents in one millisecond, until the year 2109
	maxMilli  = 1<<42 - 2
)

func firstPlace(opened time.Time) int64 {
	return min(max(opened.UnixMilli(), 0), maxMilli) << placeBits
}

// InPlace reports whether a place is one of the millisecond in which an incident opened.
func InPlace(place int64, opened time.Time) bool {
	from := firstPlace(opened)
	return place >= from && place < from+1<<placeBits
}

// Milli returns the millisecond of an opening as used in places.
func Milli(opened time.Time) int64 { return firstPlace(opened) >> placeBits }

// Split returns the millisecond of a place, and the number within it.
func Split(place int64) (milli, n int64) { return place >> placeBits, place & (1<<placeBits - 1) }

// Places returns the bounds of the query's time as places: from is included, before is not.
func (q Query) Places() (from, before int64) {
	before = (maxMilli + 1) << placeBits
	if !q.From.IsZero() {
		from = firstPlace(q.From)
	}
	if !q.To.IsZero() {
		before = firstPlace(q.To)
	}
	return from, before
}

// Row is what an archive keeps about one incident in addition to its facts.
type Row struct {
	*Incident
	Document []byte // the incident as JSON
	Place    int64
	// Terms are the search terms. Told are those that come only from facts, not from the document. Both are
	// separated by spaces. Mark is a hash of the input of Terms. Terms is empty if they did not change and
	// the incident was not resolved before.
	Told, Terms string
	Mark        int64
	// Fresh says that there was no row before, Changed that Terms differ from those before. Was is the
	// status before.
	Fresh, Changed bool
	Was            string
}

// Known is what a stored row has that the next one is computed from.
type Known struct {
	ID, Status, Told string
	Place, Mark      int64
}

// makeRows returns the rows of incidents after facts, in the order of their places.
func makeRows(ctx context.Context, tx Tx, facts []Fact, incidents []Incident) ([]Row, error) {
	ids := make([]string, len(incidents))
	for i := range incidents {
		ids[i] = incidents[i].ID
	}
	told := make(chan map[string][]string, 1)
	go func() { told <- toldOf(facts) }() // while the store looks up the incidents
	before, err := tx.Known(ctx, ids)
	news := <-told
	if err != nil {
		return nil, fmt.Errorf("look up incidents: %w", err)
	}
	tops := map[int64]int64{}
	rows := make([]Row, 0, len(incidents))
	for i := range incidents {
		r := Row{Incident: &incidents[i]}
		was, known := before[r.ID]
		if !known {
			if was.Place, err = place(ctx, tx, r.OpenedAt, tops); err != nil {
				return nil, fmt.Errorf("incident %s: %w", r.ID, err)
			}
			before[r.ID] = was
		}
		r.Fresh = !known
		rows = append(rows, r)
	}
	if err := fillAll(rows, before, news); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Place, b.Place) })
	return rows, nil
}

// fillAll fills rows on all cores: documents and terms are most of the work, and rows are independent.
func fillAll(rows []Row, before map[string]Known, told map[string][]string) error {
	cores := runtime.GOMAXPROCS(0)
	faults := make(chan error, cores)
	var group sync.WaitGroup
	for part := range slices.Chunk(rows, max(1, (len(rows)+cores-1)/cores)) {
		group.Go(func() {
			for i := range part {
				if err := part[i].fill(before[part[i].ID], told[part[i].ID]); err != nil {
					faults <- err
					return
				}
			}
		})
	}
	group.Wait()
	close(faults)
	return <-faults
}

// toldOf collects the terms that come from facts alone, by incident.
func toldOf(facts []Fact) map[string][]string {
	told := map[string][]string{}
	for i := range facts {
		if id := facts[i].Subject; id != "" {
			if terms := toldBy(&facts[i]); len(terms) > 0 {
				told[id] = append(told[id], terms...)
			}
		}
	}
	return told
}

// place returns the next free place of the millisecond. tops has the highest ones assigned so far.
func place(ctx context.Context, tx Tx, opened time.Time, tops map[int64]int64) (int64, error) {
	from := firstPlace(opened)
	at, ok := tops[from]
	if !ok {
		var err error
		if at, err = tx.HighestPlace(ctx, from, from+1<<placeBits); err != nil {
			return 0, fmt.Errorf("find its place: %w", err)
		}
		at = max(at, from-1)
	}
	at++
	if at >= from+1<<placeBits {
		return 0, fmt.Errorf("find its place: more than %d incidents opened at %s", 1<<placeBits, opened)
	}
	tops[from] = at
	return at, nil
}

func (r *Row) fill(was Known, news []string) (err error) {
	if r.Document, err = json.Marshal(r.Incident); err != nil {
		return fmt.Errorf("incident %s: %w", r.ID, err)
	}
	r.Place, r.Was = was.Place, was.Status
	r.Told = join(was.Told, news)
	r.Mark = MarkOf(r.Incident, r.Told)
	if r.Changed = r.Fresh || r.Mark != was.Mark; r.Changed || was.Status == timeline.Resolved {
		r.Terms = strings.Join(TermsOf(r.Incident, r.Told), " ")
	}
	return nil
}

// Tell adds a fact's terms to those that an incident has from its facts.
func Tell(told string, f *Fact) string { return join(told, toldBy(f)) }

func join(told string, news []string) string {
	if len(news) == 0 {
		return told
	}
	set := newTerms()
	set.add(strings.Fields(told)...)
	set.add(news...)
	return strings.Join(set.all, " ")
}

// Plain returns s as valid UTF-8 without a zero byte, which every store can keep as text. It is for columns
// that queries use; lines are kept unchanged.
func Plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
