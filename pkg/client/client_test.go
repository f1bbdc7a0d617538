package client_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/client"
)

func start(t *testing.T) (*apitest.Gateway, *client.Client) {
	g := apitest.Start(t)
	return g, client.New(g.URL, apitest.Token)
}

func TestAStory(t *testing.T) {
	_, c := start(t)
	ctx := t.Context()
	require.NoError(t, c.Reachable(ctx))
	require.NoError(t, c.Ready(ctx))

	out, err := c.Fire(ctx, client.Signal{Service: "checkout", Key: "slow", Severity: "critical", Summary: "Checkout is slow", Labels: map[string]string{"job": "x"}})
	require.NoError(t, err)
	require.True(t, out.Done)
	id := out.Incident.ID

	for _, step := range []struct {
		do   func() (client.Outcome, error)
		want string
	}{
		{func() (client.Outcome, error) { return c.Acknowledge(ctx, id[:8], client.Ask{By: "ana"}) }, "acknowledged"},
		{func() (client.Outcome, error) { return c.Unacknowledge(ctx, id, client.Ask{By: "ana"}) }, "triggered"},
		{func() (client.Outcome, error) { return c.Escalate(ctx, id, client.Escalation{Level: 3}) }, "triggered"},
		{func() (client.Outcome, error) { return c.Note(ctx, id, client.Ask{Note: "looking"}) }, "triggered"},
		{func() (client.Outcome, error) { return c.Resolve(ctx, id, client.Ask{By: "bo"}) }, "resolved"},
		{func() (client.Outcome, error) { return c.Reopen(ctx, id, client.Ask{}) }, "triggered"},
		{func() (client.Outcome, error) {
			return c.Clear(ctx, client.Signal{Service: "checkout", Key: "slow"})
		}, "resolved"},
	} {
		out, err := step.do()
		require.NoError(t, err)
		require.Equal(t, step.want, out.Incident.Status)
		require.NotEmpty(t, out.Facts)
	}
	in, err := c.Incident(ctx, id)
	require.NoError(t, err)
	require.Equal(t, 1, in.Level, "from the first again, after it was opened again")
	all, err := c.Incidents(ctx, client.Query{Status: "all", Service: "checkout", Limit: 5})
	require.NoError(t, err)
	require.Equal(t, []client.Incident{in}, all)
	told, err := c.Timeline(ctx, id, 0)
	require.NoError(t, err)
	foreseen, err := c.Suggestions(ctx, id[:8])
	require.NoError(t, err)
	require.Equal(t, client.Suggestions{Incident: id, Known: true, Suggestions: []client.Suggestion{}}, foreseen)
	made, err := c.Report(ctx, client.ReportQuery{From: apitest.Now.Add(-time.Hour), To: apitest.Now.Add(time.Hour), Team: "payments", Timezone: "Europe/Madrid", Night: "23:00-06:00"})
	require.NoError(t, err)
	require.Equal(t, 1, made.Incidents)
	require.Equal(t, 2, made.Reopenings+made.People["ana"].Acknowledged)
	rest, err := c.Timeline(ctx, id, 3)
	require.NoError(t, err)
	require.Equal(t, told[3:], rest)
}

func TestOnCall(t *testing.T) {
	_, c := start(t)
	at := time.Date(2026, 1, 6, 12, 0, 0, 0, time.UTC)
	one, err := c.OnCall(t.Context(), "payments-primary", at)
	require.NoError(t, err)
	require.Equal(t, []string{"ana"}, one.People)
	require.False(t, one.Until.IsZero())
	all, err := c.Duties(t.Context(), time.Time{})
	require.NoError(t, err)
	require.Len(t, all, 1)
	_, err = c.OnCall(t.Context(), "nobody", at)
	require.ErrorIs(t, err, client.ErrNotFound)
}

func TestCatalog(t *testing.T) {
	_, c := start(t)
	now, err := c.Catalog(t.Context())
	require.NoError(t, err)
	bad := map[string]string{"a.yaml": "people: [\n"}
	v, err := c.CheckCatalog(t.Context(), bad)
	require.NoError(t, err)
	require.False(t, v.OK)
	require.NotEmpty(t, v.Faults[0].Message)
	_, err = c.ApplyCatalog(t.Context(), bad)
	var problem *client.Error
	require.ErrorAs(t, err, &problem)
	require.Equal(t, 422, problem.Status)
	require.Equal(t, v.Faults[0].Place, problem.Errors[0].Location)
	v, err = c.ApplyCatalog(t.Context(), now.Files)
	require.NoError(t, err)
	require.Equal(t, now.Revision, v.Revision)
}

func TestErrorsSayWhatTheyMean(t *testing.T) {
	g, c := start(t)
	ctx := t.Context()
	_, err := c.Incident(ctx, "nobody knows/it?")
	require.ErrorIs(t, err, client.ErrNotFound)
	_, err = client.New(g.URL, "wrong").Incidents(ctx, client.Query{})
	require.ErrorIs(t, err, client.ErrUnauthorized)
	_, err = c.Incidents(ctx, client.Query{Status: "odd"})
	require.ErrorContains(t, err, "query.status")
	out, err := c.Fire(ctx, client.Signal{Key: "x"})
	require.NoError(t, err)
	_, err = c.Reopen(ctx, out.Incident.ID, client.Ask{})
	require.ErrorIs(t, err, client.ErrRefused)
	require.EqualError(t, err, "it is not resolved")
	g.Refuse(bus.ErrFull)
	_, err = c.Resolve(ctx, out.Incident.ID, client.Ask{})
	require.ErrorIs(t, err, client.ErrUnavailable)
	var problem *client.Error
	require.ErrorAs(t, err, &problem)
	require.Equal(t, 5*time.Second, problem.RetryAfter)
}

func TestStrangeServers(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"a proxy's page": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, strings.Repeat("<html>", 100), 502) }, "…"},
		"not JSON":       {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) }, "unexpected response"}, //nolint:errcheck // a test
		"a redirect":     {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://127.0.0.1:1/", 302) }, "302 Found"},
		"nothing":        {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, "500 Internal"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.answer)
			defer server.Close()
			_, err := client.New(server.URL, "secret-token").Incidents(t.Context(), client.Query{Service: "s"})
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "secret-token")
		})
	}
	_, err := client.New("127.0.0.1:1", "secret-token").Catalog(t.Context())
	require.ErrorContains(t, err, "refused")
	require.NotContains(t, err.Error(), "secret-token")
}

func TestBaseURL(t *testing.T) {
	for given, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "https://tocsin.example/": "https://tocsin.example", "http://[::1]:1": "http://[::1]:1",
	} {
		require.Equal(t, want, client.New(given, "").BaseURL())
	}
}

// TestTypesFollowTheArchive holds the client's types to those that the gateway writes.
func TestTypesFollowTheArchive(t *testing.T) {
	at := time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	in := timeline.Incident{ID: "i", AcknowledgedAt: &at, ResolvedAt: &at, Alerts: []timeline.Alert{{Status: "firing"}}, Level: 2, Round: 1, Seq: 3, UpdatedAt: at, DedupKey: "d", Assignee: "a"}
	in.SnoozedUntil, in.Impact, in.Urgency, in.Roles, in.Responders, in.Notes = at, "i", "u", map[string]string{"scribe": "a"}, []string{"r"}, 2
	in.Tasks = []timeline.Task{{Number: 1, Text: "t", Owner: "o", Done: true}}
	in.Clocks = []timeline.Clock{{Clock: "response", Goal: "1h", Calendar: "c", DueAt: at, AtRiskAt: at, AtRisk: true, Breached: true, Met: true, Elapsed: "1m", Paused: true}}
	in.ClocksPaused, in.PausedUntil, in.MergedInto, in.Absorbed, in.SplitFrom, in.Outcome, in.Cause = true, at, "m", []string{"x"}, "s", "fixed", "c"
	entry := timeline.Entry{Seq: 1, At: at, Type: "t", Incident: "i", Summary: "s", Reason: "r", Actor: "a", Data: json.RawMessage(`{}`), ID: "id", Cause: "c", Hash: "h"}
	same[client.Incident](t, in)
	same[client.Entry](t, entry)
	same[client.Suggestions](t, api.IncidentSuggestions{Incident: "i", Known: true, Suggestions: []suggest.Suggestion{{
		Kind: "escalate", Says: "s", Action: suggest.Action{Level: 2, Priority: "P1", Team: "t"}, Probability: 0.5, AtLeast: 0.4,
		Evidence: suggest.Evidence{Of: 2, Hits: 1, Incidents: []string{"x"}, Basis: "b", Among: "a", Usual: 1.5, Limit: 4},
	}}})
}

// TestReportFollowsTheGateway holds the client's report to what the gateway writes.
func TestReportFollowsTheGateway(t *testing.T) {
	half := 0.5
	load := report.Load{
		Count: 1, AtNight: 2, AtWeekends: 3, InterruptedHours: 4, Delivered: 5, Failed: 6, FirstTry: 7, FirstTryShare: &half,
		ByChannel: map[string]report.Channel{"email": {Delivered: 1, FirstTry: 1, FirstTryShare: &half}},
	}
	times := measure.Times{Count: 1, Mean: &half, P50: &half, P90: &half, P95: &half}
	kept := report.Kept{Met: 1, Breached: 2, MetShare: &half}
	n := report.Numbers{
		Incidents: 1, Open: 2, TimeToAcknowledge: times, TimeToEngage: times, TimeToResolve: times, Escalated: 3, EscalationRate: &half,
		Escalations: report.Escalations{ByKind: map[string]int{"other": 1}, ByLevel: map[string]int{"2": 1}},
		Reopened:    4, Reopenings: 5, Flapping: 6, Noise: 7, NoiseShare: &half, Alerts: 8, AlertsPerIncident: &half,
		Targets: report.Targets{Response: kept, Resolution: kept}, Pages: load,
	}
	groups := map[string]report.Numbers{"x": n}
	p := measure.WeekOf(apitest.Now)
	same[client.Report](t, report.Report{
		Formulas: 1, Period: p, Team: "t", Numbers: n, Drills: 1, Merged: 2, ByPriority: groups, ByTeam: groups, ByService: groups, ByWeek: groups,
		People:      map[string]report.Person{"ana": {Acknowledged: 1, Resolved: 2, Pages: load}},
		Policies:    []report.PolicyLevel{{Policy: "p", Level: 1, Reached: 2, Answered: 3}},
		Previous:    &report.Summary{Period: p, Numbers: n},
		Suggestions: []suggest.Score{{Kind: "team", N: 1, Happened: 2, Suggested: 3, Right: 4, Precision: &half, Recall: &half, BaseRate: &half}},
		Benchmark:   []report.Mark{{Name: "n", Unit: "u", Value: &half, Previous: &half, Median: &half, Teams: 2}},
	})
}

func same[T any](t *testing.T, theirs any) {
	want, err := json.Marshal(theirs)
	require.NoError(t, err)
	var ours T
	require.NoError(t, json.Unmarshal(want, &ours))
	got, err := json.Marshal(ours)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}
