package oncall_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/oncall"
)

// change makes an override of a stretch written in RFC 3339. Its id is its kind.
func change(t require.TestingT, kind oncall.OverrideKind, from, to string, people ...string) oncall.Override {
	return oncall.Override{ID: string(kind), Kind: kind, From: moment(t, from), To: moment(t, to), People: people}
}

func replacing(who string, o oncall.Override) oncall.Override {
	o.Replaces = who
	return o
}

// told writes shifts as [shown] does, and by which override each came.
func told(shifts []oncall.Shift) []string {
	all := shown(shifts)
	for i, one := range shifts {
		if one.Override != "" {
			all[i] += " by " + one.Override
		}
	}
	return all
}

func TestShiftsWithOverrides(t *testing.T) {
	jan5 := oncall.Date{Year: 2026, Month: 1, Day: 5} // a Monday
	days := []oncall.Layer{daily(9, 0, jan5, "ana", "bo")}
	office := []oncall.Layer{on("ana", only(window(9*60, 17*60)))}
	crew := on("ana")
	crew.People, crew.Crews = []string{"ana", "bo"}, [][]string{{"ana", "bo"}}
	both := []oncall.Layer{crew}
	with := func(kind oncall.OverrideKind, from, to string, people ...string) oncall.Override {
		return change(t, kind, from, to, people...)
	}
	noon := func(day string) string { return "2026-01-" + day + "T12:00:00Z" }
	tests := []struct {
		name, zone, from, to string
		layers               []oncall.Layer
		overrides            []oncall.Override
		want                 []string
	}{
		{
			"a stand-in over a hand-off", "UTC", noon("05"), noon("07"), days,
			[]oncall.Override{with(oncall.StandIn, "2026-01-06T06:00:00Z", "2026-01-06T18:00:00Z", "cleo")},
			[]string{"ana Jan05 12:00 +00", "cleo Jan06 06:00 +00 by override", "bo Jan06 18:00 +00", "ana Jan07 09:00 +00"},
		},
		{
			"a stand-in from one hand-off to the next", "UTC", noon("05"), noon("07"), days,
			[]oncall.Override{with(oncall.StandIn, "2026-01-06T09:00:00Z", "2026-01-07T09:00:00Z", "cleo")},
			[]string{"ana Jan05 12:00 +00", "cleo Jan06 09:00 +00 by override", "ana Jan07 09:00 +00"},
		},
		{
			"over a gap, and beyond it", "UTC", noon("05"), noon("06"), office,
			[]oncall.Override{with(oncall.StandIn, "2026-01-05T20:00:00Z", "2026-01-06T10:00:00Z", "bo")},
			[]string{"ana Jan05 12:00 +00", "nobody Jan05 17:00 +00", "bo Jan05 20:00 +00 by override", "ana Jan06 10:00 +00"},
		},
		{
			"where there are no layers", "UTC", noon("05"), noon("06"), nil,
			[]oncall.Override{with(oncall.StandIn, "2026-01-05T20:00:00Z", "2026-01-06T10:00:00Z", "bo")},
			[]string{"nobody Jan05 12:00 +00", "bo Jan05 20:00 +00 by override", "nobody Jan06 10:00 +00"},
		},
		{
			"for one of two", "UTC", noon("05"), noon("06"), both,
			[]oncall.Override{replacing("bo", with(oncall.StandIn, "2026-01-05T20:00:00Z", "2026-01-06T10:00:00Z", "cleo", "dee"))},
			[]string{"ana+bo Jan05 12:00 +00", "ana+cleo+dee Jan05 20:00 +00 by override", "ana+bo Jan06 10:00 +00"},
		},
		{
			"for one of two by the other", "UTC", noon("05"), noon("06"), both,
			[]oncall.Override{replacing("bo", with(oncall.StandIn, "2026-01-05T20:00:00Z", "2026-01-06T10:00:00Z", "ana"))},
			[]string{"ana+bo Jan05 12:00 +00", "ana Jan05 20:00 +00 by override", "ana+bo Jan06 10:00 +00"},
		},
		{
			"for one who has the middle of it", "UTC", noon("05"), noon("08"), days,
			[]oncall.Override{replacing("bo", with(oncall.StandIn, noon("05"), noon("08"), "cleo"))},
			[]string{"ana Jan05 12:00 +00", "cleo Jan06 09:00 +00 by override", "ana Jan07 09:00 +00", "cleo Jan08 09:00 +00 by override"},
		},
		{
			"for one who is never there", "UTC", noon("05"), noon("07"), days,
			[]oncall.Override{replacing("eve", with(oncall.StandIn, "2026-01-05T15:00:00Z", noon("08"), "cleo"))},
			[]string{"ana Jan05 12:00 +00", "bo Jan06 09:00 +00", "ana Jan07 09:00 +00"},
		},
		{
			"of two that overlap the later in the list, whichever begins first", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{
				with(oncall.StandIn, "2026-01-05T15:00:00Z", "2026-01-05T20:00:00Z", "cleo"),
				with(oncall.StandIn, "2026-01-05T14:00:00Z", "2026-01-05T17:00:00Z", "dee"),
			},
			[]string{"ana Jan05 12:00 +00", "dee Jan05 14:00 +00 by override", "cleo Jan05 17:00 +00 by override", "ana Jan05 20:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"hidden beneath another", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{
				with(oncall.Swap, "2026-01-05T15:00:00Z", "2026-01-05T16:00:00Z", "ana", "cleo"),
				with(oncall.StandIn, "2026-01-05T14:00:00Z", "2026-01-05T17:00:00Z", "dee"),
			},
			[]string{"ana Jan05 12:00 +00", "dee Jan05 14:00 +00 by override", "ana Jan05 17:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"two that meet", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{
				with(oncall.StandIn, "2026-01-05T15:00:00Z", "2026-01-05T20:00:00Z", "cleo"),
				with(oncall.StandIn, "2026-01-05T20:00:00Z", "2026-01-05T21:00:00Z", "dee"),
			},
			[]string{"ana Jan05 12:00 +00", "cleo Jan05 15:00 +00 by override", "dee Jan05 20:00 +00 by override", "ana Jan05 21:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"no stretch at all", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{with(oncall.StandIn, "2026-01-05T15:00:00Z", "2026-01-05T15:00:00Z", "cleo"), with(oncall.StandIn, "2026-01-05T16:00:00Z", "2026-01-05T15:00:00Z", "cleo")},
			[]string{"ana Jan05 12:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"a swap over a hand-off", "UTC", noon("05"), noon("07"), days,
			[]oncall.Override{with(oncall.Swap, "2026-01-05T18:00:00Z", "2026-01-07T08:00:00Z", "ana", "bo")},
			[]string{"ana Jan05 12:00 +00", "bo Jan05 18:00 +00 by swap", "ana Jan06 09:00 +00 by swap", "bo Jan07 08:00 +00", "ana Jan07 09:00 +00"},
		},
		{
			"a swap with one who has no duty here", "UTC", noon("05"), noon("07"), days,
			[]oncall.Override{with(oncall.Swap, "2026-01-05T18:00:00Z", "2026-01-07T08:00:00Z", "cleo", "bo")},
			[]string{"ana Jan05 12:00 +00", "cleo Jan06 09:00 +00 by swap", "bo Jan07 08:00 +00", "ana Jan07 09:00 +00"},
		},
		{
			"a swap of two who are on call together changes their order", "UTC", noon("05"), noon("06"), both,
			[]oncall.Override{with(oncall.Swap, "2026-01-05T18:00:00Z", "2026-01-06T08:00:00Z", "ana", "bo")},
			[]string{"ana+bo Jan05 12:00 +00", "bo+ana Jan05 18:00 +00 by swap", "ana+bo Jan06 08:00 +00"},
		},
		{
			"a swap of what a stand-in has", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{
				with(oncall.StandIn, "2026-01-05T15:00:00Z", "2026-01-05T20:00:00Z", "cleo"),
				with(oncall.Swap, "2026-01-05T18:00:00Z", "2026-01-05T22:00:00Z", "cleo", "dee"),
			},
			[]string{"ana Jan05 12:00 +00", "cleo Jan05 15:00 +00 by override", "dee Jan05 18:00 +00 by swap", "ana Jan05 20:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"a swap that the stand-in after it does not know", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{
				with(oncall.Swap, "2026-01-05T14:00:00Z", "2026-01-05T22:00:00Z", "ana", "cleo"),
				replacing("ana", with(oncall.StandIn, "2026-01-05T15:00:00Z", "2026-01-05T20:00:00Z", "dee")),
			},
			[]string{"ana Jan05 12:00 +00", "cleo Jan05 14:00 +00 by swap", "ana Jan05 22:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"a temporary schedule over a hand-off, with a gap and two at once", "UTC", noon("05"), noon("07"), days,
			[]oncall.Override{{ID: "t", Kind: oncall.Temporary, From: at5(15), To: at5(48), Shifts: []oncall.Duty{
				{People: []string{"dee"}, From: at5(22), To: at5(40)}, {People: []string{"cleo", "dee"}, From: at5(30), To: at5(48)},
			}}},
			[]string{
				"ana Jan05 12:00 +00", "nobody Jan05 15:00 +00 by t", "dee Jan05 22:00 +00 by t", "dee+cleo Jan06 06:00 +00 by t",
				"cleo+dee Jan06 16:00 +00 by t", "bo Jan07 00:00 +00", "ana Jan07 09:00 +00",
			},
		},
		{
			"shifts that reach out of a temporary schedule are cut", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{{ID: "t", Kind: oncall.Temporary, From: at5(15), To: at5(20), Shifts: []oncall.Duty{{People: []string{"dee"}, From: at5(10), To: at5(40)}}}},
			[]string{"ana Jan05 12:00 +00", "dee Jan05 15:00 +00 by t", "ana Jan05 20:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"a shift whose end is not after its beginning is none", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{{ID: "t", Kind: oncall.Temporary, From: at5(15), To: at5(20), Shifts: []oncall.Duty{{People: []string{"dee"}, From: at5(18), To: at5(17)}}}},
			[]string{"ana Jan05 12:00 +00", "nobody Jan05 15:00 +00 by t", "ana Jan05 20:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"a shadow is not on call", "UTC", noon("05"), noon("06"), office,
			[]oncall.Override{with(oncall.Shadow, "2026-01-05T15:00:00Z", "2026-01-06T20:00:00Z", "cleo")},
			[]string{"ana Jan05 12:00 +00", "nobody Jan05 17:00 +00", "ana Jan06 09:00 +00"},
		},
		{
			"an unknown kind changes nothing", "UTC", noon("05"), noon("06"), days,
			[]oncall.Override{with("holiday", noon("05"), noon("06"), "cleo")},
			[]string{"ana Jan05 12:00 +00", "bo Jan06 09:00 +00"},
		},
		{
			"the night of 23 hours", "Europe/Madrid", "2026-03-28T12:00:00+01:00", "2026-03-30T12:00:00+02:00",
			[]oncall.Layer{daily(2, 30, jan5, "ana", "bo")},
			[]oncall.Override{with(oncall.StandIn, "2026-03-29T01:59:00+01:00", "2026-03-29T03:45:00+02:00", "cleo")},
			[]string{"ana Mar28 12:00 +01", "cleo Mar29 01:59 +01 by override", "bo Mar29 03:45 +02", "ana Mar30 02:30 +02"},
		},
		{
			"the hour that comes twice", "Europe/Madrid", "2026-10-24T12:00:00+02:00", "2026-10-26T12:00:00+01:00",
			[]oncall.Layer{daily(2, 30, jan5, "ana", "bo")},
			[]oncall.Override{with(oncall.Swap, "2026-10-25T02:15:00+02:00", "2026-10-25T02:15:00+01:00", "bo", "cleo")},
			[]string{"ana Oct24 12:00 +02", "cleo Oct25 02:30 +02 by swap", "bo Oct25 02:15 +01", "ana Oct26 02:30 +01"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := oncall.Schedule{Location: zone(t, tt.zone), Layers: tt.layers}
			require.Equal(t, tt.want, told(s.With(tt.overrides).Shifts(moment(t, tt.from), moment(t, tt.to))))
		})
	}
}

// From is the first instant of an override, and To the first after it.
func TestAtTheEdgesOfAnOverride(t *testing.T) {
	s := oncall.Schedule{Location: zone(t, "Europe/Madrid"), Layers: []oncall.Layer{on("ana")}}
	v := s.With([]oncall.Override{{ID: "x", Kind: oncall.StandIn, From: at5(9), To: at5(17), People: []string{"bo"}}})
	for _, tt := range []struct {
		at     time.Time
		people string
		until  string
	}{
		{at5(9).Add(-1), "ana", "2026-01-05T10:00:00+01:00"},
		{at5(9), "bo", "2026-01-05T18:00:00+01:00"},
		{at5(17).Add(-1), "bo", "2026-01-05T18:00:00+01:00"},
		{at5(17), "ana", "2026-01-12T00:00:00+01:00"},
	} {
		people, until := v.At(tt.at)
		require.Equal(t, []string{tt.people}, people, "at %s", tt.at)
		require.Equal(t, tt.until, until.Format(time.RFC3339), "at %s", tt.at)
	}
}

func TestShadows(t *testing.T) {
	s := oncall.Schedule{Layers: []oncall.Layer{on("ana", only(window(9*60, 17*60)))}}
	v := s.With([]oncall.Override{
		{ID: "a", Kind: oncall.Shadow, From: at5(8), To: at5(20), People: []string{"ana", "bo"}},
		{ID: "b", Kind: oncall.Shadow, From: at5(12), To: at5(14), People: []string{"bo", "cleo"}},
		{ID: "c", Kind: oncall.StandIn, From: at5(13), To: at5(15), People: []string{"bo"}},
	})
	for _, tt := range []struct {
		hour   int
		people []string
		until  time.Time // zero = never
	}{
		{7, nil, at5(8)},
		{8, []string{"ana", "bo"}, at5(9)},
		{9, []string{"bo"}, at5(12)},
		{12, []string{"bo", "cleo"}, at5(13)},
		{13, []string{"ana", "cleo"}, at5(14)},
		{14, []string{"ana"}, at5(15)},
		{15, []string{"bo"}, at5(17)},
		{17, []string{"ana", "bo"}, at5(20)},
		{20, nil, time.Time{}},
	} {
		people, until := v.Shadows(at5(tt.hour))
		require.Equal(t, tt.people, people, "at %d", tt.hour)
		require.True(t, until.Equal(tt.until), "at %d: until %s", tt.hour, until)
	}
	alone := (&oncall.Schedule{}).With([]oncall.Override{{ID: "a", Kind: oncall.Shadow, From: at5(8), To: at5(20), People: []string{"ana"}}})
	people, until := alone.At(at5(9))
	require.Empty(t, people)
	require.True(t, until.IsZero(), "a shadow changes nothing about who is on call")
	people, until = alone.Shadows(at5(9))
	require.Equal(t, []string{"ana"}, people)
	require.True(t, until.Equal(at5(20)))
}

func TestGapsAndConflictsWithOverrides(t *testing.T) {
	first := &oncall.Schedule{ID: "first", Layers: []oncall.Layer{on("ana", only(window(9*60, 17*60)))}}
	second := &oncall.Schedule{ID: "second", Layers: []oncall.Layer{on("bo")}}
	cover := []oncall.Override{{ID: "x", Kind: oncall.StandIn, From: at5(16), To: at5(22), People: []string{"bo"}}}
	gaps := first.With(cover).Gaps(at5(0), at5(24))
	require.Equal(t, []string{"nobody Jan05 00:00 +00", "nobody Jan05 22:00 +00"}, told(gaps))
	require.Empty(t, oncall.Conflicts([]oncall.View{first.With(nil), second.With(nil)}, at5(0), at5(24)))
	require.Equal(t, []oncall.Conflict{{Person: "bo", Schedules: [2]string{"first", "second"}, From: at5(16), To: at5(22)}},
		oncall.Conflicts([]oncall.View{first.With(cover), second.With(nil)}, at5(0), at5(24)))
}
