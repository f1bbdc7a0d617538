package api_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/internal/insight/suggest"
)

// TestSuggestions: five incidents that went to level 2 speak for a sixth, with their ids beside it.
func TestSuggestions(t *testing.T) {
	g := apitest.Start(t)
	past := []string{}
	for range 5 {
		in := fire(t, g, "checkout", "slow <b>")
		past = append([]string{in.ID}, past...)
		require.Equal(t, http.StatusOK, call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/escalate", `{"level":2}`).status)
		require.Equal(t, http.StatusOK, call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/close", `{"outcome":"fixed"}`).status)
	}
	in := fire(t, g, "checkout", "slow <b>")
	got := call(t, g, "GET", "/api/v1/incidents/"+in.ID[:8]+"/suggestions", "")
	require.Equal(t, http.StatusOK, got.status, got.body)
	var f api.IncidentSuggestions
	got.into(t, &f)
	require.Equal(t, api.IncidentSuggestions{Incident: in.ID, Known: true, Suggestions: []suggest.Suggestion{{
		Kind: "escalate", Says: "5 of the last 5 of these went to level 2: page level 2 now", Action: suggest.Action{Level: 2},
		Probability: 0.857, AtLeast: 0.753,
		Evidence: suggest.Evidence{Of: 5, Hits: 5, Incidents: past, Basis: suggest.SameKey, Among: "slow <b>"},
	}}}, f)
	require.JSONEq(t, `{"incident":"`+past[4]+`","known":true,"suggestions":[]}`,
		call(t, g, "GET", "/api/v1/incidents/"+past[4]+"/suggestions", "").body)
	require.Equal(t, http.StatusNotFound, call(t, g, "GET", "/api/v1/incidents/none/suggestions", "").status)
}

// TestSuggestionsInTrouble: what cannot be answered is said, without inner words.
func TestSuggestionsInTrouble(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	ask := func(made func(context.Context, string) ([]suggest.Suggestion, bool, error)) *httptest.ResponseRecorder {
		mux := http.NewServeMux()
		api.Mount(mux, api.Config{
			Publisher: g, Partitions: 1, Archive: g.Archive, Token: apitest.Token, Suggestions: made,
			Catalog: func() *catalog.Catalog { return nil },
		})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/incidents/"+in.ID+"/suggestions", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+apitest.Token)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	require.Equal(t, http.StatusNotImplemented, ask(nil).Code)
	w := ask(func(context.Context, string) ([]suggest.Suggestion, bool, error) {
		return nil, false, errors.New("disk /dev/sda on fire")
	})
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotContains(t, w.Body.String(), "/dev/sda")
	require.NotEmpty(t, w.Header().Get("Retry-After"))
}
