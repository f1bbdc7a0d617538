package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// readCatalog reads a story's catalog, one thing a line:
//
//	person ana manager=cleo
//	team payments lead=cleo members=ana,bo
//	schedule primary zone=Europe/Madrid daily=09:00 from=2026-01-05 people=ana,bo
//	service checkout team=payments policy=payments      (the first one is the fallback as well)
//	policy payments repeat=1 unacknowledge_after=30m reopen_within=10m
//	level schedule:primary person:bo within=5m kind=functional    (of the policy above it)
//	severity critical=P1 warning=P4
func readCatalog(t *testing.T, revision, text string) *rules.Catalog {
	c := &rules.Catalog{
		Revision: revision, Services: map[string]*rules.Service{}, Teams: map[string]*rules.Team{},
		People: map[string]*rules.Person{}, Policies: map[string]*escalation.Policy{},
		Schedules: map[string]*oncall.Schedule{}, Priorities: map[string]string{},
	}
	var policy *escalation.Policy
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		id, f := words[1], fields(words[1:])
		switch words[0] {
		case "person":
			c.People[id] = &rules.Person{ID: id, Name: id, Manager: f["manager"]}
		case "team":
			c.Teams[id] = &rules.Team{ID: id, Name: id, Lead: f["lead"], Members: split(f["members"])}
		case "schedule":
			c.Schedules[id] = readSchedule(t, id, f)
		case "service":
			c.Services[id] = &rules.Service{ID: id, Team: f["team"], Policy: f["policy"]}
			if c.Fallback == nil {
				c.Fallback = c.Services[id]
			}
		case "policy":
			policy = &escalation.Policy{
				ID: id, Repeat: number(t, f["repeat"]),
				UnacknowledgeAfter: wait(t, f["unacknowledge_after"]), ReopenWithin: wait(t, f["reopen_within"]),
			}
			c.Policies[id] = policy
		case "level":
			policy.Levels = append(policy.Levels, readLevel(t, words[1:], f))
		case "severity":
			c.Priorities = f
		default:
			require.Fail(t, "nobody knows the word "+words[0])
		}
	}
	require.NotNil(t, c.Fallback)
	return c
}

// fields gives the words that have the form name=value.
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
	l := escalation.Level{AckTimeout: 5 * time.Minute, Kind: escalation.Kind(f["kind"])}
	if f["within"] != "" {
		l.AckTimeout = wait(t, f["within"])
	}
	for _, w := range words {
		if kind, id, ok := strings.Cut(w, ":"); ok {
			l.Targets = append(l.Targets, escalation.Target{Kind: escalation.TargetKind(kind), ID: id})
		}
	}
	return l
}

func readSchedule(t *testing.T, id string, f map[string]string) *oncall.Schedule {
	zone, err := time.LoadLocation(f["zone"])
	require.NoError(t, err)
	start, err := time.Parse(time.DateOnly, f["from"])
	require.NoError(t, err)
	handoff, err := time.Parse("15:04", f["daily"])
	require.NoError(t, err)
	return &oncall.Schedule{ID: id, Location: zone, Layers: []oncall.Layer{{
		Rotation: oncall.Daily, Hour: handoff.Hour(), Minute: handoff.Minute(),
		Start:  oncall.Date{Year: start.Year(), Month: start.Month(), Day: start.Day()},
		People: split(f["people"]),
	}}}
}
