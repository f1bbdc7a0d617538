package rules_test

import (
	"math"
	"time"

	"pgregory.net/rapid"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// anyCatalog is small, and often has levels that mean nobody.
func anyCatalog(t *rapid.T, revision string) *rules.Catalog {
	c := &rules.Catalog{
		Revision:   revision,
		Services:   map[string]*rules.Service{},
		Teams:      map[string]*rules.Team{"payments": {ID: "payments", Lead: pick(t, "", "cleo"), Members: []string{"ana", "bo"}}},
		People:     map[string]*rules.Person{"ana": {ID: "ana", Manager: "cleo"}, "bo": {ID: "bo"}, "cleo": {ID: "cleo", Manager: pick(t, "", "ana")}},
		Policies:   map[string]*escalation.Policy{},
		Schedules:  map[string]*oncall.Schedule{"rota": anySchedule(t), "empty": {ID: "empty"}},
		Priorities: map[string]string{"critical": "P1", "warning": "P3", "info": "P5"},
	}
	for _, id := range []string{"standard", "other"} {
		c.Policies[id] = anyPolicy(t, id)
	}
	c.Services["checkout"] = &rules.Service{ID: "checkout", Team: "payments", Policy: "standard"}
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
		p.Levels = append(p.Levels, escalation.Level{
			Targets:    rapid.SliceOfN(rapid.Custom(anyTarget), 1, 2).Draw(t, "targets"),
			AckTimeout: pick(t, time.Second, 5*time.Minute, 40*time.Minute),
		})
	}
	return p
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
	c := events.Command{Incident: h.anyIncident(t), By: pick(t, "", "person:ana"), Note: pick(t, "", "words")}
	h.ask(t, anyService(t), pick[events.Data](t,
		events.AcknowledgementReceived{Command: c}, events.AcknowledgementReceived{Command: c},
		events.AcknowledgementWithdrawn{Command: c}, events.ResolutionReceived{Command: c},
		events.ReopeningReceived{Command: c}, events.NoteReceived{Command: c},
		events.EscalationReceived{Command: c, Level: pick(t, 0, 0, 1, 2, 3, -1, math.MaxInt, math.MinInt)},
		events.IncidentResolved{How: "command"}, // nobody may ask with a fact
	))
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
