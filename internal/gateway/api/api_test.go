package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/pkg/events"
)

// answer is one response, read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) into(t *testing.T, to any) {
	require.NoError(t, json.Unmarshal([]byte(a.body), to), a.body)
}

func (a answer) detail(t *testing.T) string {
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
	var problem struct {
		Status int
		Detail string
	}
	a.into(t, &problem)
	require.Equal(t, a.status, problem.Status)
	return problem.Detail
}

func call(t *testing.T, g *apitest.Gateway, method, path, body string, header ...string) answer {
	r, err := http.NewRequestWithContext(t.Context(), method, g.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+apitest.Token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) answer {
	got, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer got.Body.Close()
	b, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	return answer{got.StatusCode, got.Header, string(b)}
}

// fire opens an incident and gives it.
func fire(t *testing.T, g *apitest.Gateway, service, key string) archive.Incident {
	got := call(t, g, "POST", "/api/v1/alerts", `{"service":"`+service+`","key":"`+key+`","severity":"critical"}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	var out api.Outcome
	got.into(t, &out)
	require.True(t, out.Done)
	return *out.Incident
}

func TestEveryRouteNeedsTheToken(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	for _, route := range []string{
		"GET /api/v1/incidents", "GET /api/v1/incidents/" + in.ID, "GET /api/v1/incidents/" + in.ID + "/timeline",
		"POST /api/v1/incidents/" + in.ID + "/acknowledge", "POST /api/v1/incidents/" + in.ID + "/note", "GET /api/v1/oncall", "GET /api/v1/schedules", "GET /api/v1/schedules/payments-primary",
		"GET /api/v1/schedules/payments-primary/overrides", "POST /api/v1/schedules/payments-primary/overrides", "DELETE /api/v1/schedules/payments-primary/overrides/abcd",
		"GET /api/v1/schedules/payments-primary/feed", "POST /api/v1/people/ana/feed", "POST /api/v1/incidents/" + in.ID + "/snooze",
		"GET /api/v1/catalog", "PUT /api/v1/catalog", "POST /api/v1/catalog/check", "POST /api/v1/alerts",
		"GET /api/v1/openapi.json", "GET /api/v1/nothing", "DELETE /api/v1/incidents",
	} {
		method, path, _ := strings.Cut(route, " ")
		for _, wrong := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + apitest.Token, apitest.Token, "Bearer " + apitest.Token + "x"} {
			r, err := http.NewRequestWithContext(t.Context(), method, g.URL+path, http.NoBody)
			require.NoError(t, err)
			r.Header.Set("Authorization", wrong)
			got := do(t, r)
			require.Equal(t, http.StatusUnauthorized, got.status, "%s with %q", route, wrong)
			require.NotContains(t, got.body, apitest.Token)
			require.Contains(t, got.header.Get("WWW-Authenticate"), "Bearer")
		}
	}
	require.Len(t, g.Published(), 1, "nobody without the token got anything done")
}

func TestNoTokenLetsNobodyIn(t *testing.T) {
	guarded := httptest.NewServer(api.Guard("", http.NotFoundHandler()))
	defer guarded.Close()
	for _, shown := range []string{"", "Bearer", "Bearer "} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", guarded.URL, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", shown)
		require.Equal(t, http.StatusUnauthorized, do(t, r).status)
	}
}

func TestIncidents(t *testing.T) {
	g := apitest.Start(t)
	require.JSONEq(t, `[]`, call(t, g, "GET", "/api/v1/incidents", "").body)
	one, two := fire(t, g, "checkout", "one"), fire(t, g, "search", "two")
	call(t, g, "POST", "/api/v1/incidents/"+one.ID+"/resolve", "")

	for query, want := range map[string][]string{
		"":                                 {two.ID},
		"?status=all":                      {two.ID, one.ID},
		"?status=resolved":                 {one.ID},
		"?status=all&service=checkout":     {one.ID},
		"?status=all&team=nobody":          {},
		"?status=all&limit=1":              {two.ID},
		"?status=all&before=" + two.ID:     {one.ID},
		"?status=all&before=" + two.ID[:8]: {one.ID},
		"?status=all&person=ana":           {two.ID, one.ID},
		"?status=all&person=person:nobody": {},
		"?status=all&text=CHECKOUT":        {one.ID},
		"?status=all&text=no+such+words":   {},
		"?status=all&from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z":                {},
		"?status=all&from=2001-01-01T00:00:00Z":                                        {two.ID, one.ID},
		"?status=all&to=2001-01-01T00:00:00%2B01:00":                                   {},
		"?status=all&label=cluster%3Deu&label=job%3Dapi":                               {},
		"?status=all&text=checkout&service=checkout&from=2001-01-01T00:00:00Z&limit=1": {one.ID},
		"?status=triggered&service=checkout":                                           {},
	} {
		var got []archive.Incident
		call(t, g, "GET", "/api/v1/incidents"+query, "").into(t, &got)
		ids := []string{}
		for _, in := range got {
			ids = append(ids, in.ID)
		}
		require.Equal(t, want, ids, query)
	}
	for query, status := range map[string]int{
		"?status=strange": 422, "?limit=0": 422, "?limit=1001": 422, "?colour=red": 422, "?before=nobody": 404,
		"?priority=P6": 422, "?label=cluster": 422, "?label=%3Deu": 422, "?label=a%3Db&label=a%3Dc": 422, "?from=yesterday": 422,
		"?from=2001-01-02T00:00:00Z&to=2001-01-01T00:00:00Z": 422,
	} {
		got := call(t, g, "GET", "/api/v1/incidents"+query, "")
		require.Equal(t, status, got.status, query)
		got.detail(t)
	}
}

func TestIncidentHasItsFields(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	for _, id := range []string{in.ID, in.ID[:8]} {
		got := call(t, g, "GET", "/api/v1/incidents/"+id, "")
		require.Equal(t, 200, got.status)
		var fields map[string]any
		got.into(t, &fields)
		for _, name := range strings.Fields("id service team title status priority severity level opened_at acknowledged_at resolved_at acknowledged_by assignee alerts policy") {
			require.Contains(t, fields, name)
		}
		require.NotContains(t, fields, "$schema")
	}
	require.Equal(t, 404, call(t, g, "GET", "/api/v1/incidents/nobody", "").status)
}

func TestTimeline(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/acknowledge", `{"by":"ana"}`)
	var all, rest []archive.Entry
	call(t, g, "GET", "/api/v1/incidents/"+in.ID[:6]+"/timeline", "").into(t, &all)
	n := slices.IndexFunc(all, func(e archive.Entry) bool { return e.Type == "incident.acknowledged" })
	require.Positive(t, n)
	require.Equal(t, "ana acknowledged it via api", all[n].Summary)
	require.NotEmpty(t, all[n].Data)
	call(t, g, "GET", fmt.Sprintf("/api/v1/incidents/%s/timeline?after=%d", in.ID, n), "").into(t, &rest)
	require.Equal(t, all[n:], rest)
	require.Equal(t, 404, call(t, g, "GET", "/api/v1/incidents/nobody/timeline", "").status)
}

func TestCommandOnTheBus(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/acknowledge", `{"by":"ana"}`)
	m := g.Published()[1]
	require.Equal(t, events.IntakeSubject(events.Partition("checkout", apitest.Partitions), "commands"), m.Subject)
	all, err := events.DecodeBatch(m.Body)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, m.ID, all[0].ID)
	require.Equal(t, in.ID, all[0].Subject)
	require.Equal(t, "checkout", all[0].Service)
	require.Equal(t, apitest.Now, all[0].Time)
	require.Equal(t, events.AcknowledgementReceived{Command: events.Command{Incident: in.ID, By: "person:ana", Via: "api"}}, all[0].Data)
}

func TestIdempotencyKey(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	path := "/api/v1/incidents/" + in.ID
	first := call(t, g, "POST", path+"/note", `{"note":"once"}`, "Idempotency-Key", "k")
	again := call(t, g, "POST", path+"/note", `{"note":"once"}`, "Idempotency-Key", "k")
	require.Equal(t, first.body, again.body)
	other := call(t, g, "POST", path+"/resolve", ``, "Idempotency-Key", "k")
	require.Equal(t, 200, other.status, "the same key for another command is another command")
	require.Len(t, g.Published(), 3)
}

func TestUndecidedIsAccepted(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	g.Mute()
	got := call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/acknowledge", "")
	require.Equal(t, http.StatusAccepted, got.status)
	var out api.Outcome
	got.into(t, &out)
	require.False(t, out.Done)
	require.NotEmpty(t, out.ID)
}

func TestBusTrouble(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	for err, want := range map[error]string{
		bus.ErrFull:                   "the storage of inputs is full",
		errors.New("secret-password"): "the bus does not take the input",
	} {
		g.Refuse(err)
		got := call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/acknowledge", "")
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.Equal(t, want, got.detail(t))
		require.NotEmpty(t, got.header.Get("Retry-After"))
	}
}

func TestAlertsByHand(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	require.Equal(t, "slow", in.Title, "the key stands in for a summary")
	got := call(t, g, "POST", "/api/v1/alerts", `{"key":"x","labels":{"job":"search"},"summary":"two\nlines"}`)
	var out api.Outcome
	got.into(t, &out)
	require.Equal(t, "search", out.Incident.Service, "routes decide where no service is named")
	require.Equal(t, "two lines", out.Incident.Title)

	got = call(t, g, "POST", "/api/v1/alerts", `{"service":"checkout","key":"slow","status":"cleared"}`)
	got.into(t, &out)
	require.Equal(t, "resolved", out.Incident.Status)
	require.Equal(t, 202, call(t, g, "POST", "/api/v1/alerts", `{"service":"checkout","key":"never fired","status":"cleared"}`).status)

	for body, status := range map[string]int{
		`{"service":"chekout","key":"x"}`: 422, `{"service":"checkout"}`: 422, `{"key":""}`: 422, `{"key":"x","status":"odd"}`: 422,
		`{`: 400, `[]`: 422, `{"key":"` + strings.Repeat("x", 1<<17) + `"}`: 413,
	} {
		require.Equal(t, status, call(t, g, "POST", "/api/v1/alerts", body).status, "%.60s", body)
	}
	g.Unload()
	require.Equal(t, 503, call(t, g, "POST", "/api/v1/alerts", `{"key":"x"}`).status)
}

func TestOnCall(t *testing.T) {
	g := apitest.Start(t)
	require.JSONEq(t, `{"schedule":"payments-primary","at":"2026-01-06T13:00:00+01:00","people":["ana"],"until":"2026-01-12T09:00:00+01:00"}`,
		call(t, g, "GET", "/api/v1/oncall?schedule=payments-primary&at=2026-01-06T12:00:00Z", "").body)
	var all []api.Duty
	call(t, g, "GET", "/api/v1/oncall", "").into(t, &all)
	require.Len(t, all, 1)
	require.True(t, apitest.Now.Equal(all[0].At))
	require.Equal(t, 404, call(t, g, "GET", "/api/v1/oncall?schedule=nobody", "").status)
	require.Equal(t, 422, call(t, g, "GET", "/api/v1/oncall?at=noon", "").status)
}

func TestCatalog(t *testing.T) {
	g := apitest.Start(t)
	var before, after api.InForce
	call(t, g, "GET", "/api/v1/catalog", "").into(t, &before)
	require.Equal(t, apitest.Catalog, before.Files["catalog.yaml"])

	send := func(method, path, yaml string) answer {
		b, err := json.Marshal(api.Source{Files: map[string]string{"catalog.yaml": yaml}})
		require.NoError(t, err)
		return call(t, g, method, path, string(b))
	}
	bad := strings.Replace(apitest.Catalog, "policy: payments}", "policy: none}", 1)
	var v api.Verdict
	send("POST", "/api/v1/catalog/check", bad).into(t, &v)
	require.False(t, v.OK)
	require.NotEmpty(t, v.Faults)
	require.Regexp(t, `^catalog\.yaml:\d+:\d+$`, v.Faults[0].Place)
	got := send("PUT", "/api/v1/catalog", bad)
	require.Equal(t, 422, got.status)
	require.Contains(t, got.body, v.Faults[0].Place)
	call(t, g, "GET", "/api/v1/catalog", "").into(t, &after)
	require.Equal(t, before, after)

	send("PUT", "/api/v1/catalog", apitest.Catalog+"\n# a new one\n").into(t, &v)
	require.True(t, v.OK)
	call(t, g, "GET", "/api/v1/catalog", "").into(t, &after)
	require.Equal(t, v.Revision, after.Revision)
	require.NotEqual(t, before.Revision, after.Revision)
	require.Equal(t, 422, call(t, g, "PUT", "/api/v1/catalog", `{"files":{}}`).status)
	g.Unload()
	require.Equal(t, 503, call(t, g, "GET", "/api/v1/catalog", "").status)
}

func TestOpenAPI(t *testing.T) {
	g := apitest.Start(t)
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]any
	}
	call(t, g, "GET", "/api/v1/openapi.json", "").into(t, &doc)
	require.Equal(t, "3.1.0", doc.OpenAPI)
	require.Len(t, doc.Paths, 48)
	require.Contains(t, doc.Paths["/api/v1/incidents/{id}/acknowledge"], "post")
}

func TestMountNeedsItsParts(t *testing.T) {
	var faults error
	func() {
		defer func() { faults, _ = recover().(error) }()
		api.Mount(http.NewServeMux(), api.Config{})
	}()
	require.Error(t, faults, "Mount panics with what is missing")
	require.ElementsMatch(t, strings.Split(faults.Error(), "\n"),
		[]string{"api: Archive is missing", "api: Catalog is missing", "api: Partitions is missing", "api: Publisher is missing"})
}
