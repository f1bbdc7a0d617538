package timeline

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/pkg/events"
)

// after folds data into an incident that was opened, one fact each.
func after(all ...events.Data) Incident {
	i := Fold(Incident{}, opening())
	for n, data := range all {
		i = Fold(i, fact(uint64(n+2), data))
	}
	return i
}

func TestFoldSnooze(t *testing.T) {
	until := start.Add(time.Hour)
	ack, snooze := events.IncidentAcknowledged{By: "person:ana"}, events.IncidentSnoozed{By: "person:ana", Until: until}
	i := after(ack, snooze)
	require.Equal(t, Snoozed, i.Status)
	require.Equal(t, until, i.SnoozedUntil)
	require.Nil(t, i.AcknowledgedAt)
	require.Empty(t, i.AcknowledgedBy)
	for name, c := range map[string]struct {
		then   events.Data
		status string
	}{
		"woken":        {events.IncidentWoken{}, Triggered},
		"acknowledged": {ack, Acknowledged},
		"resolved":     {events.IncidentResolved{How: "cleared"}, Resolved},
	} {
		t.Run(name, func(t *testing.T) {
			i := after(ack, snooze, c.then)
			require.Equal(t, c.status, i.Status)
			require.Zero(t, i.SnoozedUntil)
		})
	}
}

func TestFoldPeople(t *testing.T) {
	i := after(
		events.IncidentAssigned{To: "person:ana"},
		events.IncidentAssigned{To: "person:bo", Was: "person:ana"},
		events.IncidentRespondersAdded{Targets: []string{"team:db"}, Pages: []string{"person:dan", "person:cleo"}},
		events.IncidentResponderJoined{By: "person:ana", Have: 1, Need: 2},
		events.IncidentAcknowledged{By: "person:cleo", Responders: []string{"person:ana", "person:cleo"}},
		events.IncidentRoleAssigned{Role: "scribe", Person: "person:dan"},
		events.IncidentRoleAssigned{Role: "communications", Person: "person:ana"},
		events.IncidentRoleAssigned{Role: "scribe", Person: "person:bo"},
		events.IncidentRoleAssigned{Role: "communications"})
	require.Equal(t, "person:bo", i.Assignee)
	require.Equal(t, []string{"person:dan", "person:cleo", "person:ana"}, i.Responders, "each once, in the order in which they came")
	require.Equal(t, map[string]string{"scribe": "person:bo"}, i.Roles)
	require.Nil(t, after(events.IncidentRoleAssigned{Role: "scribe", Person: "person:dan"}, events.IncidentRoleAssigned{Role: "scribe"}).Roles)
}

// The envelope of the fact may name the team that had it, or the one that has it now.
func TestFoldTransfer(t *testing.T) {
	for _, team := range []string{"payments", "platform"} {
		e := fact(2, events.IncidentTransferred{To: "platform", Was: "payments", Policy: "platform", WasPolicy: "payments"})
		e.Team = team
		i := fold(Incident{}, opening(), e)
		require.Equal(t, "platform", i.Team)
		require.Equal(t, "platform", i.Policy)
		require.Zero(t, i.Level, "only an advance of the climb says where it is")
	}
}

func TestFoldPriority(t *testing.T) {
	e := opening()
	d := e.Data.(events.IncidentTriggered)
	d.Impact, d.Urgency, d.SplitFrom, d.Runbook = "high", "low", "inc-0", "https://wiki.example.com/search"
	e.Data = d
	i := Fold(Incident{}, e)
	require.Equal(t, []string{"high", "low", "inc-0", "https://wiki.example.com/search"}, []string{i.Impact, i.Urgency, i.SplitFrom, i.Runbook})
	i = Fold(i, fact(2, events.IncidentPrioritized{Priority: "P2", Was: "P1", Impact: "medium", Urgency: "high"}))
	require.Equal(t, []string{"P2", "medium", "high"}, []string{i.Priority, i.Impact, i.Urgency})
	i = Fold(i, fact(3, events.IncidentPrioritized{Priority: "P1", Was: "P2", By: "person:cleo", Pinned: true}))
	require.Equal(t, []string{"P1", "", ""}, []string{i.Priority, i.Impact, i.Urgency}, "impact and urgency did not make this one")
}

func TestFoldTasksAndClosure(t *testing.T) {
	i := after(
		events.IncidentTaskAdded{Task: 1, Text: "alert on it", Owner: "person:bo"},
		events.IncidentTaskAdded{Task: 2, Text: "write it down"},
		events.IncidentTaskCompleted{Task: 2},
		events.IncidentTaskCompleted{Task: 9},
		events.IncidentDocumentAdded{Document: 1, Title: "review", Type: "text/markdown", Text: "# R", By: "person:bo"},
		events.IncidentAnnotated{Note: "one"},
		events.IncidentAnnotated{Note: "two"},
		events.IncidentResolved{How: "command"},
		events.IncidentClosed{Outcome: "fixed", Cause: "the index"})
	at := func(seq uint64) time.Time { return fact(seq, events.IncidentAnnotated{}).Time }
	require.Equal(t, []Task{
		{Number: 1, Text: "alert on it", Owner: "person:bo", AddedAt: at(2)}, {Number: 2, Text: "write it down", Done: true, AddedAt: at(3), DoneAt: at(4)},
	}, i.Tasks)
	require.Equal(t, []Document{{Number: 1, Title: "review", Type: "text/markdown", Bytes: 3, By: "person:bo", At: at(6), Seq: 6}}, i.Documents)
	require.Equal(t, 2, i.Notes)
	require.Equal(t, []string{Resolved, "fixed", "the index"}, []string{i.Status, i.Outcome, i.Cause})
	i = Fold(i, fact(11, events.IncidentReopened{By: "person:bo"}))
	require.Empty(t, i.Outcome+i.Cause, "the books are open again")
	require.Len(t, i.Tasks, 2)
}

func TestFoldMergeAndSplit(t *testing.T) {
	merged := func(service string) Incident {
		return after(events.IncidentMerged{Into: "inc-2", IntoService: service}, events.IncidentResolved{How: "merged"})
	}
	same := merged("checkout")
	require.Equal(t, "inc-2", same.MergedInto)
	require.Equal(t, Moved, same.Alerts[0].Status, "the other incident has its alerts now")
	require.Equal(t, Firing, merged("search").Alerts[0].Status, "an alert stays with its service")
	require.Empty(t, Fold(same, fact(4, events.IncidentReopened{})).MergedInto)

	absorbed := events.IncidentAbsorbed{From: "inc-0", FromService: "checkout", Alerts: []events.Alert{alert("b")}}
	i := after(absorbed, events.IncidentAbsorbed{From: "inc-9", FromService: "search"},
		events.AlertLeft{Key: "a", How: "cleared"}, events.IncidentSplit{Into: "inc-3", Alerts: []string{"a", "b", "unknown"}})
	require.Equal(t, []string{"inc-0", "inc-9"}, i.Absorbed)
	require.Len(t, i.Alerts, 2)
	require.Equal(t, []string{Cleared, Moved}, []string{i.Alerts[0].Status, i.Alerts[1].Status}, "what is over stays so")
	again := Fold(i, fact(6, events.AlertJoined{Alert: alert("b")}))
	require.Equal(t, Firing, again.Alerts[1].Status)
}

func TestFoldClocks(t *testing.T) {
	response := events.IncidentClockStarted{Clock: "response", Goal: "15m0s", DueAt: at(14, 15), AtRiskAt: at(14, 10)}
	resolution := events.IncidentClockStarted{Clock: "resolution", Goal: "4h0m0s", Calendar: "office", DueAt: at(18, 0), AtRiskAt: at(17, 0)}
	later := resolution
	later.DueAt, later.AtRiskAt = at(19, 0), at(18, 0)
	retimed := events.IncidentClockRetimed{IncidentClockStarted: later, WasGoal: "4h0m0s", WasDueAt: at(18, 0)}
	met := events.IncidentClockMet{Clock: "response", Elapsed: "5m0s"}
	atRisk, breached := events.IncidentClockAtRisk{Clock: "resolution"}, events.IncidentClockBreached{Clock: "resolution"}
	paused := events.IncidentClocksPaused{Until: at(16, 0)}

	first := Clock{Clock: "response", Goal: "15m0s", DueAt: at(14, 15), AtRiskAt: at(14, 10)}
	firstMet := first
	firstMet.Met, firstMet.Elapsed = true, "5m0s"
	second := Clock{Clock: "resolution", Goal: "4h0m0s", Calendar: "office", DueAt: at(18, 0), AtRiskAt: at(17, 0)}
	secondLater := second
	secondLater.DueAt, secondLater.AtRiskAt = at(19, 0), at(18, 0)
	with := func(c Clock, change func(*Clock)) Clock { change(&c); return c }
	still := func(c *Clock) { c.Paused, c.DueAt, c.AtRiskAt = true, time.Time{}, time.Time{} }

	for name, c := range map[string]struct {
		then   []events.Data
		want   []Clock
		paused bool
	}{
		"started":                   {nil, []Clock{first, second}, false},
		"met":                       {[]events.Data{met}, []Clock{firstMet, second}, false},
		"at risk":                   {[]events.Data{atRisk}, []Clock{first, with(second, func(c *Clock) { c.AtRisk = true })}, false},
		"breached":                  {[]events.Data{atRisk, breached}, []Clock{first, with(second, func(c *Clock) { c.AtRisk, c.Breached = true, true })}, false},
		"met too late":              {[]events.Data{breached, events.IncidentClockMet{Clock: "resolution", Elapsed: "5h0m0s", Breached: true}}, []Clock{first, with(second, func(c *Clock) { c.Breached, c.Met, c.Elapsed = true, true, "5h0m0s" })}, false},
		"retimed starts anew":       {[]events.Data{atRisk, breached, retimed}, []Clock{first, secondLater}, false},
		"paused":                    {[]events.Data{met, paused}, []Clock{firstMet, with(second, still)}, true},
		"paused after a breach":     {[]events.Data{met, breached, paused}, []Clock{firstMet, with(second, func(c *Clock) { c.Breached, c.Paused = true, true })}, true},
		"retimed while paused":      {[]events.Data{met, paused, retimed}, []Clock{firstMet, with(secondLater, func(c *Clock) { c.Paused = true })}, true},
		"resumed":                   {[]events.Data{met, paused, events.IncidentClocksResumed{}, retimed}, []Clock{firstMet, secondLater}, false},
		"met in a pause":            {[]events.Data{paused, met}, []Clock{with(firstMet, func(c *Clock) { c.DueAt, c.AtRiskAt = time.Time{}, time.Time{} }), with(second, still)}, true},
		"the end ends a pause":      {[]events.Data{met, paused, events.IncidentResolved{How: "cleared"}}, []Clock{firstMet, with(second, func(c *Clock) { still(c); c.Paused = false })}, false},
		"cancelled":                 {[]events.Data{paused, events.IncidentClocksCancelled{}}, nil, false},
		"resumed without a pause":   {[]events.Data{events.IncidentClocksResumed{}}, []Clock{first, second}, false},
		"a clock that is not known": {[]events.Data{events.IncidentClockBreached{Clock: "cuckoo"}}, []Clock{first, second}, false},
	} {
		t.Run(name, func(t *testing.T) {
			i := after(append([]events.Data{response, resolution}, c.then...)...)
			require.Equal(t, c.want, i.Clocks)
			require.Equal(t, c.paused, i.ClocksPaused)
			require.Equal(t, c.paused, !i.PausedUntil.IsZero())
		})
	}
	added := after(response, met, paused, resolution)
	require.True(t, added.Clocks[1].Paused, "a clock that starts within a pause stands still")
}

func TestNewFieldsAreLeftOutWhenEmpty(t *testing.T) {
	text, err := json.Marshal(after())
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	require.Len(t, fields, 19, "those of every incident: %s", text)
}

// drawFact draws a fact of any kind, mostly about the same few things.
func drawFact(t *rapid.T) events.Data {
	key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
	person := rapid.SampledFrom([]string{"", "person:ana", "person:bo"}).Draw(t, "person")
	clock := rapid.SampledFrom([]string{"response", "resolution"}).Draw(t, "clock")
	task := rapid.IntRange(0, 3).Draw(t, "task")
	var when time.Time
	if rapid.Bool().Draw(t, "timed") {
		when = start.Add(time.Hour)
	}
	started := events.IncidentClockStarted{Clock: clock, Goal: "1h0m0s", DueAt: when}
	return rapid.SampledFrom([]events.Data{
		events.IncidentAcknowledged{By: person, Responders: []string{person, "person:dan"}},
		events.IncidentUnacknowledged{By: person},
		events.IncidentSnoozed{Until: when},
		events.IncidentWoken{},
		events.IncidentResolved{How: "cleared"},
		events.IncidentReopened{},
		events.IncidentPrioritized{Priority: "P2", Was: "P1", Impact: key},
		events.IncidentAnnotated{Note: key},
		events.IncidentAssigned{To: person},
		events.IncidentTransferred{To: key, Policy: key},
		events.IncidentRespondersAdded{Pages: []string{person, "person:eve"}},
		events.IncidentResponderJoined{By: person},
		events.IncidentRoleAssigned{Role: key, Person: person},
		events.IncidentTaskAdded{Task: task, Text: key, Owner: person},
		events.IncidentTaskCompleted{Task: task},
		events.IncidentDocumentAdded{Document: task, Title: key, Text: key},
		events.IncidentClosed{Outcome: "fixed", Cause: key},
		events.IncidentMerged{Into: key, IntoService: "checkout"},
		events.IncidentAbsorbed{From: key, Alerts: []events.Alert{alert(key)}},
		events.IncidentSplit{Into: "inc-3", Alerts: []string{key}},
		events.AlertJoined{Alert: alert(key)},
		events.AlertLeft{Key: key, How: "cleared"},
		started,
		events.IncidentClockRetimed{IncidentClockStarted: started},
		events.IncidentClockAtRisk{Clock: clock},
		events.IncidentClockBreached{Clock: clock},
		events.IncidentClockMet{Clock: clock, Elapsed: "1s"},
		events.IncidentClocksPaused{Until: when},
		events.IncidentClocksResumed{},
		events.IncidentClocksCancelled{},
		events.EscalationAdvanced{Round: task, Level: task},
		events.EscalationFired{On: "open"},
		events.EscalationHeld{Level: 1},
	}).Draw(t, "fact")
}

// An archive keeps an incident as JSON and folds on from there: nothing may hang on what JSON does not
// keep. And whoever holds the incident of before holds it unchanged.
func TestFoldGoesOnFromJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		live := Fold(Incident{}, opening())
		kept := live
		for n := range rapid.IntRange(1, 40).Draw(t, "facts") {
			e := fact(uint64(n+2), drawFact(t))
			text := encode(t, live)
			next := Fold(live, e)
			require.Equal(t, text, encode(t, live), "%s changed its argument", e.Type)

			live, kept = next, Incident{}
			require.NoError(t, json.Unmarshal([]byte(text), &kept))
			kept = Fold(kept, e)
			require.Equal(t, encode(t, live), encode(t, kept), "after %s", e.Type)

			require.True(t, live.Status == Snoozed || live.SnoozedUntil.IsZero(), "%s, until %s", live.Status, live.SnoozedUntil)
			for _, c := range live.Clocks {
				require.False(t, c.Paused && (c.Met || !live.ClocksPaused), "%+v", c)
			}
		}
	})
}

func encode(t *rapid.T, i Incident) string {
	text, err := json.Marshal(i)
	require.NoError(t, err)
	return string(text)
}
