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

var crowdOfFive = []string{"ana", "bo", "cleo", "dee", "eve"}

// scene is a schedule of layers or of duties, overrides about an instant, and a stretch around it.
type scene struct {
	schedule  *oncall.Schedule
	overrides []oncall.Override
	at        time.Time
	from, to  time.Time
}

func (s scene) view() oncall.View { return s.schedule.With(s.overrides) }

func drawScene(t *rapid.T) scene {
	s := scene{schedule: drawSchedule(t)}
	s.at = drawInstant(t, s.schedule.Location)
	if rapid.IntRange(0, 3).Draw(t, "imported") == 0 {
		s.at = at5(rapid.IntRange(-30, 80).Draw(t, "hour"))
		s.schedule.Imported = roster(t, rapid.SliceOfN(rapid.Custom(drawDuty), 0, 8).Draw(t, "duties")...)
	}
	for i := range rapid.IntRange(0, 5).Draw(t, "overrides") {
		s.overrides = append(s.overrides, drawOverride(t, fmt.Sprint("o", i), s.at))
	}
	s.from = s.at.Add(-time.Duration(rapid.IntRange(1, 5*24*3600).Draw(t, "before")) * time.Second)
	s.to = s.at.Add(time.Duration(rapid.IntRange(1, 5*24*3600).Draw(t, "after")) * time.Second)
	return s
}

// drawOverride makes a valid override of any kind within a few days of an instant. Its edges are
// whole hours away from there, so that those of several often fall together.
func drawOverride(t *rapid.T, id string, about time.Time) oncall.Override {
	from := rapid.IntRange(-72, 48).Draw(t, "from")
	to := from + rapid.IntRange(1, 72).Draw(t, "hours")
	hour := func(n int) time.Time { return about.Add(time.Duration(n) * time.Hour) }
	people := func(least, most int) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(crowdOfFive), least, most, rapid.ID).Draw(t, "people")
	}
	o := oncall.Override{ID: id, From: hour(from), To: hour(to)}
	o.Kind = rapid.SampledFrom([]oncall.OverrideKind{oncall.StandIn, oncall.StandIn, oncall.Swap, oncall.Temporary, oncall.Shadow}).Draw(t, "kind")
	switch o.Kind {
	case oncall.Swap:
		o.People = people(2, 2)
	case oncall.Temporary:
		for range rapid.IntRange(1, 4).Draw(t, "shifts") {
			first := rapid.IntRange(from, to-1).Draw(t, "first")
			o.Shifts = append(o.Shifts, oncall.Duty{People: people(1, 2), From: hour(first), To: hour(rapid.IntRange(first+1, to).Draw(t, "last"))})
		}
	default:
		o.People = people(1, 3)
	}
	if o.Kind == oncall.StandIn && rapid.Bool().Draw(t, "for one") {
		o.Replaces = rapid.SampledFrom(crowdOfFive).Filter(func(p string) bool { return len(o.People) > 1 || p != o.People[0] }).Draw(t, "replaces")
	}
	require.NoError(t, o.Validate())
	return o
}

// holds says what an override is about at an instant, and nothing about when that changes.
func holds(from, to, at time.Time) bool { return !at.Before(from) && at.Before(to) }

// meant is who is on call at one instant, and by which override, read off the overrides one by one.
func meant(s scene, at time.Time) (people []string, by string) {
	people, _ = s.schedule.At(at)
	for _, o := range s.overrides {
		if !holds(o.From, o.To, at) {
			continue
		}
		var next []string
		switch {
		case o.Kind == oncall.Shadow:
			continue
		case o.Kind == oncall.Temporary:
			for _, d := range o.Shifts {
				if holds(d.From, d.To, at) {
					next = append(next, d.People...)
				}
			}
			people, by = once(next), o.ID
			continue
		case o.Kind == oncall.StandIn && o.Replaces == "":
			people, by = o.People, o.ID
			continue
		}
		changed := false
		for _, p := range people {
			switch {
			case o.Kind == oncall.StandIn && p == o.Replaces:
				next, changed = append(next, o.People...), true
			case o.Kind == oncall.Swap && slices.Contains(o.People, p):
				next, changed = append(next, o.People[1-slices.Index(o.People, p)]), true
			default:
				next = append(next, p)
			}
		}
		if changed {
			people, by = once(next), o.ID
		}
	}
	return people, by
}

// At every instant the view says what its overrides mean there, asked for by At, forward from
// change to change, backward, and by the shifts; and it says it until the instant it names.
func TestViewMeansWhatItsOverridesSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		v := s.view()
		shifts := v.Shifts(s.from, s.to)
		if rapid.Bool().Draw(t, "backward") {
			slices.Reverse(shifts)
		}
		for _, one := range shifts {
			inside := one.From.Add(time.Duration(rapid.Int64Range(0, int64(one.To.Sub(one.From))-1).Draw(t, "inside")))
			for _, at := range []time.Time{one.To.Add(-1), inside, one.From} {
				people, by := meant(s, at)
				require.Equal(t, people, one.People, "at %s", at)
				require.Equal(t, by, one.Override, "at %s", at)
				got, until := v.At(at)
				require.Equal(t, people, got, "at %s", at)
				if one.To.Before(s.to) {
					require.True(t, until.Equal(one.To), "at %s: until %s, the shift ends %s", at, until, one.To)
				}
			}
			require.Equal(t, once(one.People), one.People, "nobody is there twice")
		}
	})
}

// Shifts fill the time between two instants, and gaps are those without people.
func TestShiftsWithOverridesTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		at := s.from
		var gaps []oncall.Shift
		for _, one := range s.view().Shifts(s.from, s.to) {
			require.True(t, one.From.Equal(at), "%s begins where the one before it ends: %s", one.From, at)
			require.True(t, one.To.After(one.From))
			require.Equal(t, s.schedule.Location, one.To.Location())
			at = one.To
			if len(one.People) == 0 {
				gaps = append(gaps, one)
			}
		}
		require.True(t, at.Equal(s.to), "the last shift ends with the stretch")
		require.Len(t, s.view().Gaps(s.from, s.to), len(gaps))
	})
}

// Two shifts that follow each other differ in people or override, unless a turn or a duty ended:
// the edge of an override that changes nothing is no change.
func TestOverridesWithoutEffectAreNoChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		idle := drawOverride(t, "idle", s.at)
		switch idle.Kind {
		case oncall.StandIn:
			idle.Replaces = "zoe"
		case oncall.Swap:
			idle.People = []string{"zoe", "yan"}
		default:
			idle.Kind = oncall.Shadow
		}
		place := rapid.IntRange(0, len(s.overrides)).Draw(t, "place")
		more := slices.Insert(slices.Clone(s.overrides), place, idle)
		require.Equal(t, s.view().Shifts(s.from, s.to), s.schedule.With(more).Shifts(s.from, s.to))
	})
}

// Outside of its stretch an override changes nothing, but that its beginning may be the next change.
func TestOverrideChangesNothingOutsideItsStretch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		o := drawOverride(t, "more", s.at)
		place := rapid.IntRange(0, len(s.overrides)).Draw(t, "place")
		changed := s.schedule.With(slices.Insert(slices.Clone(s.overrides), place, o))
		for _, at := range []time.Time{s.at, o.From.Add(-1), o.To} {
			if holds(o.From, o.To, at) {
				continue
			}
			people, until := s.view().At(at)
			got, end := changed.At(at)
			require.Equal(t, people, got)
			require.True(t, end.Equal(until) || at.Before(o.From) && end.Equal(o.From), "until %s, not %s", end, until)
		}
	})
}

// Asking with an override leaves nothing behind: without it the answers are the old ones.
func TestRemovingAnOverrideRestores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		plain, some := s.schedule.Shifts(s.from, s.to), s.view().Shifts(s.from, s.to)
		before := fmt.Sprint(plain, some, s.overrides)
		place := rapid.IntRange(0, len(s.overrides)).Draw(t, "place")
		more := slices.Insert(slices.Clone(s.overrides), place, drawOverride(t, "more", s.at))
		changed := s.schedule.With(more)
		changed.Shifts(s.from, s.to)
		changed.Shadows(s.at)
		after := s.schedule.With(slices.Delete(more, place, place+1))
		require.Equal(t, some, after.Shifts(s.from, s.to))
		require.Equal(t, plain, s.schedule.Shifts(s.from, s.to))
		require.Equal(t, before, fmt.Sprint(plain, some, s.overrides), "what was handed out stays as it was")
	})
}

// A swap twice is none, at the end of the list and within it.
func TestSwapTwiceIsNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		swap := drawOverride(t, "swap", s.at)
		swap.Kind, swap.Replaces, swap.Shifts = oncall.Swap, "", nil
		swap.People = rapid.SliceOfNDistinct(rapid.SampledFrom(crowdOfFive), 2, 2, rapid.ID).Draw(t, "two")
		place := rapid.IntRange(0, len(s.overrides)).Draw(t, "place")
		twice := slices.Insert(slices.Clone(s.overrides), place, swap, swap)
		for _, one := range s.schedule.With(twice).Shifts(s.from, s.to) {
			people, _ := s.view().At(one.From)
			require.Equal(t, people, one.People, "at %s", one.From)
		}
	})
}

// Shadows are those who look on and are not on call, and stay so until the instant it names.
func TestShadowsHoldUntilTheirEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		v := s.view()
		people, until := v.Shadows(s.at)
		want := func(at time.Time) (all []string) {
			duty, _ := v.At(at)
			for _, o := range s.overrides {
				if o.Kind == oncall.Shadow && holds(o.From, o.To, at) {
					all = append(all, o.People...)
				}
			}
			return slices.DeleteFunc(once(all), func(p string) bool { return slices.Contains(duty, p) })
		}
		require.ElementsMatch(t, want(s.at), people)
		if until.IsZero() {
			return
		}
		require.True(t, until.After(s.at))
		within := s.at.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(s.at))-1).Draw(t, "within")))
		for _, at := range []time.Time{within, until.Add(-1)} {
			got, end := v.Shadows(at)
			require.Equal(t, people, got)
			require.ElementsMatch(t, want(at), got)
			require.True(t, end.Equal(until), "at %s: %s, want %s", at, end, until)
		}
	})
}

// Without overrides a view is the schedule.
func TestViewWithoutOverridesIsTheSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		v := s.schedule.With(nil)
		people, until := s.schedule.At(s.at)
		got, end := v.At(s.at)
		require.Equal(t, people, got)
		require.Equal(t, until, end)
		looking, change := v.Shadows(s.at)
		require.Empty(t, looking)
		require.True(t, change.IsZero())
	})
}

func BenchmarkAtWithOverrides(b *testing.B) {
	s := oncall.Schedule{Location: zone(b, "Europe/Madrid"), Layers: []oncall.Layer{
		weekly(time.Monday, 9, 0, oncall.Date{Year: 1990, Month: 1, Day: 1}, "ana", "bo", "cleo"),
	}}
	var overrides []oncall.Override
	for i := range 1000 {
		overrides = append(overrides, oncall.Override{ID: "o", Kind: oncall.StandIn, From: at5(24 * i), To: at5(24*i + 8), People: []string{"dee"}})
	}
	for _, n := range []int{0, 10, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			v := s.With(overrides[:n])
			at := at5(9000)
			b.ReportAllocs()
			for b.Loop() {
				v.At(at)
			}
		})
	}
}
