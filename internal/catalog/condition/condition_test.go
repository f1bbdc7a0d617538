package condition_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog/condition"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

func forIncidents(t *testing.T) *condition.Compiler {
	c, err := condition.ForIncidents(func(name string) *time.Location {
		if name == "UTC" {
			return time.UTC
		}
		return nil
	})
	require.NoError(t, err)
	return c
}

func TestMistakes(t *testing.T) {
	alerts, err := condition.ForAlerts()
	require.NoError(t, err)
	for _, tt := range []struct {
		compiler *condition.Compiler
		text     string
		want     []condition.Mistake
	}{
		{alerts, "severity", []condition.Mistake{{Line: 1, Message: "a condition is true or false, this is string"}}},
		{alerts, "job == \"a\"\n&& rack == \"b\"", []condition.Mistake{
			{Line: 1, Message: "undeclared reference to 'job'", Hint: "use one of labels, severity, summary, source"},
			{Line: 2, Column: 3, Message: "undeclared reference to 'rack'", Hint: "use one of labels, severity, summary, source"},
		}},
		{forIncidents(t), `now.getHours("Mars/Olympus") == 1`, []condition.Mistake{{Line: 1, Column: 13, Message: `"Mars/Olympus" is not a time zone`}}},
		{forIncidents(t), `now.getHours(team) == 1`, []condition.Mistake{{Line: 1, Column: 13, Message: `the time zone must be a text in quotes, such as "Europe/Madrid"`}}},
	} {
		_, got := tt.compiler.Compile(tt.text)
		require.Equal(t, tt.want, got, tt.text)
	}
}

func TestAboutAnAlert(t *testing.T) {
	alerts, err := condition.ForAlerts()
	require.NoError(t, err)
	c, mistakes := alerts.Compile(`labels.job == "web" && severity == "critical"`)
	require.Empty(t, mistakes)
	again, _ := alerts.Compile(`labels.job == "web" && severity == "critical"`)
	require.Same(t, c, again, "the same text is compiled once")
	subject := condition.Alert(map[string]string{"job": "web"}, events.Alert{Severity: "low"})
	holds, err := c.Holds(subject)
	require.NoError(t, err)
	require.False(t, holds)
	require.Equal(t, []escalation.Mention{{Word: "labels.job", Value: `"web"`}, {Word: "severity", Value: `"low"`}}, c.Mentions(subject))
}

func TestCalendarsOfACondition(t *testing.T) {
	c, mistakes := forIncidents(t).Compile(`working_hours("office") || working_hours() || holiday("public")`)
	require.Empty(t, mistakes)
	require.Equal(t, []condition.Name{{ID: "office", Line: 1, Column: 14}, {ID: "public", Line: 1, Column: 54}}, c.Calendars)
}

func TestNever(t *testing.T) {
	for text, want := range map[string]bool{
		`1 > 2`:                                true,
		`[1, 2].exists(n, n == tier)`:          false,
		`false`:                                true,
		`priority == "P1" && false`:            true,
		`priority == "P1" && priority == "P2"`: true,
		`"P1" == priority && tier == 1 && priority == "P2"`: true,
		`priority == "P1" && service == "P2"`:               false,
		`priority == "P1" || priority == "P2"`:              false,
		`priority != "P1" && priority != "P2"`:              false,
		`false || tier == 2`:                                false,
	} {
		c, mistakes := forIncidents(t).Compile(text)
		require.Empty(t, mistakes)
		require.Equal(t, want, c.Never, text)
	}
}
