package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/pkg/events"
)

const minute = time.Minute

// TestLedger follows three incidents from their first page to their end.
func TestLedger(t *testing.T) {
	var l ledger
	l.open(0, "a", nil)
	l.at(0, "a", "payments", events.EscalationAdvanced{Round: 1, Level: 1, Pages: []string{"person:ana"}})
	l.at(0, "a", "payments", events.PageRequested{Page: "p1", Target: "person:ana", Level: 1, Asked: 1})
	l.at(minute, "a", "payments", events.PageRequested{Page: "p1", Target: "person:ana", Level: 1, Asked: 2})
	l.at(2*minute, "a", "payments", events.PageDelivered{Page: "p1", Target: "person:ana", Channel: "webhook", Attempts: make([]events.Attempt, 2)})
	l.at(5*minute, "a", "payments", events.EscalationAdvanced{Round: 1, Level: 2, Kind: "functional", Pages: []string{"person:bo"}})
	l.at(5*minute, "a", "payments", events.PageRequested{Page: "p2", Target: "person:bo", Level: 2, Asked: 1})
	l.at(5*minute, "a", "payments", events.PageDelivered{Page: "p2", Target: "person:bo", Channel: "email", Attempts: make([]events.Attempt, 1)})
	l.at(6*minute, "a", "payments", events.IncidentAcknowledged{By: "person:bo"})
	l.at(6*minute, "a", "payments", events.IncidentClockMet{Clock: "response"})
	l.at(10*minute, "a", "payments", events.IncidentPrioritized{Priority: "P1", Was: "P2"})
	l.at(20*minute, "a", "payments", events.IncidentResolved{By: "person:bo", How: "command"})
	l.at(30*minute, "a", "payments", events.IncidentReopened{By: "person:cleo"})
	l.at(40*minute, "a", "payments", events.IncidentClockBreached{Clock: "resolution"})
	l.at(60*minute, "a", "payments", events.IncidentResolved{By: "person:bo", How: "command"})
	l.at(60*minute, "a", "payments", events.IncidentClockMet{Clock: "resolution", Breached: true})

	l.open(minute, "b", nil)
	l.at(minute, "b", "payments", events.EscalationAdvanced{Round: 1, Level: 1, Pages: []string{"person:ana"}})
	l.at(2*minute, "b", "database", events.IncidentTransferred{To: "database", Was: "payments", Policy: "database"})
	l.at(2*minute, "b", "database", events.EscalationAdvanced{Round: 2, Level: 1, Pages: []string{"person:dee"}})
	l.at(2*minute, "b", "database", events.PageRequested{Page: "p3", Target: "person:dee", Level: 1, Asked: 1})
	l.at(3*minute, "b", "database", events.PageFailed{Page: "p3", Target: "person:dee", Attempts: make([]events.Attempt, 4)})
	l.at(9*minute, "b", "database", events.IncidentResolved{How: "cleared"})

	l.open(2*minute, "c", nil) // nobody has touched it
	r := l.report(t, Options{Levels: map[string]int{"payments": 3, "database": 1}})

	require.Equal(t, Formulas, r.Formulas)
	require.Equal(t, 3, r.Incidents)
	require.Equal(t, 1, r.Open)
	require.Equal(t, measure.Times{Count: 1, Mean: number(360), P50: number(360), P90: number(360), P95: number(360)}, r.TimeToAcknowledge)
	require.Equal(t, measure.Times{Count: 2, Mean: number(2040), P50: number(480), P90: number(3600), P95: number(3600)}, r.TimeToResolve)
	require.Equal(t, Escalations{
		ByKind: map[string]int{"functional": 2}, ByLevel: map[string]int{"2": 1},
	}, r.Escalations)
	require.InDelta(t, 2.0/3, *r.EscalationRate, 1e-12)
	require.Equal(t, 1, r.Reopened)
	require.Equal(t, 1, r.Noise, "b ended by itself, and nobody had acknowledged it")
	require.Equal(t, Kept{1, 0, number(1)}, r.Targets.Response)
	require.Equal(t, Kept{0, 1, number(0)}, r.Targets.Resolution)
	require.Equal(t, 1, r.ByPriority["P1"].Incidents, "the priority that it has now")
	require.Equal(t, 1, r.ByTeam["database"].Incidents, "the team that has it now")

	require.Equal(t, 3, r.Pages.Count, "asked for again, it is the same page")
	require.Equal(t, 2, r.Pages.Delivered)
	require.Equal(t, 1, r.Pages.Failed)
	require.Equal(t, 1, r.Pages.FirstTry)
	require.InDelta(t, 1.0/3, *r.Pages.FirstTryShare, 1e-12)
	require.Equal(t, map[string]Channel{"webhook": {1, 0, number(0)}, "email": {1, 1, number(1)}}, r.Pages.ByChannel)
	require.Equal(t, 1, r.People["bo"].Acknowledged)
	require.Equal(t, 1, r.People["bo"].Resolved)
	require.Equal(t, 1, r.People["dee"].Pages.Count)

	require.Equal(t, []PolicyLevel{
		{"database", 1, 1, 0}, {"payments", 1, 2, 0}, {"payments", 2, 1, 1}, {"payments", 3, 0, 0},
	}, r.Policies)
	require.True(t, r.Policies[2].Matters())
	require.False(t, r.Policies[3].Matters())
}

func TestEscalations(t *testing.T) {
	for name, c := range map[string]struct {
		then  []events.Data
		kinds map[string]int
	}{
		"level one":                        {[]events.Data{events.EscalationAdvanced{Level: 1}}, map[string]int{}},
		"level one, repeated":              {[]events.Data{events.EscalationAdvanced{Level: 1}, events.EscalationAdvanced{Level: 1, Round: 2}}, map[string]int{}},
		"level two":                        {[]events.Data{events.EscalationAdvanced{Level: 2}}, map[string]int{"other": 1}},
		"management":                       {[]events.Data{events.EscalationAdvanced{Level: 2, Kind: "hierarchical"}, events.EscalationAdvanced{Level: 3, Kind: "hierarchical"}}, map[string]int{"hierarchical": 1}},
		"both":                             {[]events.Data{events.IncidentTransferred{To: "db"}, events.EscalationFired{Kind: "hierarchical"}}, map[string]int{"functional": 1, "hierarchical": 1}},
		"a trigger that tells people":      {[]events.Data{events.EscalationFired{Pages: []string{"person:ana"}}}, map[string]int{"other": 1}},
		"a trigger that changes something": {[]events.Data{events.EscalationFired{On: "spike"}}, map[string]int{}},
		"a trigger that did nothing":       {[]events.Data{events.EscalationSkipped{}}, map[string]int{}},
		"the last resort":                  {[]events.Data{events.EscalationExhausted{Levels: 1, Pages: []string{"person:ana"}}}, map[string]int{"other": 1}},
		"exhausted":                        {[]events.Data{events.EscalationExhausted{Levels: 1}}, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			var l ledger
			l.open(0, "a", nil)
			for _, data := range c.then {
				l.at(minute, "a", "payments", data)
			}
			r := l.report(t, Options{})
			require.Equal(t, c.kinds, r.Escalations.ByKind)
			require.Equal(t, len(c.kinds) > 0, r.Escalated == 1)
		})
	}
}

func TestTargets(t *testing.T) {
	type facts = []events.Data
	for name, c := range map[string]struct {
		then facts
		want Target
	}{
		"not measured":          {nil, Target{}},
		"under way":             {facts{events.IncidentClockStarted{Clock: "resolution"}, events.IncidentClockAtRisk{Clock: "resolution"}}, Target{}},
		"met":                   {facts{events.IncidentClockMet{Clock: "resolution"}}, Target{Met: true}},
		"breached":              {facts{events.IncidentClockBreached{Clock: "resolution"}}, Target{Breached: true}},
		"met too late":          {facts{events.IncidentClockBreached{Clock: "resolution"}, events.IncidentClockMet{Clock: "resolution", Breached: true}}, Target{Breached: true}},
		"corrected":             {facts{events.IncidentClockBreached{Clock: "resolution"}, events.IncidentClockRetimed{IncidentClockStarted: events.IncidentClockStarted{Clock: "resolution"}}}, Target{}},
		"cancelled":             {facts{events.IncidentClockBreached{Clock: "resolution"}, events.ClocksCancelled{}, events.IncidentClocksCancelled{}}, Target{}},
		"the other target":      {facts{events.IncidentClockBreached{Clock: "response"}}, Target{}},
		"a clock of the future": {facts{events.IncidentClockBreached{Clock: "review"}}, Target{}},
	} {
		t.Run(name, func(t *testing.T) {
			var l ledger
			l.open(0, "a", nil)
			for _, data := range c.then {
				l.at(minute, "a", "payments", data)
			}
			require.Equal(t, c.want, l.c.Incidents()[0].Resolution)
		})
	}
}

// TestLeftOut: drills, probes and what was merged away count in nothing else.
func TestLeftOut(t *testing.T) {
	var l ledger
	l.open(0, "real", map[string]string{"drill": "false", "probe": "0"})
	for n, labels := range []map[string]string{{"drill": "true"}, {"probe": "blackbox"}, {"drill": "YES"}} {
		id := string(rune('x' + n))
		l.open(0, id, labels)
		l.at(0, id, "payments", events.PageRequested{Page: id, Target: "person:ana"})
	}
	l.open(0, "double", nil)
	l.at(0, "double", "payments", events.PageRequested{Page: "d", Target: "person:ana"})
	l.at(minute, "double", "payments", events.IncidentMerged{Into: "real"})
	l.at(minute, "double", "payments", events.IncidentResolved{How: "merged"})
	r := l.report(t, Options{})
	require.Equal(t, 1, r.Incidents)
	require.Equal(t, 3, r.Drills)
	require.Equal(t, 1, r.Merged)
	require.Equal(t, 1, r.Pages.Count, "somebody was paged for the one that was merged")
	require.Zero(t, r.TimeToResolve.Count)
}

func TestAlertsAndFlapping(t *testing.T) {
	var l ledger
	l.open(0, "a", nil)
	for n := range FlapReturns {
		l.at(minute, "a", "payments", events.AlertLeft{Key: "a", How: "cleared"})
		if n == 0 { // the last of its alerts resolves it, and one that returns opens it again
			l.at(minute, "a", "payments", events.IncidentResolved{How: "cleared"})
			l.at(minute, "a", "payments", events.IncidentReopened{Alert: &events.Alert{Key: "a"}})
		} else {
			l.at(minute, "a", "payments", events.AlertJoined{Alert: events.Alert{Key: "a"}})
		}
		require.Equal(t, n+1 == FlapReturns, l.c.Incidents()[0].Flapping())
	}
	l.at(minute, "a", "payments", events.AlertJoined{Alert: events.Alert{Key: "b"}})
	l.at(minute, "a", "payments", events.AlertJoined{Alert: events.Alert{Key: "b"}})
	r := l.report(t, Options{})
	require.Equal(t, 1, r.Flapping)
	require.Equal(t, 2, r.Alerts)
	require.Equal(t, number(2), r.AlertsPerIncident)
}

func TestNoise(t *testing.T) {
	cleared := events.IncidentResolved{How: "cleared"}
	for name, c := range map[string]struct {
		then  []events.Data
		noise bool
	}{
		"open":                       {nil, false},
		"ended by itself":            {[]events.Data{cleared}, true},
		"its source fell silent":     {[]events.Data{events.IncidentResolved{How: "expired"}}, true},
		"somebody had it":            {[]events.Data{events.IncidentAcknowledged{By: "person:ana"}, cleared}, false},
		"somebody resolved it":       {[]events.Data{events.IncidentResolved{How: "command"}}, false},
		"it came back":               {[]events.Data{cleared, events.IncidentReopened{}}, false},
		"the books say so":           {[]events.Data{events.IncidentAcknowledged{}, events.IncidentResolved{How: "command"}, events.IncidentClosed{Outcome: "false-alarm"}}, true},
		"the books say it was right": {[]events.Data{events.IncidentAcknowledged{}, events.IncidentResolved{How: "command"}, events.IncidentClosed{Outcome: "fixed"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var l ledger
			l.open(0, "a", nil)
			for _, data := range c.then {
				l.at(minute, "a", "payments", data)
			}
			require.Equal(t, c.noise, l.c.Incidents()[0].Noise())
		})
	}
}

func TestFactsWithoutABeginning(t *testing.T) {
	var l ledger
	l.at(0, "a", "payments", events.IncidentAcknowledged{By: "person:ana"})
	require.Empty(t, l.c.Incidents())
	require.Equal(t, 1, l.c.Unknown())
}
