package oncall_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/oncall"
)

func roster(t require.TestingT, duties ...oncall.Duty) *oncall.Roster {
	r, err := oncall.NewRoster(duties)
	require.NoError(t, err)
	return r
}

func TestImported(t *testing.T) {
	duty := func(from, to int, people ...string) oncall.Duty {
		return oncall.Duty{People: people, From: at5(from), To: at5(to)}
	}
	tests := []struct {
		name   string
		duties []oncall.Duty
		want   []string // between 0 and 24 hours
	}{
		{"nobody, in spite of the layers", nil, []string{"nobody Jan05 00:00 +00"}},
		{"one", []oncall.Duty{duty(9, 17, "ana")}, []string{"nobody Jan05 00:00 +00", "ana Jan05 09:00 +00", "nobody Jan05 17:00 +00"}},
		{"in any order, and a gap", []oncall.Duty{duty(12, 30, "bo"), duty(-3, 10, "ana")}, []string{"ana Jan05 00:00 +00", "nobody Jan05 10:00 +00", "bo Jan05 12:00 +00"}},
		{"two that meet", []oncall.Duty{duty(0, 12, "ana"), duty(12, 24, "bo")}, []string{"ana Jan05 00:00 +00", "bo Jan05 12:00 +00"}},
		{"two of one person that meet stay two", []oncall.Duty{duty(0, 12, "ana"), duty(12, 24, "ana")}, []string{"ana Jan05 00:00 +00", "ana Jan05 12:00 +00"}},
		{"a short one within a long one", []oncall.Duty{duty(0, 24, "ana"), duty(9, 17, "bo")}, []string{"ana Jan05 00:00 +00", "ana+bo Jan05 09:00 +00", "ana Jan05 17:00 +00"}},
		{"who begins first comes first", []oncall.Duty{duty(9, 17, "ana"), duty(0, 24, "bo", "ana")}, []string{"bo+ana Jan05 00:00 +00", "bo+ana Jan05 09:00 +00", "bo+ana Jan05 17:00 +00"}},
		{"of equal beginnings the first in the list", []oncall.Duty{duty(0, 24, "bo"), duty(0, 12, "ana")}, []string{"bo+ana Jan05 00:00 +00", "bo Jan05 12:00 +00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := oncall.Schedule{Layers: []oncall.Layer{on("zoe")}, Imported: roster(t, tt.duties...)}
			shifts := s.Shifts(at5(0), at5(24))
			require.Equal(t, tt.want, shown(shifts))
			for _, one := range shifts {
				require.Equal(t, -1, one.Layer)
			}
		})
	}
}

func TestManyEqualBeginningsKeepTheirOrder(t *testing.T) {
	var duties []oncall.Duty
	begin := [3][]string{} // who begins at which hour
	for i := range 90 {
		hour, person := i*7%3, fmt.Sprint("p", i)
		begin[hour] = append(begin[hour], person)
		duties = append(duties, oncall.Duty{People: []string{person}, From: at5(hour), To: at5(10)})
	}
	people, _ := (&oncall.Schedule{Imported: roster(t, duties...)}).At(at5(9))
	require.Equal(t, slices.Concat(begin[:]...), people)
}

func TestNewRosterFaults(t *testing.T) {
	_, err := oncall.NewRoster([]oncall.Duty{
		{People: []string{"ana"}, From: at5(9), To: at5(9)},
		{From: at5(9), To: at5(10)},
		{People: []string{"ana"}, From: at5(9), To: at5(10)},
		{People: []string{""}, From: at5(9), To: at5(10)},
	})
	require.EqualError(t, err, "duty 1: from is not before to\nduty 2: has no people\nduty 4: person 1 has no name")
	var crowd []oncall.Duty
	for i := range 101 {
		crowd = append(crowd, oncall.Duty{People: []string{fmt.Sprint("p", i)}, From: at5(9), To: at5(24 + i)})
	}
	require.NotNil(t, roster(t, crowd[:100]...))
	_, err = oncall.NewRoster(crowd)
	require.EqualError(t, err, "at 2026-01-05T09:00:00Z: 101 people at once, the maximum is 100")
}

func TestPeople(t *testing.T) {
	s := oncall.Schedule{Layers: []oncall.Layer{on("cleo"), daily(9, 0, oncall.Date{Year: 2026, Month: 1, Day: 5}, "ana", "cleo", "bo", "ana")}}
	require.Equal(t, []string{"cleo", "ana", "bo"}, s.People())
	s.Imported = roster(t, oncall.Duty{People: []string{"dee"}, From: at5(9), To: at5(10)}, oncall.Duty{People: []string{"eve", "dee"}, From: at5(8), To: at5(11)})
	require.Equal(t, []string{"eve", "dee"}, s.People())
	require.Empty(t, (&oncall.Schedule{}).People())
}

// A roster says at every instant what looking at each of its duties says, and it leaves the duties
// that it was made of alone.
func TestRosterAgreesWithItsDuties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		duties := rapid.SliceOfN(rapid.Custom(drawDuty), 0, 12).Draw(t, "duties")
		before := slices.Clone(duties)
		s := oncall.Schedule{Imported: roster(t, duties...)}
		require.Equal(t, before, duties)
		slices.SortStableFunc(duties, func(a, b oncall.Duty) int { return a.From.Compare(b.From) })
		at := at5(rapid.IntRange(-30, 80).Draw(t, "hour")).Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "off")))
		var people []string
		var until time.Time
		for _, d := range duties {
			if !d.From.After(at) && d.To.After(at) {
				people = append(people, d.People...)
			}
			for _, edge := range []time.Time{d.From, d.To} {
				if edge.After(at) && (until.IsZero() || edge.Before(until)) {
					until = edge
				}
			}
		}
		got, end := s.At(at)
		require.Equal(t, once(people), got)
		require.True(t, end.Equal(until), "at %s: until %s, want %s", at, end, until)
	})
}

func drawDuty(t *rapid.T) oncall.Duty {
	from := rapid.IntRange(-24, 48).Draw(t, "from")
	return oncall.Duty{
		People: rapid.SliceOfNDistinct(rapid.SampledFrom(crowdOfFive), 1, 3, rapid.ID).Draw(t, "people"),
		From:   at5(from), To: at5(from + rapid.IntRange(1, 30).Draw(t, "hours")),
	}
}

// once leaves everybody in a list where they come first.
func once(people []string) []string {
	var all []string
	for _, p := range people {
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

func BenchmarkAtOfARoster(b *testing.B) {
	duties := []oncall.Duty{{People: []string{"boss"}, From: at5(0), To: at5(100_000)}}
	for i := range 5000 {
		duties = append(duties, oncall.Duty{People: []string{"ana"}, From: at5(12 * i), To: at5(12*i + 18)})
	}
	s := oncall.Schedule{Imported: roster(b, duties...)}
	at := at5(40_000)
	for b.Loop() {
		s.At(at)
	}
}
