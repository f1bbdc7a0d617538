package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/internal/insight/problem"
)

// askProblem asks about a problem and gives the answer.
func askProblem(t *testing.T, g *apitest.Gateway, path, body string, status int) api.ProblemOutcome {
	t.Helper()
	got := call(t, g, "POST", "/api/v1/problems"+path, body)
	require.Equal(t, status, got.status, "%s %s: %s", path, body, got.body)
	var out api.ProblemOutcome
	got.into(t, &out)
	return out
}

func TestALifeOfAProblem(t *testing.T) {
	g := apitest.Start(t)
	one, two := fired(t, g, "a", "slow", "eu"), fired(t, g, "b", "slow", "eu")
	out := askProblem(t, g, "", `{"title":"The cache\nis cold","incidents":["`+one[:8]+`"],"by":"bo","note":"again"}`, 200)
	p := *out.Problem
	require.True(t, out.Done)
	require.Regexp(t, `^PRB-[0-9a-f]{12}$`, p.ID)
	require.Equal(t, []any{"The cache is cold", "checkout", "open", "person:bo", []string{one}}, []any{p.Title, p.Service, p.Status, p.OpenedBy, p.Incidents})

	at := "/" + p.ID
	require.Equal(t, []string{one, two}, askProblem(t, g, "/"+p.ID[4:9]+"/link", `{"incident":"`+two+`"}`, 200).Problem.Incidents)
	// The known error concerns basket, which another partition decides, and search.
	out = askProblem(t, g, at+"/change", `{"cause":"a deploy","known":{"workaround":" warm it ","services":["basket","search"],"alert":"Slow","labels":{"region":"eu"}}}`, 200)
	require.Equal(t, "known-error", out.Problem.Status)
	require.Equal(t, &api.KnownError{Workaround: "warm it", Services: []string{"basket", "search"}, Alert: "Slow", Labels: map[string]string{"region": "eu"}}, out.Problem.Known)

	for service, want := range map[string]string{"basket": "warm it", "search": "warm it", "checkout": ""} {
		got := call(t, g, "POST", "/api/v1/alerts", `{"service":"`+service+`","key":"of `+service+`","labels":{"alertname":"Slow","region":"eu"}}`)
		var fired api.Outcome
		got.into(t, &fired)
		require.Equal(t, want != "", strings.Contains(strings.Join(names(fired.Facts), " "), "incident.matched"), service)
		require.Contains(t, names(fired.Facts), "page.requested", "a known error suppresses no page")
		if want != "" {
			require.Equal(t, want, fired.Incident.KnownError.Workaround)
			require.Contains(t, call(t, g, "GET", "/api/v1/incidents/"+fired.Incident.ID+"/timeline", "").body, "matches known error "+p.ID)
		}
	}
	require.Equal(t, []string{two}, askProblem(t, g, at+"/unlink", `{"incident":"`+one+`"}`, 200).Problem.Incidents)
	closed := askProblem(t, g, at+"/close", `{"resolution":"deploys warm it"}`, 200)
	require.Equal(t, []any{"closed", "deploys warm it", []string{two}}, []any{closed.Problem.Status, closed.Problem.Resolution, closed.Open})

	lists := func(query string) (n int) {
		var all []api.Problem
		call(t, g, "GET", "/api/v1/problems"+query, "").into(t, &all)
		return len(all)
	}
	require.Equal(t, []int{0, 1, 1, 0, 1, 0}, []int{lists(""), lists("?status=all"), lists("?status=closed&service=checkout"), lists("?status=known-error"), lists("?status=all&incident=" + two), lists("?status=all&incident=" + one)})
}

func TestProblemsRefused(t *testing.T) {
	g := apitest.Start(t)
	id := fire(t, g, "checkout", "slow").ID
	at := "/" + askProblem(t, g, "", `{"title":"cold","incidents":["`+id+`"]}`, 200).Problem.ID
	for _, c := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"", `{"title":" ","service":"checkout"}`, 422, "body.title"},
		{"", `{"title":"x"}`, 422, "body.service"},
		{"", `{"title":"x","service":"nowhere"}`, 422, "no such service"},
		{"", `{"title":"x","incidents":["nobody-knows-it"]}`, 404, "no such incident"},
		{"/PRB-nobody/link", `{"incident":"` + id + `"}`, 404, "no such problem"},
		{at + "/link", `{"incident":"nobody-knows-it"}`, 404, "no such incident"},
		{at + "/link", `{"incident":"` + id + `"}`, 409, "the incident is linked already"},
		{at + "/change", `{}`, 409, "nothing would change"},
		{at + "/change", `{"unknown":true}`, 409, "the problem is not a known error"},
		{at + "/change", `{"known":{"workaround":"x"}}`, 409, "a known error needs a dedup key"},
		{at + "/change", `{"known":{"workaround":"x","services":["nowhere"],"key":"k"}}`, 422, "no such service"},
		{at + "/change", `{"known":{"workaround":"` + strings.Repeat("x", 2001) + `","key":"k"}}`, 422, "body.known.workaround"},
		{at + "/change", `{"known":{"workaround":"` + strings.Repeat("é", 1001) + `","key":"k"}}`, 422, "the workaround is too long"},
		{at + "/close", `{}`, 422, "resolution"},
		{at + "/close", `{"resolution":"done"}`, 200, "closed"},
		{at + "/close", `{"resolution":"done"}`, 409, "the problem is closed"},
		{at + "/link", `{"incident":"` + id + `"}`, 409, "the problem is closed"},
	} {
		got := call(t, g, "POST", "/api/v1/problems"+c.path, c.body)
		require.Equal(t, c.status, got.status, "%s %s: %s", c.path, c.body, got.body)
		require.Contains(t, got.body, c.want, "%s %s", c.path, c.body)
	}
	require.Equal(t, http.StatusNotFound, call(t, g, "GET", "/api/v1/problems/PRB-nobody", "").status)
}

func TestOneKeyIsOneProblem(t *testing.T) {
	g := apitest.Start(t)
	ask := func() string {
		got := call(t, g, "POST", "/api/v1/problems", `{"title":"cold","service":"checkout"}`, "Idempotency-Key", "once")
		var out api.ProblemOutcome
		got.into(t, &out)
		return out.Problem.ID
	}
	require.Equal(t, ask(), ask())
}

// TestWhatHasAProblemIsNoCandidate: what is linked as a whole needs no record any more.
func TestWhatHasAProblemIsNoCandidate(t *testing.T) {
	g := apitest.Start(t)
	var ids []string
	for _, key := range []string{"a", "b", "c"} {
		ids = append(ids, fired(t, g, key, "slow", "eu"))
	}
	p := askProblem(t, g, "", `{"title":"cold","incidents":["`+ids[0]+`","`+ids[1]+`"]}`, 200).Problem
	var all []problem.Candidate
	call(t, g, "GET", "/api/v1/problems/candidates", "").into(t, &all)
	require.Equal(t, p.ID, all[0].Problem)
	askProblem(t, g, "/"+p.ID+"/link", `{"incident":"`+ids[2]+`"}`, 200)
	call(t, g, "GET", "/api/v1/problems/candidates", "").into(t, &all)
	require.Empty(t, all)
}
