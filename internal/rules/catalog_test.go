package rules_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// readCatalog reads a story's catalog, one thing a line:
//
//	person ana manager=cleo
//	team payments lead=cleo members=ana,bo schedule=primary policy=payments
//	schedule primary zone=Europe/Madrid daily=09:00 from=2026-01-05 people=ana,bo hours=09:00-17:00
//	schedule outside zone=Europe/Madrid imported=yes
//	calendar office zone=Europe/Madrid hours=09:00-17:00 holiday=2026-03-03      (Monday to Friday)
//	service checkout team=payments policy=payments owner=ana impact=high calendar=office tier=1
//	                                                    (the first one is the fallback as well)
//	policy payments repeat=1 unacknowledge_after=30m reopen_within=10m
//	level schedule:primary person:bo within=5m kind=functional when=P1 repeat=1 hold=working_hours
//	      urgency=low responders=2 wait_if_empty to=db           (of the policy above it, on one line)
//	trigger unresolved after=2h at=80 repeat=1 when=P1 priority=P1 more_than=3 times=5 by=category
//	        within=10m  person:ana kind=hierarchical do=P1 to=db climb=2|next
//	exhausted role:manager to=db do=P1                  (of the policy above it)
//	severity critical=P1 warning=P4
//	matrix high/high=P1 high/low=P3 low/low=P5 critical=high info=low impact=low
//	goal P1 response=5m resolution=1h calendar=office at_risk=50 pause_snoozed
//
// A when=P1 holds while the priority is at least that, when=error can never be evaluated.
func readCatalog(t *testing.T, revision, text string) *rules.Catalog {
	c := &rules.Catalog{
		Revision: revision, Services: map[string]*rules.Service{}, Teams: map[string]*rules.Team{},
		People: map[string]*rules.Person{}, Policies: map[string]*escalation.Policy{},
		Schedules: map[string]*oncall.Schedule{}, Priorities: map[string]string{},
		Calendars: map[string]*clock.Calendar{}, Goals: map[string]rules.Goal{},
	}
	var policy *escalation.Policy
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		id, f := words[1], fields(words[1:])
		switch words[0] {
		case "policy":
			policy = readPolicy(t, id, f)
			c.Policies[id] = policy
		case "level":
			policy.Levels = append(policy.Levels, readLevel(t, words[1:], f))
		case "trigger":
			policy.Triggers = append(policy.Triggers, readTrigger(t, len(policy.Triggers), id, words[2:], f))
		case "exhausted":
			policy.Exhausted = readAction(t, words[1:], f)
		default:
			readNoun(t, c, words, f)
		}
	}
	require.NotNil(t, c.Fallback)
	return c
}

// readNoun reads a line that is no part of a policy.
func readNoun(t *testing.T, c *rules.Catalog, words []string, f map[string]string) {
	id := words[1]
	switch words[0] {
	case "person":
		c.People[id] = &rules.Person{ID: id, Name: id, Manager: f["manager"]}
	case "team":
		c.Teams[id] = &rules.Team{
			ID: id, Name: id, Lead: f["lead"], Members: split(f["members"]), Schedule: f["schedule"], Policy: f["policy"],
		}
	case "schedule":
		c.Schedules[id] = readSchedule(t, id, f)
	case "calendar":
		c.Calendars[id] = readCalendar(t, id, f)
	case "service":
		c.Services[id] = &rules.Service{
			ID: id, Team: f["team"], Policy: f["policy"], Owner: f["owner"], Impact: f["impact"], Calendar: f["calendar"], Tier: number(t, f["tier"]), Runbook: f["runbook"],
		}
		if c.Fallback == nil {
			c.Fallback = c.Services[id]
		}
	case "severity":
		c.Priorities = f
	case "matrix":
		c.Matrix = readMatrix(f)
	case "goal":
		c.Goals[id] = rules.Goal{
			Response: wait(t, f["response"]), Resolution: wait(t, f["resolution"]), Calendar: f["calendar"],
			AtRisk: number(t, f["at_risk"]), PauseSnoozed: slices.Contains(words, "pause_snoozed"),
		}
	default:
		require.Fail(t, "nobody knows the word "+words[0])
	}
}

func readPolicy(t *testing.T, id string, f map[string]string) *escalation.Policy {
	return &escalation.Policy{
		ID: id, Repeat: number(t, f["repeat"]),
		UnacknowledgeAfter: wait(t, f["unacknowledge_after"]), ReopenWithin: wait(t, f["reopen_within"]),
	}
}

func readMatrix(f map[string]string) *alert.Matrix {
	m := &alert.Matrix{Cells: map[string]map[string]string{}, Urgencies: map[string]string{}, Impact: f["impact"]}
	for name, value := range f {
		impact, urgency, cell := strings.Cut(name, "/")
		switch {
		case cell && m.Cells[impact] == nil:
			m.Cells[impact] = map[string]string{urgency: value}
		case cell:
			m.Cells[impact][urgency] = value
		case name != "impact":
			m.Urgencies[name] = value
		}
	}
	return m
}

// fields returns the words that have the form name=value.
func fields(words []string) map[string]string {
	out := map[string]string{}
	for _, w := range words {
		if name, value, ok := strings.Cut(w, "="); ok {
			out[name] = value
		}
	}
	return out
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func number(t *testing.T, word string) (n int) {
	if word != "" {
		_, err := fmt.Sscan(word, &n)
		require.NoError(t, err)
	}
	return n
}

func wait(t *testing.T, word string) time.Duration {
	if word == "" {
		return 0
	}
	d, err := time.ParseDuration(word)
	require.NoError(t, err)
	return d
}

func readLevel(t *testing.T, words []string, f map[string]string) escalation.Level {
	l := escalation.Level{
		AckTimeout: 5 * time.Minute, Kind: escalation.Kind(f["kind"]), Targets: readTargets(t, words), When: readCondition(f["when"]),
		Repeat: number(t, f["repeat"]), Hold: escalation.Hold(f["hold"]), WaitIfEmpty: slices.Contains(words, "wait_if_empty"),
		Responders: number(t, f["responders"]), Urgency: f["urgency"], Team: f["to"],
	}
	if f["within"] != "" {
		l.AckTimeout = wait(t, f["within"])
	}
	return l
}

func readTrigger(t *testing.T, n int, on string, words []string, f map[string]string) escalation.Trigger {
	return escalation.Trigger{
		On: escalation.On(on), Place: fmt.Sprint("trigger ", n+1), After: wait(t, f["after"]), Percent: number(t, f["at"]),
		Repeat: number(t, f["repeat"]), When: readCondition(f["when"]), To: f["priority"],
		Spike: escalation.Spike{MoreThan: number(t, f["more_than"]), Times: number(t, f["times"]), Within: wait(t, f["within"]), By: f["by"]},
		Do:    readAction(t, words, f),
	}
}

func readAction(t *testing.T, words []string, f map[string]string) escalation.Action {
	do := escalation.Action{Page: readTargets(t, words), Kind: escalation.Kind(f["kind"]), Team: f["to"], Priority: f["do"]}
	if f["climb"] == "next" {
		do.Climb = escalation.NextLevel
	} else {
		do.Climb = number(t, f["climb"])
	}
	return do
}

func readTargets(t *testing.T, words []string) []escalation.Target {
	var all []escalation.Target
	for _, w := range words {
		if strings.Contains(w, ":") && !strings.Contains(w, "=") {
			target, ok := escalation.ParseTarget(w)
			require.True(t, ok, w)
			all = append(all, target)
		}
	}
	return all
}

// readCondition returns a condition that holds from a priority on up, or in working hours, or never.
func readCondition(word string) *escalation.Condition {
	if word == "" {
		return nil
	}
	return &escalation.Condition{Text: word, Place: "when=" + word, Holds: func(m escalation.Moment) (bool, error) {
		switch word {
		case "error":
			return false, errors.New("cost limit exceeded")
		case "working_hours":
			return m.Working(""), nil
		case "holiday":
			return m.Holiday(""), nil
		}
		return m.Priority <= word, nil
	}}
}

func readSchedule(t *testing.T, id string, f map[string]string) *oncall.Schedule {
	zone, err := time.LoadLocation(f["zone"])
	require.NoError(t, err)
	if f["imported"] != "" {
		return &oncall.Schedule{ID: id, Location: zone, Imported: &oncall.Roster{}}
	}
	handoff, err := time.Parse("15:04", f["daily"])
	require.NoError(t, err)
	return &oncall.Schedule{ID: id, Location: zone, Layers: []oncall.Layer{{
		Rotation: oncall.Daily, Hour: handoff.Hour(), Minute: handoff.Minute(),
		Start: readDate(t, f["from"]), People: split(f["people"]), Only: readHours(t, f["hours"], nil),
	}}}
}

func readCalendar(t *testing.T, id string, f map[string]string) *clock.Calendar {
	zone, err := time.LoadLocation(f["zone"])
	require.NoError(t, err)
	c := &clock.Calendar{ID: id, Location: zone, Hours: readHours(t, f["hours"], []time.Weekday{1, 2, 3, 4, 5})}
	if f["holiday"] != "" {
		c.Holidays = []oncall.Date{readDate(t, f["holiday"])}
	}
	return c
}

func readDate(t *testing.T, word string) oncall.Date {
	at, err := time.Parse(time.DateOnly, word)
	require.NoError(t, err)
	return oncall.Date{Year: at.Year(), Month: at.Month(), Day: at.Day()}
}

// readHours reads a window of the day such as 09:00-17:00; none where the word is empty.
func readHours(t *testing.T, word string, days []time.Weekday) []oncall.Window {
	if word == "" {
		return nil
	}
	minutes := func(word string) int {
		at, err := time.Parse("15:04", word)
		require.NoError(t, err)
		return at.Hour()*60 + at.Minute()
	}
	from, to, _ := strings.Cut(word, "-")
	return []oncall.Window{{Days: days, From: minutes(from), To: minutes(to)}}
}
