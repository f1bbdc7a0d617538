package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/internal/insight/problem"
)

// fired fires an alert with a label and gives the incident's id.
func fired(t *testing.T, g *apitest.Gateway, key, summary, region string) string {
	got := call(t, g, "POST", "/api/v1/alerts", `{"service":"checkout","key":"`+key+`","summary":"`+summary+`","severity":"critical","labels":{"alertname":"Slow","region":"`+region+`"}}`)
	var out struct{ Incident struct{ ID string } }
	got.into(t, &out)
	require.NotEmpty(t, out.Incident.ID, got.body)
	return out.Incident.ID
}

func TestSimilarIncidents(t *testing.T) {
	g := apitest.Start(t)
	old := fired(t, g, "a", "checkouts are slow", "eu")
	tell(t, g, old, []asked{
		{"note", `{"by":"bo","note":"the cache is cold since the deploy"}`, 200, "incident.annotated"},
		{"resolve", `{"by":"bo","note":"warmed the cache"}`, 200, "incident.resolved"},
		{"close", `{"by":"bo","outcome":"workaround","cause":"a deploy empties the cache"}`, 200, "incident.closed"},
	})
	fire(t, g, "search", "index")
	now := fired(t, g, "b", "checkouts are slow, is the cache cold?", "eu")
	var all []problem.Match
	call(t, g, "GET", "/api/v1/incidents/"+now[:8]+"/similar", "").into(t, &all)
	require.Len(t, all, 1)
	m := all[0]
	require.Equal(t, []string{old, "warmed the cache", "workaround", "a deploy empties the cache", "person:bo"}, []string{m.Incident, m.Resolution, m.Outcome, m.Cause, m.ResolvedBy})
	require.Subset(t, m.Words, []string{"cache", "cold"}, "notes count")
	require.ElementsMatch(t, []string{"alertname=Slow", "region=eu"}, m.Labels)
	require.Equal(t, http.StatusNotFound, call(t, g, "GET", "/api/v1/incidents/nobody-knows-it/similar", "").status)
	require.Equal(t, http.StatusUnprocessableEntity, call(t, g, "GET", "/api/v1/incidents/"+now+"/similar?limit=99", "").status)
}

func TestCandidates(t *testing.T) {
	g := apitest.Start(t)
	for _, key := range []string{"a", "b", "c"} {
		fired(t, g, key, "slow", "region of "+key)
	}
	ask := func(query string) (all []problem.Candidate) {
		got := call(t, g, "GET", "/api/v1/problems/candidates"+query, "")
		require.Equal(t, http.StatusOK, got.status, got.body)
		got.into(t, &all)
		return all
	}
	all := ask("")
	require.Len(t, all, 1)
	require.Equal(t, []any{problem.ByAlert, "Slow", 3, "checkout"}, []any{all[0].Kind, all[0].Alert, all[0].Count, all[0].Service})
	require.Empty(t, ask("?times=4"))
	require.Empty(t, ask("?service=search"))
	require.Empty(t, ask("?since=2026-03-05T00:00:00Z"))
	require.Len(t, ask("?label=alertname&label=region&times=2&days=7&team=payments"), 1)
	require.Equal(t, http.StatusUnprocessableEntity, call(t, g, "GET", "/api/v1/problems/candidates?times=1", "").status)
}
