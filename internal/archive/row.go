package archive

import (
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

// An incident's place is one number that orders lists: the millisecond of its opening, and its
// count within that millisecond in ledger order. It is given once and never changes, so an index
// that is read backwards answers a list, and a bound of time is a bound of places.
const (
	placeBits = 21 // two million incidents in one millisecond, until the year 2109
	maxMilli  = 1<<42 - 2
)

func firstPlace(opened time.Time) int64 {
	return min(max(opened.UnixMilli(), 0), maxMilli) << placeBits
}

// InPlace says whether a place is one of the millisecond in which an incident opened.
func InPlace(place int64, opened time.Time) bool {
	from := firstPlace(opened)
	return place >= from && place < from+1<<placeBits
}

// Milli gives the millisecond of an opening as places have it.
func Milli(opened time.Time) int64 { return firstPlace(opened) >> placeBits }

// Split gives the millisecond of a place, and the count therein.
func Split(place int64) (milli, n int64) { return place >> placeBits, place & (1<<placeBits - 1) }

// Places gives the bounds of the query's time as places, from included and before not.
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

// Row is what an archive keeps about one incident besides its facts.
type Row struct {
	*Incident
	Document []byte // the incident as JSON
	Place    int64
	// Told is the terms that the incident's facts have and its document does not, Terms all of them;
	// both are joined by blanks. Mark is a hash of what Terms are made of. Terms are left empty where
	// they are what they were, and the status was not [timeline.Resolved].
	Told, Terms string
	Mark        int64
	// Fresh says that there was no row before, Changed that Terms are others than before, Was what
	// the status was.
	Fresh, Changed bool
	Was            string
}

// Known is what a row was before.
type Known struct {
	Place        int64
	Status, Told string
	Mark         int64
}

// Rows makes the rows of incidents after facts, in the order of their places. known gives those
// that are there already by their ids; top gives the highest place within the bounds, or -1.
func Rows(
	ctx context.Context, facts []Fact, incidents []Incident,
	known func(ctx context.Context, ids []string) (map[string]Known, error),
	top func(ctx context.Context, from, before int64) (int64, error),
) ([]Row, error) {
	ids := make([]string, len(incidents))
	for i := range incidents {
		ids[i] = incidents[i].ID
	}
	told := make(chan map[string][]string, 1)
	go func() { told <- toldOf(facts) }() // while the store looks
	before, err := known(ctx, ids)
	news := <-told
	if err != nil {
		return nil, fmt.Errorf("look for incidents: %w", err)
	}
	tops := map[int64]int64{}
	rows := make([]Row, 0, len(incidents))
	for i := range incidents {
		r := Row{Incident: &incidents[i]}
		was, ok := before[r.ID]
		if !ok {
			if was.Place, err = place(ctx, r.OpenedAt, tops, top); err != nil {
				return nil, fmt.Errorf("incident %s: %w", r.ID, err)
			}
			before[r.ID] = was
		}
		r.Fresh = !ok
		rows = append(rows, r)
	}
	if err := fillAll(rows, before, news); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b Row) int { return int(min(max(a.Place-b.Place, -1), 1)) })
	return rows, nil
}

// fillAll fills rows on all cores: documents and terms are most of the work, and each is its own.
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

// toldOf gathers by incident what facts alone tell.
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

// place gives the next free one of the millisecond; tops remembers those given before.
func place(ctx context.Context, opened time.Time, tops map[int64]int64, top func(ctx context.Context, from, before int64) (int64, error)) (int64, error) {
	from := firstPlace(opened)
	at, ok := tops[from]
	if !ok {
		var err error
		if at, err = top(ctx, from, from+1<<placeBits); err != nil {
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
	r.Mark = mark(r.Incident, r.Told)
	if r.Changed = r.Fresh || r.Mark != was.Mark; r.Changed || was.Status == timeline.Resolved {
		r.Terms = strings.Join(terms(r.Incident, strings.Fields(r.Told)), " ")
	}
	return nil
}

// Tell gives what an incident's facts tell besides its document after one more of them.
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

// TermsOf gives the terms that a search finds an incident by whose facts told so much besides.
func TermsOf(in *Incident, told string) []string { return terms(in, strings.Fields(told)) }

// MarkOf gives the mark of an incident whose facts told so much besides.
func MarkOf(in *Incident, told string) int64 { return mark(in, told) }

// Plain gives s as every store can keep it as text: valid UTF-8 without a zero byte. Lines are kept
// as they are; only what is drawn out of them for lookups goes through it.
func Plain(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
