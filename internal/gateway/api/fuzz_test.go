package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tocsin.dev/internal/gateway/api/apitest"
)

// FuzzRequests sends any path end, query and body through the doors: the answer is never a failure
// of the server, and what was taken in can be listed.
func FuzzRequests(f *testing.F) {
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `{"key":"k"}`, `{"key":"\u0000\ud800","summary":"\n"}`, `{"key":"k","labels":{"a":"b","":"\u202e"}}`,
		`{"by":"ana","note":"n","level":1}`, `{"level":1e99}`, `{"files":{"a.yaml":"people: [","../b":"&a [*a]"}}`, "\xff\xfe", `{"key":"k"} x`,
	} {
		f.Add("abcd", "status=all", body)
	}
	f.Add("payments-primary", "by=ana", `{"kind":"swap","from":"2026-03-05T08:00:00Z","to":"2026-03-06T08:00:00Z","people":["ana","bo"]}`)
	f.Add("payments-primary", "", `{"kind":"temporary","from":"0000-01-01T00:00:00Z","to":"9999-12-31T23:59:59-14:00","shifts":[{"people":[],"from":"2026-03-05T08:00:00Z"}]}`)
	f.Add("abcd", "", `{"for":"9223372036854775807ns","targets":["team:","::"],"alerts":["k"],"role":"scribe","text":"\u0000","task":-1,"outcome":"fixed","into":"abcd","to":"x"}`)
	f.Add("../../x", "limit=99999999999999999999&after=-1&at=x", "{")
	f.Add("%00", "schedule=%ff&before=%00", "")
	f.Add("x", "from=9999-12-31T23:59:59-23:59&to=99999-01-01&night=%3A-&timezone=%00", "")
	f.Add("x", "from=-262144-01-01&week=9999-W53&timezone=//&team=%ff", "")
	f.Add("x", "week=9999-W52&timezone=America/New_York", "")
	f.Add("x", "month=9999-12", "")
	f.Add("x", "from=0000-01-01&to=0000-01-02", "")
	handler := apitest.Handler(f)
	f.Fuzz(func(t *testing.T, id, query, body string) {
		id = url.PathEscape(id)
		for _, route := range []string{
			"GET /api/v1/incidents", "GET /api/v1/incidents/" + id, "GET /api/v1/incidents/" + id + "/timeline", "GET /api/v1/oncall", "GET /api/v1/schedules/" + id, "GET /api/v1/schedules/payments-primary",
			"POST /api/v1/incidents/" + id + "/note", "POST /api/v1/incidents/" + id + "/escalate", "POST /api/v1/alerts",
			"POST /api/v1/schedules/" + id + "/overrides", "DELETE /api/v1/schedules/payments-primary/overrides/" + id, "GET /api/v1/schedules/" + id + "/feed", "POST /api/v1/people/" + id + "/feed",
			"GET /ical/" + id + "/schedules/payments-primary.ics", "GET /ical/k/people/" + id, "POST /api/v1/incidents/" + id + "/snooze", "POST /api/v1/incidents/" + id + "/merge", "POST /api/v1/incidents/" + id + "/pause",
			"POST /api/v1/catalog/check", "GET /api/v1/reports", "GET /api/v1/incidents?status=all",
		} {
			method, path, _ := strings.Cut(route, " ")
			r := httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
			r.URL = &url.URL{Path: mustUnescape(path), RawPath: path, RawQuery: query}
			if strings.HasSuffix(path, "all") {
				r.URL = &url.URL{Path: "/api/v1/incidents", RawQuery: "status=all"}
			}
			r.Header.Set("Authorization", "Bearer "+apitest.Token)
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code >= http.StatusInternalServerError {
				t.Fatalf("%s?%s with %q answered %d: %s", route, query, body, w.Code, w.Body)
			}
		}
	})
}

func mustUnescape(path string) string {
	plain, err := url.PathUnescape(path)
	if err != nil {
		panic(err) // it was escaped a moment ago
	}
	return plain
}
