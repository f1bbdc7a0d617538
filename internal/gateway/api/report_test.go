package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

// TestReports: the answer is what the facts of the archive give, with the catalog's zones and levels.
func TestReports(t *testing.T) {
	g := apitest.Start(t)
	in := fire(t, g, "checkout", "slow")
	require.Equal(t, http.StatusOK, call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/acknowledge", `{"by":"ana"}`).status)
	require.Equal(t, http.StatusOK, call(t, g, "POST", "/api/v1/incidents/"+in.ID+"/resolve", `{"by":"bo"}`).status)
	fire(t, g, "search", "down")

	var c report.Collector
	v, err := g.Archive.View(t.Context())
	require.NoError(t, err)
	require.NoError(t, v.Facts(t.Context(), func(f archive.Fact) error {
		e, err := events.Decode(f.Line)
		c.Add(e)
		return err
	}))
	require.NoError(t, v.Close())
	incidents := c.Incidents()
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		require.NoError(t, err)
		return z
	}
	o := report.Options{
		Suggestions: c.Suggestions(), Levels: map[string]int{"payments": 3, "platform": 1},
		Zones: map[string]*time.Location{"ana": zone("Europe/Madrid"), "bo": zone("Europe/Stockholm"), "cleo": zone("Europe/Madrid")},
	}
	week := measure.WeekOf(apitest.Now)
	for query, change := range map[string]func(*report.Options){
		"":                             func(*report.Options) {},
		"?week=" + week.Name:           func(o *report.Options) { o.Period = week },
		"?month=2026-03&team=payments": func(o *report.Options) { o.Period, o.Team = measure.MonthOf(apitest.Now), "payments" },
		"?from=2026-03-04&to=2026-03-05": func(o *report.Options) {
			o.Period.From = apitest.Now.Truncate(24 * time.Hour)
			o.Period.To = o.Period.From.AddDate(0, 0, 1)
		},
		"?from=2026-03-04T00:00:00%2B01:00": func(o *report.Options) { o.Period.From = time.Date(2026, 3, 4, 0, 0, 0, 0, time.FixedZone("", 3600)) },
		"?week=last&timezone=Europe/Berlin": func(o *report.Options) {
			o.Location = zone("Europe/Berlin")
			o.Period = measure.WeekOf(apitest.Now.In(o.Location).AddDate(0, 0, -7))
		},
		"?month=last":        func(o *report.Options) { o.Period = measure.MonthOf(apitest.Now.AddDate(0, -1, 0)) },
		"?night=11:00-14:00": func(o *report.Options) { o.Night = measure.Hours{From: 11 * 60, To: 14 * 60} },
	} {
		t.Run(query, func(t *testing.T) {
			asked := o
			change(&asked)
			want, err := report.Make(incidents, asked)
			require.NoError(t, err)
			b, err := json.Marshal(want)
			require.NoError(t, err)
			got := call(t, g, "GET", "/api/v1/reports"+query, "")
			require.Equal(t, http.StatusOK, got.status, got.body)
			require.JSONEq(t, string(b), got.body)
		})
	}
	var r report.Report
	call(t, g, "GET", "/api/v1/reports?week="+week.Name, "").into(t, &r)
	require.Equal(t, 2, r.Incidents)
	require.Equal(t, 1, r.Open)
	require.Equal(t, 1, r.People["ana"].Acknowledged)
	require.Equal(t, 1, r.People["bo"].Resolved)
}

// TestReportsInTrouble: what cannot be understood is told by its name.
func TestReportsInTrouble(t *testing.T) {
	g := apitest.Start(t)
	fire(t, g, "checkout", "slow")
	for query, want := range map[string]struct {
		status int
		says   string
	}{
		"week=9":                         {422, `"location":"query.week"`},
		"month=2026-13":                  {422, `is not a month such as 2016-03`},
		"from=soon":                      {422, `"location":"query.from"`},
		"to=2026-02-30":                  {422, `"location":"query.to"`},
		"from=2026-03-02&to=2026-03-02":  {422, `it is not after from`},
		"week=last&month=last":           {422, `cannot be combined with week`},
		"month=2026-03&from=2026-03-01":  {422, `cannot be combined with month`},
		"timezone=Mars/Olympus":          {422, `"location":"query.timezone"`},
		"timezone=Local":                 {422, `"location":"query.timezone"`},
		"timezone=../../etc/passwd":      {422, `"location":"query.timezone"`},
		"night=late":                     {422, `"location":"query.night"`},
		"team=nobody":                    {404, `no such team in the facts: nobody`},
		"weak=2026-W09":                  {422, `weak`},
		"week=2026-W09&week=2026-W10":    {200, ""},
		"from=1900-01-01&to=9000-12-31":  {200, `"incidents":1`},
		"from=1899-12-31":                {422, `"location":"query.from"`},
		"from=2026-01-01&to=9001-01-01":  {422, `"location":"query.to"`},
		"month=0001-01":                  {422, `it is outside the years 1900 to 9000`},
		"week=9999-W52":                  {422, `"location":"query.week"`},
		"from=-1&timezone=Europe/Berlin": {422, `"location":"query.from"`},
	} {
		got := call(t, g, "GET", "/api/v1/reports?"+query, "")
		require.Equal(t, want.status, got.status, "%s: %s", query, got.body)
		require.Contains(t, got.body, want.says, query)
	}
	ask := func(made func(context.Context, report.Options) (report.Report, error)) *httptest.ResponseRecorder {
		mux := http.NewServeMux()
		api.Mount(mux, api.Config{
			Publisher: g, Partitions: 1, Archive: g.Archive, Token: apitest.Token, Reports: made,
			Catalog: func() *catalog.Catalog { return nil },
		})
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/reports", http.NoBody)
		r.Header.Set("Authorization", "Bearer "+apitest.Token)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		return w
	}
	require.Equal(t, http.StatusNotImplemented, ask(nil).Code)
	fails := func(err error) *httptest.ResponseRecorder {
		return ask(func(context.Context, report.Options) (report.Report, error) { return report.Report{}, err })
	}
	w := fails(errors.New("disk /dev/sda on fire"))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotContains(t, w.Body.String(), "/dev/sda")
	require.NotEmpty(t, w.Header().Get("Retry-After"))
	w = fails(report.Forgotten{Since: apitest.Now})
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	require.Contains(t, w.Body.String(), "incidents before 2026-03-04T12:00:00Z are not held in memory")
}
