package oncall_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/oncall"
)

var rosterStart = time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)

// anyRoster has a few duties of some hours within two days.
func anyRoster(t *rapid.T) *oncall.Roster {
	var duties []oncall.Duty
	for range rapid.IntRange(0, 6).Draw(t, "duties") {
		from := rosterStart.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "from")) * time.Hour)
		duties = append(duties, oncall.Duty{
			People: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"ana", "bo", "cleo"}), 1, 2, rapid.ID[string]).Draw(t, "people"),
			From:   from, To: from.Add(time.Duration(rapid.IntRange(1, 12).Draw(t, "long")) * time.Hour),
		})
	}
	r, err := oncall.NewRoster(duties)
	require.NoError(t, err)
	return r
}

func imported(r *oncall.Roster) *oncall.Schedule {
	return (&oncall.Schedule{ID: "outside", Imported: &oncall.Roster{}}).Rostered(r)
}

// A roster that another one follows is itself before the instant, and the other one from it on:
// asked at an instant, walked forward or backward, or as shifts.
func TestRostersThatFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, next := anyRoster(t), anyRoster(t)
		from := rosterStart.Add(time.Duration(rapid.IntRange(-2, 62*4).Draw(t, "quarters")) * 15 * time.Minute)
		both := imported(first.Followed(from, next))
		expect := func(at time.Time) []string {
			of := next
			if at.Before(from) {
				of = first
			}
			people, _ := imported(of).At(at)
			return people
		}
		end := rosterStart.Add(64 * time.Hour)
		for at := end; at.After(rosterStart); at = at.Add(-15 * time.Minute) { // backward
			people, until := both.At(at)
			require.Equal(t, expect(at), people, "at %s", at)
			require.True(t, until.IsZero() || until.After(at))
		}
		for at := rosterStart; at.Before(end); { // forward, from change to change
			people, until := both.At(at)
			require.Equal(t, expect(at), people, "at %s", at)
			if until.IsZero() {
				break
			}
			require.Equal(t, people, expect(until.Add(-time.Nanosecond)), "until %s", until)
			at = until
		}
		for _, s := range both.Shifts(rosterStart, end) {
			require.ElementsMatch(t, expect(s.From), s.People)
		}
		require.True(t, both.Imported.Same(next, from, end))
		require.True(t, both.Imported.Same(first, rosterStart, from))
		require.Equal(t, len(next.Duties(from, end)) > 0, both.Imported.Any(from, end))
	})
}

// Whose duty goes on over the instant has one duty: whoever reads the shifts sees where it began.
func TestADutyThatGoesOn(t *testing.T) {
	make := func(people string, from, to int) *oncall.Roster {
		r, err := oncall.NewRoster([]oncall.Duty{{People: []string{people}, From: rosterStart.Add(time.Duration(from) * time.Hour), To: rosterStart.Add(time.Duration(to) * time.Hour)}})
		require.NoError(t, err)
		return r
	}
	noon := rosterStart.Add(12 * time.Hour)
	day := rosterStart.Add(24 * time.Hour)
	require.Len(t, make("ana", 8, 16).Followed(noon, make("ana", 8, 18)).Duties(rosterStart, day), 1)
	require.Len(t, make("ana", 8, 16).Followed(noon, make("bo", 8, 18)).Duties(rosterStart, day), 2)
	require.Len(t, make("ana", 8, 11).Followed(noon, make("ana", 13, 18)).Duties(rosterStart, day), 2)
	require.Empty(t, make("ana", 13, 16).Followed(noon, make("bo", 8, 9)).Duties(rosterStart, day))
	layers := &oncall.Schedule{ID: "layers"}
	require.Same(t, layers, layers.Rostered(make("ana", 8, 9)), "a schedule of layers has no roster")
}
