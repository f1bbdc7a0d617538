package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/pkg/client"
)

// TestCommands asks for each once; the gateway behind decides by the real rules.
func TestCommands(t *testing.T) {
	_, c := start(t)
	ctx := t.Context()
	fire := func(service, key string) string {
		out, err := c.Fire(ctx, client.Signal{Service: service, Key: key, DedupKey: service, Severity: "critical"})
		require.NoError(t, err)
		return out.Incident.ID
	}
	id, other := fire("checkout", "slow"), fire("basket", "slow")
	require.Equal(t, id, fire("checkout", "errors"))
	by := client.Ask{By: "ana"}
	later := apitest.Now.Add(2 * time.Hour)
	var in client.Incident
	for _, step := range []struct {
		what string
		do   func(context.Context) (client.Outcome, error)
		then func()
	}{
		{"snooze", func(ctx context.Context) (client.Outcome, error) {
			return c.Snooze(ctx, id, client.Snooze{Ask: by, Span: client.Span{Until: later}})
		}, func() { require.True(t, later.Equal(in.SnoozedUntil)) }},
		{"wake", func(ctx context.Context) (client.Outcome, error) { return c.Wake(ctx, id, by) }, func() { require.Equal(t, "triggered", in.Status) }},
		{"assign", func(ctx context.Context) (client.Outcome, error) {
			return c.Assign(ctx, id, client.Assignment{Ask: by, To: "bo"})
		}, func() { require.Equal(t, "person:bo", in.Assignee) }},
		{"add responders", func(ctx context.Context) (client.Outcome, error) {
			return c.AddResponders(ctx, id, client.Invitation{Ask: by, Targets: []string{"cleo"}})
		}, func() { require.Equal(t, []string{"person:cleo"}, in.Responders) }},
		{"set priority", func(ctx context.Context) (client.Outcome, error) {
			return c.SetPriority(ctx, id, client.Priority{Ask: by, Priority: "P2"})
		}, func() { require.Equal(t, "P2", in.Priority) }},
		{"set role", func(ctx context.Context) (client.Outcome, error) {
			return c.SetRole(ctx, id, client.Role{Ask: by, Role: "scribe", Person: "bo"})
		}, func() { require.Equal(t, map[string]string{"scribe": "person:bo"}, in.Roles) }},
		{"add task", func(ctx context.Context) (client.Outcome, error) {
			return c.AddTask(ctx, id, client.NewTask{Ask: by, Text: "call the vendor", Owner: "bo"})
		}, func() { require.False(t, in.Tasks[0].Done) }},
		{"complete task", func(ctx context.Context) (client.Outcome, error) {
			return c.CompleteTask(ctx, id, client.TaskDone{Ask: by, Task: 1})
		}, func() { require.True(t, in.Tasks[0].Done) }},
		{"pause", func(ctx context.Context) (client.Outcome, error) {
			return c.Pause(ctx, other, client.Pause{Ask: by, Span: client.Span{For: "2h"}})
		}, func() { require.True(t, in.ClocksPaused) }},
		{"resume", func(ctx context.Context) (client.Outcome, error) { return c.Resume(ctx, other, by) }, func() { require.False(t, in.ClocksPaused) }},
		{"cancel clocks", func(ctx context.Context) (client.Outcome, error) { return c.CancelClocks(ctx, other, by) }, func() {}},
		{"split", func(ctx context.Context) (client.Outcome, error) {
			return c.Split(ctx, id, client.Split{Ask: by, Alerts: []string{"errors"}, Title: "Checkout fails"})
		}, func() {}},
		{"merge", func(ctx context.Context) (client.Outcome, error) {
			return c.Merge(ctx, other, client.Merge{Ask: by, Into: id[:8]})
		}, func() { require.Equal(t, id, in.MergedInto) }},
		{"escalate to a team", func(ctx context.Context) (client.Outcome, error) {
			return c.Escalate(ctx, id, client.Escalation{Ask: by, To: "platform"})
		}, func() { require.Equal(t, "platform", in.Team) }},
		{"close", func(ctx context.Context) (client.Outcome, error) {
			return c.Close(ctx, id, client.Closure{Ask: by, Outcome: "fixed", Cause: "a cold cache"})
		}, func() { require.Equal(t, "fixed", in.Outcome) }},
	} {
		out, err := step.do(ctx)
		require.NoError(t, err, step.what)
		require.True(t, out.Done, step.what)
		in = *out.Incident
		step.then()
	}
	_, err := c.Merge(ctx, id, client.Merge{Into: "nobody"})
	require.ErrorIs(t, err, client.ErrNotFound)
}

func TestOverrides(t *testing.T) {
	_, c := start(t)
	ctx := t.Context()
	from, to := apitest.Now.Add(24*time.Hour), apitest.Now.Add(26*time.Hour)
	placed, err := c.AddOverride(ctx, "payments-primary", client.NewOverride{Ask: client.Ask{By: "ana"}, Kind: "override", From: from, To: to, People: []string{"bo"}})
	require.NoError(t, err)
	require.True(t, placed.Done)
	d, err := c.OnCall(ctx, "payments-primary", from)
	require.NoError(t, err)
	require.Equal(t, []string{"bo"}, d.People)
	all, err := c.Overrides(ctx, "payments-primary")
	require.NoError(t, err)
	require.Equal(t, []client.Override{*placed.Override}, all)
	require.Equal(t, "person:ana", all[0].By)
	_, err = c.AddOverride(ctx, "payments-primary", client.NewOverride{Kind: "swap", From: from, To: to, People: []string{"bo"}})
	require.ErrorContains(t, err, "two people")
	placed, err = c.RemoveOverride(ctx, "payments-primary", placed.ID[:8], "bo")
	require.NoError(t, err)
	require.True(t, placed.Done)
	_, err = c.RemoveOverride(ctx, "payments-primary", placed.ID, "")
	require.ErrorIs(t, err, client.ErrNotFound)
	_, err = c.Overrides(ctx, "nights")
	require.ErrorIs(t, err, client.ErrNotFound)
}

func TestFeeds(t *testing.T) {
	g, c := start(t)
	one, err := c.ScheduleFeed(t.Context(), "payments-primary", false)
	require.NoError(t, err)
	require.Equal(t, g.URL+one.Path, one.URL)
	two, err := c.ScheduleFeed(t.Context(), "payments-primary", true)
	require.NoError(t, err)
	require.NotEqual(t, one, two)
	mine, err := c.PersonFeed(t.Context(), "bo", false)
	require.NoError(t, err)
	require.Contains(t, mine.URL, "/people/bo.ics")
	_, err = c.PersonFeed(t.Context(), "dan", false)
	require.ErrorIs(t, err, client.ErrNotFound)
}
