package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/pkg/events"
)

const overridesPath = "/api/v1/schedules/payments-primary/overrides"

// In the week of apitest.Now ana is on call, until Monday, 9 March.
const (
	bo     = `"kind":"override","from":"2026-03-05T08:00:00Z","to":"2026-03-05T18:00:00Z","people":["bo"]`
	inside = "2026-03-05T12:00:00Z"
)

// place adds an override and gives it.
func place(t *testing.T, g *apitest.Gateway, fields string, header ...string) api.Override {
	got := call(t, g, "POST", overridesPath, `{`+fields+`}`, header...)
	require.Equal(t, http.StatusOK, got.status, got.body)
	var out api.Placed
	got.into(t, &out)
	require.True(t, out.Done)
	require.Equal(t, out.ID, out.Override.ID)
	return *out.Override
}

// onCall returns who is on call at an instant, and who looks on.
func onCall(t *testing.T, g *apitest.Gateway, at string) (people, shadows []string) {
	var d api.Duty
	call(t, g, "GET", "/api/v1/oncall?schedule=payments-primary&at="+at, "").into(t, &d)
	return d.People, d.Shadows
}

func TestOverride(t *testing.T) {
	g := apitest.Start(t)
	require.JSONEq(t, `[]`, call(t, g, "GET", overridesPath, "").body)
	o := place(t, g, bo+`,"replaces":"person:ana","by":"ana","note":"the dentist"`)
	require.Equal(t, []string{"bo"}, o.People)
	require.Equal(t, "ana", o.Replaces)
	require.Equal(t, "person:ana", o.By)
	require.Equal(t, "the dentist", o.Note)
	people, _ := onCall(t, g, inside)
	require.Equal(t, []string{"bo"}, people)

	var listed []api.Override
	call(t, g, "GET", overridesPath, "").into(t, &listed)
	require.Equal(t, []api.Override{o}, listed)
	var plan api.SchedulePlan
	call(t, g, "GET", "/api/v1/schedules/payments-primary", "").into(t, &plan)
	require.Equal(t, o.ID, plan.Shifts[1].Override)
	require.Equal(t, []string{"bo"}, plan.Shifts[1].People)
	require.Empty(t, plan.Shifts[2].Override)

	got := call(t, g, "DELETE", overridesPath+"/"+o.ID[:8]+"?by=bo", "")
	require.Equal(t, http.StatusOK, got.status, got.body)
	people, _ = onCall(t, g, inside)
	require.Equal(t, []string{"ana"}, people)
	require.JSONEq(t, `[]`, call(t, g, "GET", overridesPath, "").body)
	require.Equal(t, 404, call(t, g, "DELETE", overridesPath+"/"+o.ID, "").status)
}

func TestKindsOfOverrides(t *testing.T) {
	const times = `"from":"2026-03-05T08:00:00Z","to":"2026-03-05T18:00:00Z"`
	for name, c := range map[string]struct {
		fields          string
		people, shadows []string
	}{
		"override":  {bo, []string{"bo"}, nil},
		"swap":      {`"kind":"swap",` + times + `,"people":["ana","bo"]`, []string{"bo"}, nil},
		"temporary": {`"kind":"temporary",` + times + `,"shifts":[{"people":["cleo","bo"],"from":"2026-03-05T11:00:00Z","to":"2026-03-05T13:00:00Z"}]`, []string{"cleo", "bo"}, nil},
		"nobody":    {`"kind":"temporary",` + times + `,"shifts":[{"people":["cleo"],"from":"2026-03-05T08:00:00Z","to":"2026-03-05T09:00:00Z"}]`, []string{}, nil},
		"shadow":    {`"kind":"shadow",` + times + `,"people":["cleo"]`, []string{"ana"}, []string{"cleo"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := apitest.Start(t)
			place(t, g, c.fields)
			people, shadows := onCall(t, g, inside)
			require.Equal(t, c.people, people)
			require.Equal(t, c.shadows, shadows)
			people, _ = onCall(t, g, "2026-03-05T18:00:00Z")
			require.Equal(t, []string{"ana"}, people, "it is over")
		})
	}
}

func TestOverrideRefused(t *testing.T) {
	g := apitest.Start(t)
	const times = `"from":"2026-03-05T08:00:00Z","to":"2026-03-05T18:00:00Z"`
	for _, c := range []struct{ fields, place, message string }{
		{`"kind":"standin",` + times + `,"people":["bo"]`, "body.kind", "one of"},
		{`"kind":"override","from":"2026-03-05T08:00:00Z","people":["bo"]`, "body", "to"},
		{`"kind":"override",` + times + `,"people":["dan"]`, "body.people[0]", "expected a person of the catalog"},
		{`"kind":"override",` + times + `,"people":["bo"],"replaces":"dan"`, "body.replaces", "expected a person of the catalog"},
		{`"kind":"override",` + times, "body", "has no people"},
		{`"kind":"override",` + times + `,"people":["bo","bo"]`, "body", "twice"},
		{`"kind":"swap",` + times + `,"people":["bo"]`, "body", "two people"},
		{`"kind":"temporary",` + times, "body", "needs shifts"},
		{`"kind":"temporary",` + times + `,"shifts":[{"people":["bo"],"from":"2026-03-05T07:00:00Z","to":"2026-03-05T09:00:00Z"}]`, "body.shifts[0]", "extends beyond"},
		{`"kind":"temporary",` + times + `,"shifts":[{"people":["dan"],"from":"2026-03-05T08:00:00Z","to":"2026-03-05T09:00:00Z"}]`, "body.shifts[0].people[0]", "expected a person"},
		{`"kind":"override","from":"2026-03-05T18:00:00Z","to":"2026-03-05T08:00:00Z","people":["bo"]`, "body", "from is not before to"},
		{`"kind":"override","from":"2026-03-01T18:00:00Z","to":"2026-03-04T12:00:00Z","people":["bo"]`, "body.to", "lies ahead"},
		{`"kind":"override","from":"0001-01-01T00:00:00Z","to":"2026-03-06T08:00:00Z","people":["bo"]`, "body.from", "1900"},
		{`"kind":"override","from":"2026-03-05T08:00:00Z","to":"9999-12-31T23:00:00-12:00","people":["bo"]`, "body.to", "9000"},
		{bo + `,"until":"2026-03-05T08:00:00Z"`, "body.until", "unexpected"},
	} {
		got := call(t, g, "POST", overridesPath, `{`+c.fields+`}`)
		require.Equal(t, 422, got.status, "%s: %s", c.fields, got.body)
		var problem struct {
			Errors []struct{ Location, Message string }
		}
		got.into(t, &problem)
		found := false
		for _, e := range problem.Errors {
			found = found || e.Location == c.place && strings.Contains(e.Message, c.message)
		}
		require.True(t, found, "%s: %s", c.fields, got.body)
	}
	require.Empty(t, g.Published())
	for _, path := range []string{"/api/v1/schedules/nobody/overrides", "/api/v1/schedules/nobody/overrides/abcdef"} {
		method := map[bool]string{true: "DELETE", false: "POST"}[strings.HasSuffix(path, "abcdef")]
		require.Equal(t, 404, call(t, g, method, path, `{`+bo+`}`).status)
	}
	require.Equal(t, 404, call(t, g, "GET", "/api/v1/schedules/nobody/overrides", "").status)
	g.Unload()
	require.Equal(t, 503, call(t, g, "POST", overridesPath, `{`+bo+`}`).status)
}

// TestOverrideReachesEveryPartition looks at what is published: one input for each, all with one id.
func TestOverrideReachesEveryPartition(t *testing.T) {
	g := apitest.Start(t)
	o := place(t, g, bo, "Idempotency-Key", "k")
	require.Equal(t, o, place(t, g, bo, "Idempotency-Key", "k"), "once is enough")
	require.Len(t, g.Published(), apitest.Partitions)
	messages := map[string]bool{}
	for p, m := range g.Published() {
		require.Equal(t, events.IntakeSubject(p, "overrides"), m.Subject)
		messages[m.ID] = true
		all, err := events.DecodeBatch(m.Body)
		require.NoError(t, err)
		require.Equal(t, o.ID, all[0].ID)
		require.Equal(t, o.ID, all[0].Data.(events.OverrideReceived).ID)
	}
	require.Len(t, messages, apitest.Partitions)

	call(t, g, "DELETE", overridesPath+"/"+o.ID, "")
	got := call(t, g, "POST", overridesPath, `{`+bo+`}`, "Idempotency-Key", "k")
	require.Equal(t, 409, got.status, "an old request that comes again does not bring it back")
}

// TestOverrideUndecided is told as accepted while partitions do not follow.
func TestOverrideUndecided(t *testing.T) {
	g := apitest.Start(t)
	o := place(t, g, bo)
	g.Mute()
	for _, got := range []answer{call(t, g, "POST", overridesPath, `{`+bo+`}`), call(t, g, "DELETE", overridesPath+"/"+o.ID, "")} {
		require.Equal(t, http.StatusAccepted, got.status, got.body)
		var out api.Placed
		got.into(t, &out)
		require.False(t, out.Done)
		require.NotEmpty(t, out.ID)
	}
}

// TestConflicts are those of the overrides too.
func TestConflicts(t *testing.T) {
	g := apitest.Start(t)
	two := strings.Replace(apitest.Catalog, "services:", `  night: {timezone: Europe/Madrid, layers: [{rotation: weekly, start: 2026-01-05, people: [cleo]}]}
services:`, 1)
	body := `{"files":{"catalog.yaml":` + quoted(t, two) + `}}`
	require.Equal(t, 200, call(t, g, "PUT", "/api/v1/catalog", body).status)
	var plan api.SchedulePlan
	call(t, g, "GET", "/api/v1/schedules/payments-primary", "").into(t, &plan)
	require.Empty(t, plan.Conflicts)
	require.Empty(t, plan.Gaps)
	place(t, g, strings.Replace(bo, `"bo"`, `"cleo"`, 1))
	place(t, g, `"kind":"temporary","from":"2026-03-06T08:00:00Z","to":"2026-03-06T18:00:00Z","shifts":[{"people":["ana"],"from":"2026-03-06T08:00:00Z","to":"2026-03-06T17:00:00Z"}]`)
	call(t, g, "GET", "/api/v1/schedules/payments-primary", "").into(t, &plan)
	require.Len(t, plan.Conflicts, 1)
	require.Equal(t, "cleo", plan.Conflicts[0].Person)
	require.Equal(t, "night", plan.Conflicts[0].Schedule)
	require.True(t, plan.Conflicts[0].From.Equal(time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)))
	require.Len(t, plan.Gaps, 1)
	require.True(t, plan.Gaps[0].From.Equal(time.Date(2026, 3, 6, 17, 0, 0, 0, time.UTC)))
}
