package timeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// at is an instant on the day of the facts.
func at(hour, minute int) time.Time { return time.Date(2026, 3, 2, hour, minute, 0, 0, time.UTC) }

// telling is a fact with what its envelope adds, and its sentence.
type telling struct {
	said          string
	data          events.Data
	actor, reason string
}

func tellAll(t *testing.T, all []telling) {
	t.Helper()
	for _, c := range all {
		t.Run(c.said, func(t *testing.T) {
			e := fact(1, c.data)
			e.Actor, e.Reason = c.actor, c.reason
			require.Equal(t, c.said, Tell(e).Summary)
		})
	}
}

func TestTellStatus(t *testing.T) {
	tellAll(t, []telling{
		{said: "P1 incident opened: slow", data: events.IncidentTriggered{Priority: "P1", Title: "slow"}},
		{said: "P1 incident opened: slow; split off from incident inc-0", data: events.IncidentTriggered{Priority: "P1", Title: "slow", SplitFrom: "inc-0"}},
		{said: "ana acknowledged it via cli", data: events.IncidentAcknowledged{By: "person:ana", Via: "cli"}},
		{said: "ana acknowledged it, together with bo, cleo, until 15:00:00Z", data: events.IncidentAcknowledged{By: "person:ana", Responders: []string{"person:bo", "person:cleo", "person:ana"}, Until: at(15, 0)}},
		{said: "bo snoozed it, until 15:00:00Z", data: events.IncidentSnoozed{By: "person:bo", Until: at(15, 0)}},
		{said: "snoozed, until 15:00:00Z", data: events.IncidentSnoozed{Until: at(15, 0)}},
		{said: "bo woke it", data: events.IncidentWoken{By: "person:bo"}},
		{said: "the snooze is over", data: events.IncidentWoken{}, actor: "policy", reason: "its time has come"},
		{said: "the acknowledgement expired", data: events.IncidentUnacknowledged{}, actor: "policy", reason: "the acknowledgement expired"},
		{said: "the acknowledgement expired", data: events.IncidentUnacknowledged{}, actor: "policy"},
		{said: "the acknowledgement was withdrawn: open for 2h", data: events.IncidentUnacknowledged{}, actor: "policy", reason: "open for 2h"},
		{said: "cleo withdrew the acknowledgement of bo", data: events.IncidentUnacknowledged{By: "person:cleo", Was: "person:bo"}, actor: "person:cleo"},
		{said: "cleo withdrew the acknowledgement", data: events.IncidentUnacknowledged{By: "person:cleo"}, actor: "person:cleo", reason: "escalated by hand"},
		{said: "resolved: merged into another incident", data: events.IncidentResolved{By: "person:bo", How: "merged"}},
	})
}

func TestTellPriority(t *testing.T) {
	tellAll(t, []telling{
		{said: "priority changed from P3 to P1, severity critical", data: events.IncidentPrioritized{Was: "P3", Priority: "P1", Severity: "critical"}},
		{said: "priority changed from P3 to P1, impact high, urgency low", data: events.IncidentPrioritized{Was: "P3", Priority: "P1", Severity: "critical", Impact: "high", Urgency: "low"}},
		{said: "severity is now error; priority stays P2", data: events.IncidentPrioritized{Was: "P2", Priority: "P2", Severity: "error"}},
		{said: "cleo changed the priority from P1 to P4; alerts no longer change it", data: events.IncidentPrioritized{Was: "P1", Priority: "P4", By: "person:cleo", Pinned: true, Severity: "critical"}},
		{said: "somebody changed the priority from P2 to P1, impact high, urgency high; alerts no longer change it", data: events.IncidentPrioritized{Was: "P2", Priority: "P1", Pinned: true, Impact: "high", Urgency: "high"}},
	})
}

func TestTellResponse(t *testing.T) {
	tellAll(t, []telling{
		{said: "assigned to bo", data: events.IncidentAssigned{To: "person:bo", By: "person:bo"}},
		{said: "cleo assigned it to bo (was ana)", data: events.IncidentAssigned{To: "person:bo", Was: "person:ana", By: "person:cleo"}},
		{said: "transferred to team platform (was payments); policy platform takes over", data: events.IncidentTransferred{To: "platform", Was: "payments", Policy: "platform", WasPolicy: "payments"}},
		{said: "ana transferred it to team platform (was payments); policy payments continues", data: events.IncidentTransferred{To: "platform", Was: "payments", Policy: "payments", WasPolicy: "payments", By: "person:ana"}},
		{said: "ana requested help: paged person:dan via schedule:dba", data: events.IncidentRespondersAdded{By: "person:ana", Targets: []string{"schedule:dba"}, Pages: []string{"person:dan"}, Round: 2}},
		{said: "ana requested help: paged person:dan", data: events.IncidentRespondersAdded{By: "person:ana", Targets: []string{"person:dan"}, Pages: []string{"person:dan"}}},
		{said: "ana requested help: nobody to page for schedule:dba", data: events.IncidentRespondersAdded{By: "person:ana", Targets: []string{"schedule:dba"}}},
		{said: "bo responded via cli, 1 of 2 required", data: events.IncidentResponderJoined{By: "person:bo", Via: "cli", Have: 1, Need: 2}},
		{said: "cleo is now scribe", data: events.IncidentRoleAssigned{Role: "scribe", Person: "person:cleo", By: "person:cleo"}},
		{said: "cleo is now scribe, by ana", data: events.IncidentRoleAssigned{Role: "scribe", Person: "person:cleo", By: "person:ana"}},
		{said: "ana cleared the role scribe", data: events.IncidentRoleAssigned{Role: "scribe", By: "person:ana"}},
		{said: "nobody has the role scribe any more", data: events.IncidentRoleAssigned{Role: "scribe"}},
		{said: "cleo added task 1: write it down; owner bo", data: events.IncidentTaskAdded{Task: 1, Text: "write it down", Owner: "person:bo", By: "person:cleo"}},
		{said: "somebody added task 2: ask the vendor", data: events.IncidentTaskAdded{Task: 2, Text: "ask the vendor"}},
		{said: "cleo added document 1: review", data: events.IncidentDocumentAdded{Document: 1, Title: "review", Type: "text/markdown", Text: "# Review", By: "person:cleo"}},
		{said: "bo completed task 2", data: events.IncidentTaskCompleted{Task: 2, By: "person:bo"}},
		{said: "cleo closed it: fixed; cause: the index", data: events.IncidentClosed{Outcome: "fixed", Cause: "the index", By: "person:cleo"}},
		{said: "somebody closed it: false-alarm", data: events.IncidentClosed{Outcome: "false-alarm"}},
	})
}

func TestTellMergeAndSplit(t *testing.T) {
	ask := events.MergeRequested{Incident: "inc-1", Service: "checkout", Into: "inc-2", IntoService: "search", Title: "slow", Asked: 1}
	again := ask
	again.By, again.Asked = "person:bo", 2
	tellAll(t, []telling{
		{said: "merge requested into incident inc-2 of search", data: ask},
		{said: "bo requested a merge into incident inc-2 of search, 2nd request", data: again},
		{said: "incident inc-2 accepted the merge of incident inc-1 of checkout", data: events.MergeAnswered{Incident: "inc-1", Service: "checkout", Into: "inc-2", Accepted: true}},
		{said: "incident inc-2 rejected the merge of incident inc-1 of checkout: the other incident is resolved", data: events.MergeAnswered{Incident: "inc-1", Service: "checkout", Into: "inc-2", Refusal: "the other incident is resolved"}},
		{said: "bo merged it into incident inc-2 of search", data: events.IncidentMerged{Into: "inc-2", IntoService: "search", By: "person:bo"}},
		{said: "merged into incident inc-2 of search", data: events.IncidentMerged{Into: "inc-2", IntoService: "search"}},
		{said: "bo merged incident inc-0 of checkout into this one: slow", data: events.IncidentAbsorbed{From: "inc-0", FromService: "checkout", Title: "slow", By: "person:bo"}},
		{said: "merged incident inc-0 of checkout into this one, with 2 alerts: slow", data: events.IncidentAbsorbed{From: "inc-0", FromService: "checkout", Title: "slow", Alerts: []events.Alert{alert("a"), alert("b")}}},
		{said: "ana split 2 alerts off into incident inc-3: a, b", data: events.IncidentSplit{Into: "inc-3", Alerts: []string{"a", "b"}, By: "person:ana"}},
		{said: "bo could not merge it into another incident: the other incident is not known", data: events.CommandRefused{Command: "merge.received", By: "person:bo"}, reason: "the other incident is not known"},
	})
}

func TestTellEscalation(t *testing.T) {
	tellAll(t, []telling{
		{said: "level 2 held until 15:00:00Z: waiting for working hours", data: events.EscalationHeld{Level: 2, For: "working_hours", Until: at(15, 0)}},
		{said: "level 1 held until 2026-03-03T08:00:00Z: waiting for somebody on call", data: events.EscalationHeld{Level: 1, For: "on_call", Until: at(32, 0)}},
		{said: "level 1 of round 2: paged person:ana, 2 must acknowledge, next step at 15:00:00Z", data: events.EscalationAdvanced{Level: 1, Round: 2, Pages: []string{"person:ana"}, Need: 2, DueAt: at(15, 0)}},
		{said: "level 1 of round 1: paged chat:ops via chat:ops, team:db; nobody is behind chat:ops, team:db: passed without waiting", data: events.EscalationAdvanced{Level: 1, Round: 1, Targets: []string{"chat:ops", "team:db"}, Pages: []string{"chat:ops"}}, reason: "nobody is behind chat:ops, team:db: passed without waiting"},
		{said: "level 1 of round 1: the condition at policies.yaml:9 does not hold: passed", data: events.EscalationAdvanced{Level: 1, Round: 1, Targets: []string{"team:db"}}, reason: "the condition at policies.yaml:9 does not hold: passed"},
		{said: "level 1 of round 1: nobody to page, no next step", data: events.EscalationAdvanced{Level: 1, Round: 1}},
		{said: "trigger fired: resolution target breached; paged person:cleo via role:manager", data: events.EscalationFired{On: "resolution", Targets: []string{"role:manager"}, Pages: []string{"person:cleo"}}, reason: "resolution target breached"},
		{said: "trigger fired: open for 2h", data: events.EscalationFired{On: "open"}, reason: "open for 2h"},
		{said: "trigger fired: open for 2h; nobody is behind role:manager", data: events.EscalationFired{On: "open", Targets: []string{"role:manager"}}, reason: "open for 2h; nobody is behind role:manager"},
		{said: "trigger fired: priority raised; nobody to page for role:manager", data: events.EscalationFired{On: "priority_raised", Targets: []string{"role:manager"}}},
		{said: "ana escalated it: paged person:cleo via role:manager", data: events.EscalationFired{On: "command", Targets: []string{"role:manager"}, Pages: []string{"person:cleo"}}, actor: "person:ana"},
		{said: "trigger skipped: spike of shop", data: events.EscalationSkipped{On: "spike", Category: "shop"}},
		{said: "trigger skipped: open for 2h; the condition at policies.yaml:9 does not hold", data: events.EscalationSkipped{On: "open"}, reason: "open for 2h; the condition at policies.yaml:9 does not hold"},
		{said: "escalation exhausted after 3 levels in 2 rounds", data: events.EscalationExhausted{Levels: 3, Rounds: 2}},
		{said: "escalation exhausted after 1 level in 1 round; paged person:cleo via role:lead", data: events.EscalationExhausted{Levels: 1, Rounds: 1, Targets: []string{"role:lead"}, Pages: []string{"person:cleo"}}},
		{said: "page to person:cleo recorded for webhook (hook), not sent: shadow run", data: events.PageDelivered{Target: "person:cleo", Channel: "webhook", Contact: "hook", Attempts: []events.Attempt{{Outcome: "recorded"}}}},
		{said: "page to person:cleo requested, urgency high: open for 2h", data: events.PageRequested{Target: "person:cleo", Urgency: "high", Asked: 1, Why: "open for 2h"}},
	})
}

func TestTellClocks(t *testing.T) {
	started := events.IncidentClockStarted{Clock: "resolution", Goal: "2h0m0s", Calendar: "office", DueAt: at(16, 0), AtRiskAt: at(15, 0)}
	standing := started
	standing.DueAt, standing.AtRiskAt = time.Time{}, time.Time{}
	none := standing
	none.Goal = "0s"
	tellAll(t, []telling{
		{said: "response goal is 15m, due at 14:15:00Z", data: events.IncidentClockStarted{Clock: "response", Goal: "15m0s", DueAt: at(14, 15)}},
		{said: "resolution goal is 2h of working time (office), due at 16:00:00Z", data: started},
		{said: "resolution goal is 2h of working time (office)", data: standing},
		{said: "resolution goal is now 2h of working time (office) (was 4h), due at 16:00:00Z (was 18:00:00Z); 1h of 2h used", data: events.IncidentClockRetimed{IncidentClockStarted: started, WasGoal: "4h0m0s", WasDueAt: at(18, 0), Arithmetic: "1h of 2h used"}},
		{said: "resolution goal is now 2h of working time (office), due at 16:00:00Z (was 18:00:00Z)", data: events.IncidentClockRetimed{IncidentClockStarted: started, WasGoal: "2h0m0s", WasDueAt: at(18, 0)}},
		{said: "resolution goal is now 2h of working time (office) (was 4h), due at 16:00:00Z", data: events.IncidentClockRetimed{IncidentClockStarted: started, WasGoal: "4h0m0s", WasDueAt: at(16, 0)}},
		{said: "resolution goal is now 2h of working time (office), due at 16:00:00Z", data: events.IncidentClockRetimed{IncidentClockStarted: started, WasGoal: "2h0m0s"}},
		{said: "resolution goal is now 2h of working time (office) (was 4h); paused", data: events.IncidentClockRetimed{IncidentClockStarted: standing, WasGoal: "4h0m0s", Arithmetic: "paused"}},
		{said: "no resolution goal any more (was 4h)", data: events.IncidentClockRetimed{IncidentClockStarted: none, WasGoal: "4h0m0s", WasDueAt: at(18, 0), Arithmetic: "1h of 0s used"}},
		{said: "resolution goal at risk: 75% used, due at 16:00:00Z; 3h of 4h used", data: events.IncidentClockAtRisk{Clock: "resolution", Percent: 75, DueAt: at(16, 0), Arithmetic: "3h of 4h used"}},
		{said: "resolution goal breached, due at 16:00:00Z; 4h of 4h used", data: events.IncidentClockBreached{Clock: "resolution", DueAt: at(16, 0), Arithmetic: "4h of 4h used"}},
		{said: "response goal met after 40s; 40s of 15m used", data: events.IncidentClockMet{Clock: "response", Elapsed: "40s", Arithmetic: "40s of 15m used"}},
		{said: "response goal met late, after 1h30m; 1h30m of 15m used", data: events.IncidentClockMet{Clock: "response", Elapsed: "1h30m0s", Breached: true, Arithmetic: "1h30m of 15m used"}},
		{said: "ana paused its clocks, until 15:00:00Z", data: events.IncidentClocksPaused{By: "person:ana", Until: at(15, 0)}},
		{said: "its clocks are paused", data: events.IncidentClocksPaused{}},
		{said: "ana resumed its clocks", data: events.IncidentClocksResumed{By: "person:ana"}},
		{said: "its clocks run again", data: events.IncidentClocksResumed{}},
		{said: "cleo cancelled its clocks: no goal applies any more", data: events.IncidentClocksCancelled{By: "person:cleo"}},
	})
}

func TestTellOverrides(t *testing.T) {
	o := events.Override{ID: "o-1", Schedule: "payments-primary", From: at(18, 0), To: at(32, 0)}
	over := func(kind string, people ...string) events.Override {
		next := o
		next.Kind, next.People = kind, people
		return next
	}
	one := over("override", "bo")
	one.Replaces = "ana"
	temporary := over("temporary")
	temporary.Shifts = []events.Shift{{}, {}}
	const stretch = "schedule payments-primary, from 18:00:00Z to 2026-03-03T08:00:00Z: "
	tellAll(t, []telling{
		{said: stretch + "bo instead of everybody on call", data: events.OverrideAdded{Override: over("override", "bo")}},
		{said: stretch + "bo instead of ana; by cleo", data: events.OverrideAdded{Override: one, By: "person:cleo"}},
		{said: stretch + "ana, bo swap shifts", data: events.OverrideAdded{Override: over("swap", "ana", "bo")}},
		{said: stretch + "2 shifts instead of the schedule", data: events.OverrideAdded{Override: temporary}},
		{said: stretch + "cleo as shadow", data: events.OverrideAdded{Override: over("shadow", "cleo")}},
		{said: stretch + "override of kind deputy", data: events.OverrideAdded{Override: over("deputy")}},
		{
			said: "schedule outside: 1 shift imported from calendar.example.com, 18:00:00Z to 2026-03-03T08:00:00Z",
			data: events.RosterImported{Roster: events.Roster{ID: "r-1", Schedule: "outside", From: o.From, To: o.To, Source: "calendar.example.com", Shifts: temporary.Shifts[:1]}},
		},
		{said: "schedule payments-primary: override o-1 removed by ana", data: events.OverrideRemoved{ID: "o-1", Schedule: "payments-primary", By: "person:ana"}},
	})
}

func TestSpan(t *testing.T) {
	for given, want := range map[string]string{
		"4h0m0s": "4h", "1h30m0s": "1h30m", "15m0s": "15m", "40s": "40s", "1h0m30s": "1h0m30s", "10m0s": "10m", "10h10m0s": "10h10m", "0s": "0s", "": "", "soon": "soon",
	} {
		require.Equal(t, want, span(given), given)
	}
}
