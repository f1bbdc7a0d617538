package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

const shop = `
people:
  ana: {timezone: Europe/Madrid, contact: [{id: hook, webhook: {url: "https://hooks.example/ana"}}, {id: here, console: true}]}
  bo: {contact: [{id: here, console: true}]}
  dee: {contact: [{id: here, console: true}]}
teams:
  payments: {lead: bo, members: [ana, bo]}
  platform: {lead: dee, members: [dee]}
services:
  orders: {team: payments, policy: payments}
  search: {team: payments, policy: payments}
  disks: {team: platform, policy: platform}
routes: [{service: orders}]
policies:
  payments:
    levels:
      - {page: [person:ana], ack_within: 5m}
      - {page: [person:bo], ack_within: 10m, kind: hierarchical}
    repeat: 0
  platform: {levels: [{page: [person:dee]}], repeat: 0}
targets:
  P1: {response: 15m, resolution: 1h}
  P2: {response: 30m, resolution: 2h}
`

// week is a stretch of decided history, told by minutes.
type week struct {
	t *testing.T
	r *rehearsal.Rehearsal
}

// monday is the first day of it.
var monday = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

func (w week) at(day, hour, minute int) {
	w.r.Until(monday.AddDate(0, 0, day).Add(time.Duration(hour*60+minute) * time.Minute))
}

func (w week) fires(service, key, severity string, labels map[string]string) {
	w.r.Fire(service, events.Alert{Key: key, Summary: key, Severity: severity, Labels: events.NewLabels(labels)})
}

func (w week) id(service, key string) string {
	id, ok := w.r.Incident(service, key)
	require.True(w.t, ok, key)
	return id
}

func (w week) asks(data events.Data) { require.Empty(w.t, w.r.Ask(data)) }

func (w week) by(who, service, key string) events.Command {
	return events.Command{Incident: w.id(service, key), By: "person:" + who}
}

func (w week) acknowledges(who, service, key string) {
	w.asks(events.AcknowledgementReceived{Command: w.by(who, service, key)})
}

func (w week) resolves(who, service, key string) {
	w.asks(events.ResolutionReceived{Command: w.by(who, service, key)})
}

// shopWeek plays the week whose numbers TestKPIs computes by hand.
func shopWeek(t *testing.T) *rehearsal.Rehearsal {
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(shop)})
	require.NotNil(t, c, "%v", faults)
	w := week{t, rehearsal.New(c, monday.Add(10*time.Hour))}

	w.fires("orders", "slow", "critical", nil) // Monday 10:00: ana by webhook, at first try
	w.at(0, 10, 4)
	w.acknowledges("ana", "orders", "slow") // response met
	w.at(0, 10, 34)
	w.resolves("ana", "orders", "slow") // resolution met

	w.at(0, 11, 0)
	w.r.Contact("person:ana", "hook", "permanent")
	w.fires("orders", "down", "critical", nil) // ana by console, at the second try
	w.at(0, 11, 1)
	w.fires("orders", "down", "critical", nil) // the same alert once more
	w.at(0, 11, 20)                            // bo at 11:05; response breached at 11:15
	w.acknowledges("bo", "orders", "down")
	w.at(0, 12, 30) // resolution breached at 12:00
	w.resolves("bo", "orders", "down")
	w.at(0, 12, 35)
	w.asks(events.ReopeningReceived{Command: w.by("bo", "orders", "down")}) // ana again, at 12:35
	w.at(0, 12, 37)
	w.resolves("bo", "orders", "down")
	w.r.Contact("person:ana", "hook", "accepted")

	w.at(1, 12, 0)
	w.fires("search", "index", "high", nil) // Tuesday 12:00: P2; ana
	w.at(1, 12, 2)
	w.asks(events.EscalationReceived{Command: w.by("ana", "search", "index"), To: "platform"}) // dee
	w.at(1, 12, 3)
	w.fires("search", "replica", "high", nil) // ana
	w.at(1, 12, 4)
	w.asks(events.MergeReceived{Command: w.by("dee", "search", "replica"), Into: w.id("search", "index")})
	w.at(1, 12, 10)
	w.acknowledges("dee", "search", "index")
	w.asks(events.PriorityReceived{Command: w.by("dee", "search", "index"), Priority: "P1"})
	w.at(1, 12, 40)
	w.resolves("dee", "search", "index")

	w.at(1, 13, 0)
	w.fires("orders", "exercise", "critical", map[string]string{"drill": "true"})
	w.at(1, 13, 1)
	w.acknowledges("ana", "orders", "exercise")
	w.resolves("ana", "orders", "exercise")

	w.at(2, 14, 0)
	w.fires("disks", "full", "low", nil) // Wednesday 14:00: P4 has no targets; dee
	w.at(2, 14, 2)
	w.r.Clear("disks", events.Alert{Key: "full"})

	w.at(5, 22, 30)
	w.fires("orders", "dead", "critical", nil) // Saturday 22:30 UTC, 23:30 in Madrid: ana, and bo at 22:35
	w.at(7, 9, 0)                              // nobody comes: both targets are breached
	return w.r
}

func reported(t *testing.T, r *rehearsal.Rehearsal, o report.Options) report.Report {
	var facts report.Collector
	for _, e := range r.Ledger() {
		facts.Add(e)
	}
	require.Zero(t, facts.Unknown())
	incidents := facts.Incidents()
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	o.Zones = map[string]*time.Location{"ana": madrid}
	made, err := report.Make(incidents, o)
	require.NoError(t, err)
	return made
}

func number(v float64) *float64 { return &v }

// TestKPIs: a week under the real rules, each number computed by hand.
func TestKPIs(t *testing.T) {
	r := reported(t, shopWeek(t), report.Options{Period: measure.WeekOf(monday)})
	require.Equal(t, 5, r.Incidents, "slow, down, index, full, dead")
	require.Equal(t, 1, r.Open)
	require.Equal(t, 1, r.Drills)
	require.Equal(t, 1, r.Merged)
	require.Nil(t, r.Previous)

	// slow 4 min, down 20, index 10.
	require.Equal(t, measure.Times{Count: 3, Mean: number(680), P50: number(600), P90: number(1200), P95: number(1200)}, r.TimeToAcknowledge)
	// slow 4, down 20, and index 2: who hands over has looked at it.
	require.Equal(t, measure.Times{Count: 3, Mean: number(520), P50: number(240), P90: number(1200), P95: number(1200)}, r.TimeToEngage)
	// slow 34, down 97 (the last resolution), index 40, full 2.
	require.Equal(t, measure.Times{Count: 4, Mean: number(2595), P50: number(2040), P90: number(5820), P95: number(5820)}, r.TimeToResolve)

	require.Equal(t, 3, r.Escalated, "down and dead to level 2, index to platform")
	require.Equal(t, number(0.6), r.EscalationRate)
	require.Equal(t, report.Escalations{ByKind: map[string]int{"functional": 1, "hierarchical": 2}, ByLevel: map[string]int{"2": 2}}, r.Escalations)
	require.Equal(t, []int{1, 1, 0}, []int{r.Reopened, r.Reopenings, r.Flapping})
	require.Equal(t, 1, r.Noise, "full")
	require.Equal(t, number(0.2), r.NoiseShare)
	require.Equal(t, 6, r.Alerts, "index has that of replica as well")
	require.Equal(t, number(1.2), r.AlertsPerIncident)

	require.Equal(t, report.Kept{Met: 2, Breached: 2, MetShare: number(0.5)}, r.Targets.Response, "slow, index; down, dead")
	require.Equal(t, report.Kept{Met: 2, Breached: 2, MetShare: number(0.5)}, r.Targets.Resolution, "slow, index; down, dead")

	// ana for slow, down twice, index, replica, dead; bo for down, dead; dee for index, full.
	require.Equal(t, 10, r.Pages.Count)
	require.Equal(t, []int{10, 0, 8}, []int{r.Pages.Delivered, r.Pages.Failed, r.Pages.FirstTry})
	require.Equal(t, map[string]report.Channel{
		"webhook": {Delivered: 4, FirstTry: 4, FirstTryShare: number(1)},
		"console": {Delivered: 6, FirstTry: 4, FirstTryShare: number(4.0 / 6)},
	}, r.Pages.ByChannel)
	require.Equal(t, []int{2, 2}, []int{r.Pages.AtNight, r.Pages.AtWeekends}, "dead: ana 23:30 in Madrid, bo 22:35 in UTC")
	// ana: Monday 11, 12 and 13 in Madrid, Tuesday 13, Saturday 23; bo: Monday 11, Saturday 22; dee: Tuesday 12, Wednesday 14.
	require.Equal(t, 9, r.Pages.InterruptedHours)

	person := func(acknowledged, resolved, pages, night, weekend, hours int) []int {
		return []int{acknowledged, resolved, pages, night, weekend, hours}
	}
	of := func(id string) []int {
		p := r.People[id]
		return person(p.Acknowledged, p.Resolved, p.Pages.Count, p.Pages.AtNight, p.Pages.AtWeekends, p.Pages.InterruptedHours)
	}
	require.Len(t, r.People, 3)
	require.Equal(t, person(1, 1, 6, 1, 1, 5), of("ana"))
	require.Equal(t, person(1, 1, 2, 1, 1, 2), of("bo"))
	require.Equal(t, person(1, 1, 2, 0, 0, 2), of("dee"))

	require.Equal(t, []report.PolicyLevel{
		{Policy: "payments", Level: 1, Reached: 4, Answered: 1}, // slow, down, index, dead; ana answered slow
		{Policy: "payments", Level: 2, Reached: 2, Answered: 1}, // bo answered down
		{Policy: "platform", Level: 1, Reached: 2, Answered: 1}, // dee answered index
	}, r.Policies)
}

// TestKPIsByGroup: each number where it belongs now: index is P1, and platform's, since it was corrected.
func TestKPIsByGroup(t *testing.T) {
	ledger := shopWeek(t)
	r := reported(t, ledger, report.Options{Period: measure.WeekOf(monday)})
	type row struct {
		incidents, acknowledged, escalated, met, breached, pages int
		p50                                                      float64
	}
	rows := func(all map[string]report.Numbers) map[string]row {
		out := map[string]row{}
		for name, n := range all {
			p50 := -1.0
			if n.TimeToAcknowledge.P50 != nil {
				p50 = *n.TimeToAcknowledge.P50
			}
			out[name] = row{n.Incidents, n.TimeToAcknowledge.Count, n.Escalated, n.Targets.Response.Met, n.Targets.Response.Breached, n.Pages.Count, p50}
		}
		return out
	}
	require.Equal(t, map[string]row{
		"P1": {4, 3, 3, 2, 2, 8, 600}, // slow, down, index, dead
		"P2": {0, 0, 0, 0, 0, 1, -1},  // the page about replica, which was merged
		"P4": {1, 0, 0, 0, 0, 1, -1},
	}, rows(r.ByPriority))
	require.Equal(t, map[string]row{
		"payments": {3, 2, 2, 1, 2, 7, 240},
		"platform": {2, 1, 1, 1, 0, 3, 600},
	}, rows(r.ByTeam))
	require.Equal(t, map[string]row{
		"orders": {3, 2, 2, 1, 2, 6, 240},
		"search": {1, 1, 1, 1, 0, 3, 600},
		"disks":  {1, 0, 0, 0, 0, 1, -1},
	}, rows(r.ByService))
	require.Equal(t, map[string]row{"2026-W10": {5, 3, 3, 2, 2, 10, 600}}, rows(r.ByWeek))

	platform := reported(t, ledger, report.Options{Period: measure.WeekOf(monday), Team: "platform"})
	require.Equal(t, 2, platform.Incidents)
	require.Equal(t, number(0.5), platform.NoiseShare)
	require.Zero(t, platform.Drills)
	none := reported(t, ledger, report.Options{Period: measure.WeekOf(monday.AddDate(0, 0, 7))})
	require.Zero(t, none.Incidents)
	require.Equal(t, 5, none.Previous.Incidents)
	require.Equal(t, number(0.5), none.Previous.Targets.Response.MetShare)
}

// TestKPIsFollowCorrections: a report made before a correction has the numbers of then, one made after it
// those of now, for the same period.
func TestKPIsFollowCorrections(t *testing.T) {
	ledger := shopWeek(t)
	at := func(day, hour, minute int) report.Report {
		var facts report.Collector
		until := monday.AddDate(0, 0, day).Add(time.Duration(hour*60+minute) * time.Minute)
		for _, e := range ledger.Ledger() {
			if e.Time.Before(until) {
				facts.Add(e)
			}
		}
		made, err := report.Make(facts.Incidents(), report.Options{Period: measure.WeekOf(monday)})
		require.NoError(t, err)
		return made
	}
	counts := func(all map[string]report.Numbers) map[string]int {
		out := map[string]int{}
		for name, n := range all {
			if n.Incidents > 0 {
				out[name] = n.Incidents
			}
		}
		return out
	}
	r := at(1, 12, 2) // index has opened
	require.Equal(t, map[string]int{"payments": 3}, counts(r.ByTeam))
	require.Equal(t, map[string]int{"P1": 2, "P2": 1}, counts(r.ByPriority))
	r = at(1, 12, 4) // it was handed over, and replica has opened
	require.Equal(t, map[string]int{"payments": 3, "platform": 1}, counts(r.ByTeam))
	require.Zero(t, r.Merged)
	r = at(1, 12, 10) // replica was merged into it
	require.Equal(t, map[string]int{"payments": 2, "platform": 1}, counts(r.ByTeam))
	require.Equal(t, 1, r.Merged)
	require.Equal(t, 4, r.Alerts)
	r = at(1, 12, 20) // it is worse than it looked
	require.Equal(t, map[string]int{"P1": 3}, counts(r.ByPriority))

	require.Equal(t, report.Kept{Met: 1, MetShare: number(1)}, at(0, 11, 0).Targets.Resolution)
	require.Equal(t, report.Kept{Met: 1, Breached: 1, MetShare: number(0.5)}, at(0, 12, 31).Targets.Resolution)
	require.Equal(t, number(5400), at(0, 12, 31).TimeToResolve.P95)
	require.Equal(t, 1, at(0, 12, 36).Open, "it was opened again")
	require.Equal(t, 1, at(0, 12, 36).TimeToResolve.Count)
}

// TestFlappingUnderTheRules: two alerts feed one incident, and one of them comes and goes.
func TestFlappingUnderTheRules(t *testing.T) {
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(shop)})
	require.NotNil(t, c, "%v", faults)
	w := week{t, rehearsal.New(c, monday)}
	one, two := events.Alert{Key: "one", DedupKey: "link"}, events.Alert{Key: "two", DedupKey: "link"}
	w.r.Fire("disks", one)
	w.r.Fire("disks", two)
	for n := range 3 {
		w.at(0, 0, 2*n+1)
		w.r.Clear("disks", two)
		w.at(0, 0, 2*n+2)
		w.r.Fire("disks", two)
		r := reported(t, w.r, report.Options{})
		require.Equal(t, 1, r.Incidents)
		require.Equal(t, number(2), r.AlertsPerIncident)
		require.Equal(t, n == 2, r.Flapping == 1, "after %d returns", n+1)
	}
	w.at(0, 0, 9)
	w.r.Clear("disks", one)
	w.r.Clear("disks", two)
	require.Equal(t, number(1), reported(t, w.r, report.Options{}).NoiseShare)
}

// TestPagesThatNobodyTakes: a page that fails counts against the share of first tries, and in no channel.
func TestPagesThatNobodyTakes(t *testing.T) {
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(shop)})
	require.NotNil(t, c, "%v", faults)
	w := week{t, rehearsal.New(c, monday.Add(10*time.Hour))}
	w.fires("orders", "a", "critical", nil) // ana by webhook
	w.r.Contact("", "", "permanent")
	w.fires("disks", "b", "critical", nil) // dee by nothing
	w.at(0, 10, 4)
	p := reported(t, w.r, report.Options{}).Pages
	require.Equal(t, []int{2, 1, 1, 1}, []int{p.Count, p.Delivered, p.Failed, p.FirstTry})
	require.Equal(t, number(0.5), p.FirstTryShare)
	require.Equal(t, map[string]report.Channel{"webhook": {Delivered: 1, FirstTry: 1, FirstTryShare: number(1)}}, p.ByChannel)
	require.Equal(t, 1, reported(t, w.r, report.Options{}).People["dee"].Pages.Failed)
}
