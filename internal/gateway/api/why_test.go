package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/internal/insight/why"
	"tocsin.dev/pkg/client"
)

func wonder(t *testing.T, g *apitest.Gateway, id, query string) why.Explanation {
	got := call(t, g, "GET", "/api/v1/incidents/"+id+"/why"+query, "")
	require.Equal(t, http.StatusOK, got.status, got.body)
	var e why.Explanation
	got.into(t, &e)
	return e
}

func TestWhy(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	e := wonder(t, g, in.ID[:6], "")
	require.Equal(t, in.ID, e.Incident)
	require.Equal(t, "Paged: ana by level 1 (on its way); nobody has acknowledged it yet.", e.Says)
	require.True(t, e.Catalog.Known)
	require.Nil(t, e.Person)
	require.Equal(t, "payments-primary", e.Levels[0].Targets[0].Schedule)
	require.Equal(t, 1, e.Levels[0].Targets[0].Layer)
	require.Equal(t, "catalog.yaml:23", e.Levels[0].Rule.String())
	require.Contains(t, e.Text, "12:00:01 UTC  Level 1 (catalog.yaml:23): paged ana")

	e = wonder(t, g, in.ID, "?person=person:bo&timezone=Europe/Madrid")
	require.False(t, e.Person.Paged)
	require.Equal(t, why.Coming, e.Person.Outcome)
	require.Equal(t, "bo was not paged: level 2 (catalog.yaml:24) means bo, and is due at 13:05:01 CET: nobody has acknowledged it yet.", e.Says)
	require.True(t, wonder(t, g, in.ID, "?person=ana").Person.Paged)
}

// The catalog of that time counts and not today's; where it is lost, that is said.
func TestWhyAfterTheCatalogChanged(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	next := strings.ReplaceAll(apitest.Catalog, "person:bo]", "person:dan]") + "\n"
	next = strings.Replace(next, "people:\n", "people:\n  dan: {contact: [{console: true}]}\n", 1)
	body := `{"files":{"catalog.yaml":` + asJSON(t, next) + `}}`
	require.Equal(t, http.StatusOK, call(t, g, "PUT", "/api/v1/catalog", body).status)

	require.Contains(t, wonder(t, g, in.ID, "?person=bo").Says, "level 2 (catalog.yaml:24) means bo")
	e := wonder(t, g, in.ID, "?person=dan")
	require.Equal(t, why.Unknown, e.Person.Outcome)
	require.Contains(t, e.Says, "has no person dan; today's has")

	g.Forget()
	e = wonder(t, g, in.ID, "?person=bo")
	require.False(t, e.Catalog.Known)
	require.Equal(t, why.Untold, e.Person.Outcome)
	require.Contains(t, e.Text, "comes from the facts alone: the catalog of that time is no longer kept")
	e = wonder(t, g, in.ID, "?person=ana")
	require.True(t, e.Person.Paged, "facts say that much")
	require.Len(t, e.Levels[0].Pages, 1)
}

func TestWhyNot(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	for path, c := range map[string]struct {
		status int
		detail string
	}{
		"/api/v1/incidents/nosuch/why":                       {404, `incident "nosuch": no such incident`},
		"/api/v1/incidents/" + in.ID + "/why?person=anna":    {404, "no such person: anna; did you mean ana?"},
		"/api/v1/incidents/" + in.ID + "/why?person=zzzzzz":  {404, "no such person: zzzzzz"},
		"/api/v1/incidents/" + in.ID + "/why?timezone=Moon":  {422, "that is no time zone"},
		"/api/v1/incidents/" + in.ID + "/why?timezone=Local": {422, "that is no time zone"},
	} {
		got := call(t, g, "GET", path, "")
		require.Equal(t, c.status, got.status, got.body)
		require.Equal(t, c.detail, got.detail(t))
	}
}

// An override that comes after a page explains the next one, and not that one.
func TestWhyWithAnOverride(t *testing.T) {
	g := apitest.Start(t)
	fire(t, g, "checkout", "slow")
	o := place(t, g, strings.Replace(bo, "2026-03-05T08", "2026-03-04T08", 1))
	second := fire(t, g, "search", "slow")
	e := wonder(t, g, second.ID, "?person=ana")
	require.Equal(t, why.Covered, e.Person.Outcome)
	require.Contains(t, e.Says, "bo was on call instead of ana, by override "+o.ID[:8]+" (added")
	require.Equal(t, o.ID, e.Levels[0].Targets[0].Override.ID)
}

// The client's types say all that the API says.
func TestClientReadsTheWholeExplanation(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	place(t, g, bo)
	w, err := client.New(g.URL, apitest.Token).Why(t.Context(), in.ID, "bo", "Europe/Madrid")
	require.NoError(t, err)
	require.JSONEq(t, string(w.Raw), asJSON(t, w))
	_, err = client.New(g.URL, apitest.Token).Why(t.Context(), in.ID, "nobody-at-all", "")
	require.ErrorIs(t, err, client.ErrNotFound)
}

func asJSON(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}
