package oncall_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/oncall"
)

// Around every change of the clocks the windows are open exactly while the wall clock shows times
// within them, hours that come twice and days that are left out included. (Edges that fall into
// a change themselves are in the table of shifts.)
func TestWindowsAroundEveryChangeOfTheClocks(t *testing.T) {
	start := oncall.Date{Year: 1985, Month: 1, Day: 1}
	first, last := time.Date(1985, 6, 1, 0, 0, 0, 0, time.UTC), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC)
	changes, asked := 0, 0
	for _, name := range []string{"Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"} {
		loc := zone(t, name)
		layer := daily(0, 0, start, "ana")
		office, night := layer, layer
		office.Only = []oncall.Window{window(9*60, 17*60, workdays...)}
		night.Only = []oncall.Window{window(22*60, 6*60)}
		offices, nights := oncall.Schedule{Location: loc, Layers: []oncall.Layer{office}}, oncall.Schedule{Location: loc, Layers: []oncall.Layer{night}}
		for _, change := first.In(loc).ZoneBounds(); !change.IsZero() && change.Before(last); _, change = change.ZoneBounds() {
			changes++
			for at := change.Add(-36 * time.Hour); at.Before(change.Add(36 * time.Hour)); at = at.Add(30 * time.Minute) {
				asked++
				here := at.In(loc)
				workday := here.Weekday() != time.Saturday && here.Weekday() != time.Sunday
				people, _ := offices.At(at)
				if want := workday && here.Hour() >= 9 && here.Hour() < 17; want != (len(people) > 0) {
					t.Fatalf("office hours at %s: %v", here, people)
				}
				people, _ = nights.At(at)
				if want := here.Hour() >= 22 || here.Hour() < 6; want != (len(people) > 0) {
					t.Fatalf("night at %s: %v", here, people)
				}
			}
		}
	}
	t.Logf("%d instants around %d changes", asked, changes)
	require.Greater(t, changes, 300)
}
