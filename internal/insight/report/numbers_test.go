package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/pkg/events"
)

func TestTimes(t *testing.T) {
	seconds := func(all ...int) []time.Duration {
		out := make([]time.Duration, len(all))
		for i, s := range all {
			out[i] = time.Duration(s) * time.Second
		}
		return out
	}
	require.Equal(t, Times{}, timesOf(nil))
	require.Equal(t, Times{1, number(7), number(7), number(7), number(7)}, timesOf(seconds(7)))
	require.Equal(t, Times{2, number(1.5), number(1), number(2), number(2)}, timesOf(seconds(2, 1)))
	require.Equal(t, Times{10, number(5.5), number(5), number(9), number(10)}, timesOf(seconds(10, 9, 8, 7, 6, 5, 4, 3, 2, 1)))
	long := slices.Repeat([]time.Duration{200 * 365 * 24 * time.Hour}, 100)
	require.InDelta(t, 200*365*24*3600, *timesOf(long).Mean, 1, "sums do not overflow")
}

// TestPercentile: at least so many percent are at or below it, fewer below any smaller one that occurred.
func TestPercentile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 200).Draw(t, "seconds")
		percent := rapid.IntRange(1, 100).Draw(t, "percent")
		sorted := make([]time.Duration, len(all))
		for i, s := range all {
			sorted[i] = time.Duration(s) * time.Second
		}
		slices.Sort(sorted)
		got := *percentile(sorted, percent)
		atOrBelow, below := 0, 0
		for _, s := range all {
			if float64(s) <= got {
				atOrBelow++
			}
			if float64(s) < got {
				below++
			}
		}
		need := float64(percent) / 100 * float64(len(all))
		require.GreaterOrEqual(t, float64(atOrBelow), need-1e-9)
		require.Less(t, float64(below), need+1e-9)
		require.Contains(t, all, int64(math.Round(got)))
	})
}

// TestGroupsAddUp: whatever happened, the groups of each kind have all incidents and pages between them.
func TestGroupsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		drawLedger(t, &l)
		all, err := l.c.Incidents()
		require.NoError(t, err)
		r, err := Make(all, Options{})
		require.NoError(t, err)
		require.Equal(t, len(all), r.Incidents+r.Drills+r.Merged)
		for by, groups := range map[string]map[string]Numbers{"priority": r.ByPriority, "team": r.ByTeam, "service": r.ByService, "week": r.ByWeek} {
			incidents, pages, reopened := 0, 0, 0
			for _, n := range groups {
				incidents, pages, reopened = incidents+n.Incidents, pages+n.Pages.Count, reopened+n.Reopened
			}
			require.Equal(t, []int{r.Incidents, r.Pages.Count, r.Reopened}, []int{incidents, pages, reopened}, by)
		}
		people := 0
		for _, p := range r.People {
			people += p.Pages.Count
		}
		require.Equal(t, r.Pages.Count, people)
		require.LessOrEqual(t, r.Pages.InterruptedHours, r.Pages.Count)
		require.LessOrEqual(t, r.TimeToAcknowledge.Count, r.TimeToEngage.Count)
		require.Equal(t, r.Incidents-r.Open, r.TimeToResolve.Count)
	})
}

// drawLedger lets anything happen to a few incidents, in order of time.
func drawLedger(t *rapid.T, l *ledger) {
	teams := []string{"payments", "database"}
	opened := map[string]bool{}
	for n := range rapid.IntRange(1, 40).Draw(t, "facts") {
		after := time.Duration(n) * 7 * time.Hour
		id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "incident")
		if !opened[id] {
			opened[id] = true
			l.open(after, id, map[string]string{"drill": rapid.SampledFrom([]string{"", "true"}).Draw(t, "drill")})
			continue
		}
		person := "person:" + rapid.SampledFrom([]string{"ana", "bo"}).Draw(t, "person")
		l.at(after, id, rapid.SampledFrom(teams).Draw(t, "team"), rapid.SampledFrom([]events.Data{
			events.IncidentAcknowledged{By: person},
			events.IncidentResolved{By: person, How: "command"},
			events.IncidentResolved{How: "cleared"},
			events.IncidentReopened{By: person},
			events.IncidentMerged{Into: "z"},
			events.IncidentPrioritized{Priority: "P1"},
			events.EscalationAdvanced{Level: 2, Pages: []string{person}},
			events.PageRequested{Page: fmt.Sprint(n), Target: person},
			events.IncidentClosed{Outcome: "expected"},
		}).Draw(t, "fact"))
	}
}

func TestPeriods(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	week := WeekOf(time.Date(2026, 3, 29, 23, 59, 0, 0, berlin)) // the Sunday on which summer time begins
	require.Equal(t, "2026-W13", week.Name)
	require.Equal(t, 167*time.Hour, week.To.Sub(week.From))
	before, ok := week.Before()
	require.True(t, ok)
	require.Equal(t, "2026-W12", before.Name)
	require.Equal(t, week.From, before.To)

	first, err := ParseWeek("2026-W01", time.UTC)
	require.NoError(t, err)
	require.Equal(t, "2025-12-29", first.From.Format(time.DateOnly))
	before, _ = first.Before()
	require.Equal(t, "2025-W52", before.Name)
	_, err = ParseWeek("2026-W53", time.UTC)
	require.NoError(t, err, "2026 has 53 weeks")
	for _, word := range []string{"2025-W53", "2026-W00", "2026-W1", "2026W01", "2026-W01 ", "last"} {
		_, err = ParseWeek(word, time.UTC)
		require.ErrorContains(t, err, "is not a week", word)
	}

	march, err := ParseMonth("2026-03", berlin)
	require.NoError(t, err)
	before, _ = march.Before()
	require.Equal(t, "2026-02", before.Name)
	require.Equal(t, 28*24*time.Hour, before.To.Sub(before.From))
	_, err = ParseMonth("2026-13", berlin)
	require.ErrorContains(t, err, "is not a month")

	free := Period{From: start, To: start.Add(36 * time.Hour)}
	before, _ = free.Before()
	require.Equal(t, Period{From: start.Add(-36 * time.Hour), To: start}, before)
	require.True(t, free.Holds(start))
	require.False(t, free.Holds(free.To))
	_, ok = Period{From: start}.Before()
	require.False(t, ok)
}

// TestPeriod: incidents count by their opening, with all that is known of them; pages by their instant.
func TestPeriod(t *testing.T) {
	var l ledger
	week := 7 * 24 * time.Hour
	l.open(0, "before", nil)
	l.open(week, "within", nil)
	l.at(week+minute, "before", "payments", events.PageRequested{Page: "1", Target: "person:ana"})
	l.at(3*week, "within", "payments", events.IncidentResolved{By: "person:ana", How: "command"})
	l.at(3*week, "within", "payments", events.PageRequested{Page: "2", Target: "person:ana"})
	r := l.report(t, Options{Period: WeekOf(start.Add(week))})
	require.Equal(t, 1, r.Incidents)
	require.Equal(t, 1, r.TimeToResolve.Count)
	require.Equal(t, 1, r.Pages.Count)
	require.Equal(t, 1, r.Previous.Incidents)
	require.Zero(t, r.Previous.Pages.Count)
	require.Equal(t, "2026-W10", r.Previous.Period.Name)

	r = l.report(t, Options{Period: WeekOf(start)})
	require.Nil(t, r.Previous, "nothing happened in it")
}

func TestLoad(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	require.NoError(t, err)
	var l ledger
	l.open(0, "a", nil)
	page := func(after time.Duration, id, target string) {
		l.at(after, "a", "payments", events.PageRequested{Page: id, Target: target})
	}
	// In UTC a Wednesday 10:00; in Tokyo it is 19:00.
	page(0, "1", "person:ana")
	page(30*minute, "2", "person:ana")   // the same hour
	page(3*time.Hour, "3", "person:ana") // 22:00 in Tokyo
	page(3*time.Hour, "4", "person:bo")  // 13:00 in UTC
	page(53*time.Hour, "5", "person:ana")
	page(53*time.Hour, "6", "chat:ops")         // no person
	page(53*time.Hour+minute, "7", "person:bo") // Friday 15:01 in UTC, Saturday 00:01 in Tokyo
	r := l.report(t, Options{Zones: map[string]*time.Location{"ana": tokyo}})
	require.Equal(t, Load{
		Count: 7, AtNight: 2, AtWeekends: 1, InterruptedHours: 5, ByChannel: map[string]Channel{},
	}, r.Pages)
	require.Equal(t, 3, r.People["ana"].Pages.InterruptedHours)
	require.Equal(t, 1, r.People["ana"].Pages.AtWeekends)
	require.NotContains(t, r.People, "chat:ops")

	r = l.report(t, Options{Night: Hours{9 * 60, 11 * 60}})
	require.Equal(t, 2, r.Pages.AtNight)
}

func TestNight(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 3, 4, h, m, 59, 0, time.UTC) }
	for _, c := range []struct {
		h, m int
		want bool
	}{{21, 59, false}, {22, 0, true}, {23, 59, true}, {0, 0, true}, {6, 59, true}, {7, 0, false}, {12, 0, false}} {
		require.Equal(t, c.want, Night.holds(at(c.h, c.m)), "%d:%d", c.h, c.m)
	}
}

// TestBenchmark: a team beside the median of all, and beside itself a week before.
func TestBenchmark(t *testing.T) {
	var l ledger
	answered := func(after time.Duration, team string, took time.Duration) {
		id := fmt.Sprint(team, after)
		l.at(after, id, team, events.IncidentTriggered{Priority: "P1", Alert: events.Alert{Key: id}})
		l.at(after+took, id, team, events.IncidentAcknowledged{By: "person:ana"})
	}
	week := 7 * 24 * time.Hour
	answered(0, "payments", 8*minute)
	answered(week, "payments", 4*minute)
	answered(week, "database", 6*minute)
	answered(week, "network", 9*minute)
	r := l.report(t, Options{Period: WeekOf(start.Add(week)), Team: "payments"})
	require.Equal(t, 1, r.Incidents)
	for _, m := range r.Benchmark {
		if strings.HasPrefix(m.Name, "time to acknowledge, median") {
			require.Equal(t, Mark{m.Name, "seconds", number(240), number(480), number(360), 3}, m)
			return
		}
	}
	require.Fail(t, "no such line")
}

func TestNoSuchTeam(t *testing.T) {
	var l ledger
	l.open(0, "a", nil)
	_, err := Make(l.incidents(t), Options{Team: "paymets"})
	require.ErrorIs(t, err, ErrNoTeam)
}
