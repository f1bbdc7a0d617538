package oncall_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/test/corpus"
)

// vector is an instant, what the wall clock shows, the zone's abbreviation, and the minutes that
// lead from wall clock to UTC.
type vector struct {
	utc          time.Time
	wall         string
	minutesToUTC float64
}

func (v *vector) UnmarshalJSON(b []byte) error {
	var abbreviation string
	return json.Unmarshal(b, &[]any{&v.utc, &v.wall, &abbreviation, &v.minutesToUTC})
}

// The wall clock behind the schedule shows what independent vectors say, one second before and at
// each change of a zone's offset, and a wall time goes back to the instant it was read at: to the
// same one, or to the first of the two that it names.
func TestWallClockVectors(t *testing.T) {
	var file struct {
		Zones map[string][]vector `json:"zones"`
	}
	require.NoError(t, json.Unmarshal(corpus.Read(t, "timezones/moment_timezone_transitions.json"), &file))
	vectors, twice, differing := 0, 0, 0
	for name, all := range file.Zones {
		loc := zone(t, name)
		for _, v := range all {
			vectors++
			here := v.utc.In(loc)
			_, offset := here.Zone()
			if here.Format(time.TimeOnly) != v.wall || float64(-offset)/60 != v.minutesToUTC {
				differing++
				t.Logf("%s at %s: %s, the vector says %s %v", name, v.utc, here, v.wall, v.minutesToUTC)
				continue
			}
			year, month, day := here.Date()
			hour, minute, second := here.Clock()
			back := oncall.Place(oncall.Date{Year: year, Month: month, Day: day}, hour, minute, second, loc)
			require.Equal(t, here.Format("2006-01-02 15:04:05"), back.Format("2006-01-02 15:04:05"), "%s at %s", name, v.utc)
			if !back.Equal(here) {
				twice++
				require.True(t, back.Before(here), "%s at %s: the first of two", name, v.utc)
			}
		}
	}
	t.Logf("%d vectors of %d zones; %d are the second of two equal wall times; %d differ", vectors, len(file.Zones), twice, differing)
	require.Equal(t, 2294, vectors)
	require.Zero(t, differing)
}
