package history

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// SourceServiceNow is the CloudEvents source of what [ServiceNow] returns.
const SourceServiceNow = "servicenow"

// Options of a history.
type Options struct {
	// Location is the time zone of the export, whose times name none. Defaults to UTC.
	Location *time.Location
}

// ServiceNow reads a CSV export of audited incidents: each row is an incident as it stood after one
// change. It returns the intake facts that the rows amount to, ordered by time, and for equal times
// in the order of the file. Bad rows are reported together, each with line and column; see [Fault].
func ServiceNow(r io.Reader, o Options) ([]events.Event, error) {
	if o.Location == nil {
		o.Location = time.UTC
	}
	all, err := readRows(r, o.Location)
	if err != nil {
		return nil, err
	}
	var out []events.Event
	for _, rows := range byNumber(all) {
		out = append(out, lifeOf(rows)...)
	}
	slices.SortStableFunc(out, func(a, b events.Event) int { return a.Time.Compare(b.Time) })
	return out, nil
}

// byNumber gathers the rows of each incident in order of their time, the incidents in that of their
// first rows in the file. Rows of one minute are ordered by their count of changes, which is no
// order by itself: first rows may carry the count of the last. So no incident comes back to life
// within a minute unless its count of reopenings says so.
func byNumber(all []row) [][]row {
	place := map[string]int{}
	var out [][]row
	for _, r := range all {
		n, ok := place[r.number]
		if !ok {
			n = len(out)
			place[r.number] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], r)
	}
	for _, rows := range out {
		slices.SortStableFunc(rows, func(a, b row) int {
			return cmp.Or(
				a.updatedAt.Compare(b.updatedAt), cmp.Compare(a.reopenings, b.reopenings), cmp.Compare(a.over(), b.over()),
				cmp.Compare(a.modifications, b.modifications),
			)
		})
	}
	return out
}

// Fault is what is wrong with one cell, or with a whole row where Column is 0.
type Fault struct {
	Line, Column int    // from 1; the column counts bytes
	Name         string // of the column; empty for a whole row
	Problem      string
}

// Error returns "line 3, column 17 (opened_at): …".
func (f Fault) Error() string {
	switch {
	case f.Column == 0:
		return fmt.Sprintf("line %d: %s", f.Line, f.Problem)
	case f.Name == "":
		return fmt.Sprintf("line %d, column %d: %s", f.Line, f.Column, f.Problem)
	}
	return fmt.Sprintf("line %d, column %d (%s): %s", f.Line, f.Column, f.Name, f.Problem)
}
