package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/pkg/events"
)

// TestGroupsAddUp: whatever happened, the groups of each kind have all incidents and pages between them.
func TestGroupsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		drawLedger(t, &l)
		all := l.c.Incidents()
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

// TestPeriod: incidents count by their opening, with all that is known of them; pages by their instant.
func TestPeriod(t *testing.T) {
	var l ledger
	week := 7 * 24 * time.Hour
	l.open(0, "before", nil)
	l.open(week, "within", nil)
	l.at(week+minute, "before", "payments", events.PageRequested{Page: "1", Target: "person:ana"})
	l.at(3*week, "within", "payments", events.IncidentResolved{By: "person:ana", How: "command"})
	l.at(3*week, "within", "payments", events.PageRequested{Page: "2", Target: "person:ana"})
	r := l.report(t, Options{Period: measure.WeekOf(start.Add(week))})
	require.Equal(t, 1, r.Incidents)
	require.Equal(t, 1, r.TimeToResolve.Count)
	require.Equal(t, 1, r.Pages.Count)
	require.Equal(t, 1, r.Previous.Incidents)
	require.Zero(t, r.Previous.Pages.Count)
	require.Equal(t, "2026-W10", r.Previous.Period.Name)

	r = l.report(t, Options{Period: measure.WeekOf(start)})
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

	r = l.report(t, Options{Night: measure.Hours{From: 9 * 60, To: 11 * 60}})
	require.Equal(t, 2, r.Pages.AtNight)
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
	r := l.report(t, Options{Period: measure.WeekOf(start.Add(week)), Team: "payments"})
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
	_, err := Make(l.c.Incidents(), Options{Team: "paymets"})
	require.ErrorIs(t, err, ErrNoTeam)
}
