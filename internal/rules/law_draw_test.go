package rules_test

import (
	"math"
	"time"

	"pgregory.net/rapid"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// anyCatalog is small, and often has levels that mean nobody.
func anyCatalog(t *rapid.T, revision string) *rules.Catalog {
	c := &rules.Catalog{
		Revision: revision,
		Services: map[string]*rules.Service{},
		Teams: map[string]*rules.Team{
			"payments": {ID: "payments", Lead: pick(t, "", "cleo"), Members: []string{"ana", "bo"}, Schedule: pick(t, "", "rota"), Policy: "standard"},
			"db":       {ID: "db", Lead: "bo", Members: []string{"cleo"}, Policy: pick(t, "", "other", "gone")},
		},
		People:     map[string]*rules.Person{"ana": {ID: "ana", Manager: "cleo"}, "bo": {ID: "bo"}, "cleo": {ID: "cleo", Manager: pick(t, "", "ana")}},
		Policies:   map[string]*escalation.Policy{},
		Schedules:  map[string]*oncall.Schedule{"rota": anySchedule(t), "empty": {ID: "empty"}, "outside": {ID: "outside", Imported: &oncall.Roster{}}},
		Priorities: map[string]string{"critical": "P1", "warning": "P3", "info": "P5"},
		Calendars: map[string]*clock.Calendar{"office": {ID: "office", Hours: []oncall.Window{
			{Days: []time.Weekday{time.Saturday, time.Sunday, time.Monday}, From: 8 * 60, To: 18 * 60},
		}}},
		Goals: map[string]rules.Goal{},
	}
	for _, id := range []string{"standard", "other"} {
		c.Policies[id] = anyPolicy(t, id)
	}
	for _, priority := range []string{"P1", "P3"} {
		c.Goals[priority] = rules.Goal{
			Response: pick(t, 0, 3*time.Minute, time.Hour), Resolution: pick(t, 0, 20*time.Minute, 9*time.Hour),
			Calendar: pick(t, "", "office"), PauseSnoozed: rapid.Bool().Draw(t, "pause snoozed"),
		}
	}
	c.Services["checkout"] = &rules.Service{ID: "checkout", Team: "payments", Policy: "standard", Owner: "bo", Calendar: pick(t, "", "office")}
	c.Services["search"] = &rules.Service{ID: "search", Team: "nobody", Policy: "other"}
	c.Fallback = c.Services["checkout"]
	return c
}

func anySchedule(t *rapid.T) *oncall.Schedule {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		madrid = time.FixedZone("CET", 3600)
	}
	return &oncall.Schedule{ID: "rota", Location: madrid, Layers: []oncall.Layer{{
		Rotation: oncall.Daily, Hour: rapid.IntRange(0, 23).Draw(t, "hand-off"),
		Start:  oncall.Date{Year: 2026, Month: time.March, Day: rapid.IntRange(27, 30).Draw(t, "first turn")},
		People: []string{"ana", "bo"},
	}}}
}

func anyPolicy(t *rapid.T, id string) *escalation.Policy {
	p := &escalation.Policy{
		ID: id, Repeat: rapid.IntRange(0, 2).Draw(t, "repeat"),
		UnacknowledgeAfter: pick(t, 0, 7*time.Minute, time.Hour),
		ReopenWithin:       pick(t, 0, 10*time.Minute, 48*time.Hour),
	}
	for range rapid.IntRange(1, 3).Draw(t, "levels") {
		p.Levels = append(p.Levels, anyLevel(t))
	}
	for range rapid.IntRange(0, 3).Draw(t, "triggers") {
		p.Triggers = append(p.Triggers, anyTrigger(t))
	}
	if rapid.Bool().Draw(t, "last resort") {
		p.Exhausted = escalation.Action{Page: anyTargets(t, 0), Team: pick(t, "", "db"), Priority: pick(t, "", "P2")}
	}
	return p
}

func anyLevel(t *rapid.T) escalation.Level {
	l := escalation.Level{
		Targets: anyTargets(t, 1), AckTimeout: pick(t, time.Second, 5*time.Minute, 40*time.Minute),
		When: anyCondition(t), Repeat: pick(t, 0, 0, 0, 2), Hold: pick(t, "", "", escalation.WorkingHours, escalation.SomeoneThere),
		WaitIfEmpty: pick(t, false, false, true), Responders: pick(t, 0, 0, 1, 2), Urgency: pick(t, "", "", "low", "high"),
		Team: pick(t, "", "", "", "", "db", "gone"),
	}
	if l.Team != "" && rapid.Bool().Draw(t, "hands over whole") {
		l.Targets = nil
	}
	return l
}

func anyTargets(t *rapid.T, least int) []escalation.Target {
	return rapid.SliceOfN(rapid.Custom(anyTarget), least, 2).Draw(t, "targets")
}

func anyCondition(t *rapid.T) *escalation.Condition {
	return readCondition(pick(t, "", "", "", "", "P2", "working_hours", "error"))
}

func anyTrigger(t *rapid.T) escalation.Trigger {
	return escalation.Trigger{
		On: pick(t, escalation.Unacknowledged, escalation.Unresolved, escalation.OpenFor, escalation.Response, escalation.Resolution,
			escalation.PriorityRaised, escalation.Nobody, escalation.Undeliverable, escalation.OnSpike),
		Place: "here", After: pick(t, time.Minute, 30*time.Minute, 3*time.Hour), Percent: pick(t, 50, 100), Repeat: pick(t, 0, 0, 2),
		When: anyCondition(t), To: pick(t, "", "P1"),
		Spike: escalation.Spike{MoreThan: pick(t, 0, 2), Times: pick(t, 0, 3), Within: 10 * time.Minute, By: pick(t, "", "category")},
		Do: escalation.Action{
			Page: anyTargets(t, 0), Climb: pick(t, 0, 0, 1, 3, escalation.NextLevel), Team: pick(t, "", "", "", "db", "payments"),
			Priority: pick(t, "", "", "P1"),
		},
	}
}

func anyTarget(t *rapid.T) escalation.Target {
	return pick(t,
		escalation.Target{Kind: escalation.Person, ID: "ana"},
		escalation.Target{Kind: escalation.Person, ID: "bo"},
		escalation.Target{Kind: escalation.OnCall, ID: "rota"},
		escalation.Target{Kind: escalation.OnCall, ID: "empty"},
		escalation.Target{Kind: escalation.OnCall, ID: "nobody knows it"},
		escalation.Target{Kind: escalation.Team, ID: "payments"},
		escalation.Target{Kind: escalation.RoleKind, ID: escalation.RoleLead},
		escalation.Target{Kind: escalation.RoleKind, ID: escalation.RoleManager},
		escalation.Target{Kind: "planet", ID: "mars"},
		escalation.Target{Kind: escalation.Chat, ID: "ops"},
		escalation.Target{Kind: escalation.Team, ID: "payments", Of: escalation.RoundRobin},
		escalation.Target{Kind: escalation.Team, ID: "payments", Of: escalation.TeamOnCall},
		escalation.Target{Kind: escalation.RoleKind, ID: escalation.RoleHolder},
		escalation.Target{Kind: escalation.RoleKind, ID: escalation.RoleOwner},
	)
}

func pick[T any](t *rapid.T, all ...T) T { return rapid.SampledFrom(all).Draw(t, "pick") }

func anySpan(t *rapid.T) time.Duration {
	return pick(t, 0, time.Nanosecond, time.Minute, 5*time.Minute, 17*time.Minute, 2*time.Hour, 25*time.Hour)
}

func anyService(t *rapid.T) string { return pick(t, "checkout", "checkout", "search", "stranger", "") }

func (h *history) anyAlert(t *rapid.T) events.Alert {
	a := events.Alert{
		Key: pick(t, "", "a", "b", "c"), DedupKey: pick(t, "", "", "group"), Summary: "something",
		Severity: pick(t, "", "critical", "Warning", "info", "made up"),
	}
	if rapid.Bool().Draw(t, "has a category") {
		a.Labels = events.NewLabels(map[string]string{"category": "disk"})
	}
	if in := pick(t, math.MaxInt64, -time.Hour, 0, 4*time.Minute, 3*time.Hour); in != math.MaxInt64 {
		a.EndsAt = h.now.Add(in).In(time.FixedZone("", 5400))
	}
	if rapid.Bool().Draw(t, "has a start") {
		a.StartsAt = time.Date(2026, time.March, 28, rapid.IntRange(0, 1).Draw(t, "start"), 0, 0, 0, time.UTC)
	}
	return a
}

// command is any command of anybody about any incident, known or not.
func (h *history) command(t *rapid.T) {
	c := h.anyCommand(t)
	h.ask(t, anyService(t), pick[events.Data](t,
		events.AcknowledgementReceived{Command: c}, events.AcknowledgementReceived{Command: c},
		events.AcknowledgementWithdrawn{Command: c}, events.ResolutionReceived{Command: c},
		events.ReopeningReceived{Command: c}, events.NoteReceived{Command: c},
		events.EscalationReceived{
			Command: c, Level: pick(t, 0, 0, 1, 2, 3, -1, math.MaxInt, math.MinInt), To: pick(t, "", "", "", "db", "payments", "gone"), Up: pick(t, false, false, true), IfNeeded: pick(t, false, false, true),
		},
		events.IncidentResolved{How: "command"}, // nobody may ask with a fact
	))
}

func (h *history) anyCommand(t *rapid.T) events.Command {
	return events.Command{Incident: h.anyIncident(t), By: pick(t, "", "person:ana", "person:bo"), Note: pick(t, "", "words")}
}

// life is any command that concerns more than the climb.
func (h *history) life(t *rapid.T) {
	c := h.anyCommand(t)
	later := h.now.Add(pick(t, -time.Hour, 0, time.Minute, 3*time.Hour, 9000*time.Hour))
	person := pick(t, "", "ana", "person:bo", "person:nobody")
	h.ask(t, anyService(t), pick[events.Data](t,
		events.SnoozeReceived{Command: c, Until: later}, events.SnoozeReceived{Command: c, Until: later}, events.SnoozeWithdrawn{Command: c},
		events.AssignmentReceived{Command: c, To: person},
		events.RespondersRequested{Command: c, Targets: rapid.SliceOfN(rapid.SampledFrom([]string{"", "person:cleo", "team:db", "schedule:empty", "planet:mars"}), 0, 2).Draw(t, "help")},
		events.PriorityReceived{Command: c, Priority: pick(t, "", "P1", "P4", "P9")},
		events.SplitReceived{Command: c, Alerts: rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ""}), 0, 2).Draw(t, "split")},
		events.RoleReceived{Command: c, Role: pick(t, "scribe", "king"), Person: person},
		events.TaskReceived{Command: c, Text: pick(t, "", "look"), Owner: person}, events.TaskCompleted{Command: c, Task: pick(t, 0, 1, 2)},
		events.ClosureReceived{Command: c, Outcome: pick(t, "fixed", "magic")},
		events.DocumentReceived{Command: c, Title: pick(t, "", "review"), Text: pick(t, "", "what happened")},
		events.PauseReceived{Command: c, Until: pick(t, time.Time{}, later)}, events.PauseWithdrawn{Command: c}, events.ClocksCancelled{Command: c},
	))
}

// merge is a merge here or with another partition, and any answer of that.
func (h *history) merge(t *rapid.T) {
	c, other := h.anyCommand(t), h.anyIncident(t)
	h.ask(t, anyService(t), pick[events.Data](t,
		events.MergeReceived{Command: c, Into: other, IntoService: anyService(t)},
		events.MergeRequested{Incident: pick(t, "far 1", "far 2", other), Service: anyService(t), Into: c.Incident, IntoService: "checkout", Asked: 1},
		events.MergeAnswered{Incident: c.Incident, Into: other, Accepted: rapid.Bool().Draw(t, "accepted"), Refusal: "no"},
	))
}

// override is a change of who is on call, or its withdrawal.
func (h *history) override(t *rapid.T) {
	id, schedule := pick(t, "", "o1", "o2"), pick(t, "rota", "rota", "empty", "nobody knows it")
	h.ask(t, "", pick[events.Data](t,
		events.OverrideReceived{Override: events.Override{
			ID: id, Schedule: schedule, Kind: pick(t, "override", "swap", "shadow", "temporary", "nonsense"),
			From: h.now.Add(-anySpan(t)), To: h.now.Add(anySpan(t)), People: pick(t, nil, []string{"cleo"}, []string{"ana", "bo"}), Replaces: pick(t, "", "", "ana"),
		}},
		events.OverrideWithdrawn{ID: id, Schedule: schedule},
	))
}

// roster is what was read of a calendar: of a schedule that is imported, or of one that is not.
func (h *history) roster(t *rapid.T) {
	from := h.now.Add(-anySpan(t))
	h.ask(t, "", events.RosterReceived{Roster: events.Roster{
		ID: pick(t, "", "r1", "r2"), Schedule: pick(t, "outside", "outside", "outside", "rota", "nobody knows it"), From: from, To: from.Add(4 * anySpan(t)),
		Shifts: pick(t, nil, []events.Shift{
			{People: []string{"cleo"}, From: from, To: from.Add(anySpan(t))},
			{People: pick(t, []string{"ana", "bo"}, []string{}), From: h.now, To: h.now.Add(anySpan(t))},
		}),
	}})
}

func (h *history) anyIncident(t *rapid.T) string {
	return pick(t, append([]string{"", "nobody knows it"}, h.incidents...)...)
}

// receipt is about a page of any time, or of none, and now and then of the wrong incident.
func (h *history) receipt(t *rapid.T) {
	r := events.ReceiptReceived{Incident: h.anyIncident(t), Page: "nobody knows it"}
	if len(h.pages) > 0 && rapid.IntRange(0, 9).Draw(t, "sense") > 0 {
		e := pick(t, h.pages...)
		r.Incident, r.Page = e.Subject, e.Data.(events.PageRequested).Page
	}
	r.Delivered, r.Final = rapid.Bool().Draw(t, "delivered"), rapid.Bool().Draw(t, "final")
	if rapid.Bool().Draw(t, "attempts") {
		r.Attempts = []events.Attempt{{Contact: "phone", Channel: "webhook", At: h.now, Outcome: "permanent"}}
	}
	h.ask(t, anyService(t), r)
}
