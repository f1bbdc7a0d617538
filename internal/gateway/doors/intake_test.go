package doors_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/gateway/doors"
	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/alertmanager"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/source/generic"
	"tocsin.dev/pkg/events"
	"tocsin.dev/test/corpus"
)

const config = `
people:
  ana: {name: Ana, contact: [{id: c, console: true}]}
teams:
  ops: {name: Ops, lead: ana, members: [ana]}
policies:
  ops: {levels: [{page: [person:ana]}]}
services:
  checkout: {team: ops, policy: ops}
  db: {team: ops, policy: ops}
  web: {team: ops, policy: ops}
  catch-all: {team: ops, policy: ops}
routes:
  - {when: 'labels.job == "postgres"', service: db}
  - {service: catch-all}
`

const keys = `
intake:
  keys:
    bare: {secret: {env: BARE}}
    prometheus: {secret: {env: PROM}, service: web}
    unset: {secret: {env: UNSET}}
`

var now = time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)

// publisher keeps what it is given, or fails.
type publisher struct {
	mu       sync.Mutex
	messages []bus.Message
	fail     func(bus.Message) error
}

func (p *publisher) Publish(_ context.Context, m bus.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(m); err != nil {
			return err
		}
	}
	p.messages = append(p.messages, m)
	return nil
}

// events decodes all that was stored, and checks the form of each message.
func (p *publisher) events(t testing.TB, partitions int) []events.Event {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []events.Event
	for _, m := range p.messages {
		require.LessOrEqual(t, len(m.Body), 512<<10)
		require.Equal(t, events.ContentBatch, m.Get("content-type"))
		require.NotEmpty(t, m.ID)
		batch, err := events.DecodeBatch(m.Body)
		require.NoError(t, err)
		require.Len(t, events.Lines(m.Body), len(batch))
		for _, e := range batch {
			require.Equal(t, events.IntakeSubject(events.Partition(e.Service, partitions), "alerts"), m.Subject)
			require.NotEmpty(t, e.ID)
			require.Equal(t, "tocsin/gateway", e.Source)
			require.True(t, now.Equal(e.Time))
		}
		all = append(all, batch...)
	}
	return all
}

func load(t testing.TB, text string) *catalog.Catalog {
	t.Helper()
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
	require.False(t, catalog.Refused(faults), "%v", faults)
	return c
}

type house struct {
	*publisher
	cfg doors.Config
	mux *http.ServeMux
	log *observer.ObservedLogs
	reg *prometheus.Registry
}

func open(t testing.TB, text string, change func(*doors.Config)) *house {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	h := &house{publisher: &publisher{}, mux: http.NewServeMux(), log: logs, reg: prometheus.NewRegistry()}
	c := load(t, text)
	h.cfg = doors.Config{
		Publisher: h.publisher, Partitions: 8, Catalog: func() *catalog.Catalog { return c }, OpenWithoutKeys: true,
		Sources: []source.Source{alertmanager.Webhook(), alertmanager.API(), cloudevents.Source{}, generic.Source{}},
		Keys: func(name string) ([32]byte, bool) {
			secret, ok := map[string]string{"prometheus": "prom-secret", "bare": "bare-secret"}[name]
			if !ok {
				return [32]byte{}, false
			}
			return sha256.Sum256([]byte(secret)), true
		},
		Clock: func() time.Time { return now }, Log: zap.New(core), Metrics: h.reg,
	}
	if change != nil {
		change(&h.cfg)
	}
	doors.Mount(h.mux, h.cfg)
	return h
}

func (h *house) post(path, body string, header ...string) *httptest.ResponseRecorder {
	return h.send("POST", path, body, header...)
}

func (h *house) send(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost:8080"
	if method != "OPTIONS" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w
}

func alert(labels string) string { return `{"labels":{"alertname":"A"` + labels + `}}` }

func TestAPI(t *testing.T) {
	h := open(t, config, nil)
	w := h.post("/api/v2/alerts", "["+alert(`,"service":"checkout"`)+","+alert(`,"job":"postgres"`)+","+alert(`,"job":"other"`)+"]")
	require.Equal(t, 200, w.Code, w.Body)
	require.Empty(t, w.Body.String())
	got := h.events(t, 8)
	require.Len(t, got, 3)
	services := map[string]int{}
	for _, e := range got {
		services[e.Service]++
		require.Equal(t, "alert.received", e.Data.Name())
		require.Equal(t, "alertmanager", e.Data.(events.AlertReceived).Origin)
	}
	require.Equal(t, map[string]int{"checkout": 1, "db": 1, "catch-all": 1}, services)
	require.Equal(t, 200, h.post("/api/v2/alerts", "[]").Code)
}

func TestSoundAlertsAreTakenAndFaultsTold(t *testing.T) {
	h := open(t, config, nil)
	for path, body := range map[string]string{
		"/api/v2/alerts":       "[" + alert("") + `,{"labels":{}},{"labels":{"a":1}}]`,
		"/intake/alertmanager": `{"alerts":[` + alert("") + `,{"labels":{}},{"labels":{"a":1}}]}`,
	} {
		w := h.post(path, body)
		require.Equal(t, 400, w.Code)
		require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
		var p struct {
			Status   int
			Accepted int
			Errors   []struct{ Place, Reason string }
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
		require.Equal(t, 400, p.Status)
		require.Equal(t, 1, p.Accepted)
		require.Len(t, p.Errors, 2)
		require.Contains(t, p.Errors[0].Place, "[1].labels")
		require.Contains(t, p.Errors[1].Place, "[2].labels.a")
	}
	require.Len(t, h.events(t, 8), 2)
}

func TestFormats(t *testing.T) {
	h := open(t, config, nil)
	w := h.post("/intake/alertmanager", `{"alerts":[`+alert("")+`]}`)
	require.Equal(t, 200, w.Code)
	w = h.send("PUT", "/intake/generic", `{"summary":"x","service":"web"}`)
	require.Equal(t, 202, w.Code)
	require.JSONEq(t, `{"accepted":1}`, w.Body.String())
	w = h.post("/intake/cloudevents", `{"specversion":"1.0","type":"t","source":"s","id":"1","data":{"service":"nobody","labels":{"service":"db"},"status":"resolved"}}`,
		"Content-Type", "application/cloudevents+json")
	require.Equal(t, 202, w.Code)
	got := h.events(t, 8)
	require.Equal(t, []string{"catch-all", "web", "db"}, []string{got[0].Service, got[1].Service, got[2].Service})
	require.Equal(t, "alert.cleared", got[2].Data.Name())

	for _, path := range []string{"/intake/nagios", "/intake/nagios/key", "/intake/api%2Fv2"} {
		w = h.post(path, "{}")
		require.Equal(t, 404, w.Code)
		require.Contains(t, w.Body.String(), "alertmanager, cloudevents, generic")
	}
	require.Equal(t, 405, h.send("GET", "/intake/generic", "").Code)
}

func TestHandshake(t *testing.T) {
	h := open(t, config+keys, nil)
	w := h.send("OPTIONS", "/intake/cloudevents/prom-secret", "", "WebHook-Request-Origin", "events.example.com")
	require.Equal(t, 200, w.Code)
	require.Equal(t, "events.example.com", w.Header().Get("WebHook-Allowed-Origin"))
	require.Equal(t, "*", w.Header().Get("WebHook-Allowed-Rate"))
	require.Equal(t, 401, h.send("OPTIONS", "/intake/cloudevents", "", "WebHook-Request-Origin", "x").Code)
	require.Equal(t, 400, h.send("OPTIONS", "/intake/cloudevents/prom-secret", "").Code)
	require.Equal(t, 405, h.send("OPTIONS", "/intake/generic", "").Code)
}

func TestIDs(t *testing.T) {
	h := open(t, config, nil)
	at := now
	named := `{"specversion":"1.0","type":"t","source":"s","id":"1"}`
	plain := "[" + alert("") + "," + alert("") + "]"
	for range 2 {
		h.post("/intake/cloudevents", named, "Content-Type", "application/cloudevents+json")
		h.post("/api/v2/alerts", plain)
	}
	got := h.events(t, 8)
	require.Equal(t, got[0].ID, got[3].ID, "an event that its sender named keeps its id")
	require.Equal(t, h.messages[0].ID, h.messages[2].ID, "and is stored once")
	require.Equal(t, events.DeriveID("cloudevents", "s 1"), got[0].ID)
	require.NotEqual(t, got[1].ID, got[2].ID, "the same alert twice in one body")

	late := open(t, config, func(c *doors.Config) { c.Clock = func() time.Time { return at.Add(time.Nanosecond) } })
	late.post("/api/v2/alerts", plain)
	require.NotEqual(t, h.messages[1].ID, late.messages[0].ID, "an alert sent again is a new fact")
}

func TestKeys(t *testing.T) {
	h := open(t, config+keys, nil)
	body := "[" + alert("") + "]"
	for name, w := range map[string]*httptest.ResponseRecorder{
		"none":          h.post("/api/v2/alerts", body),
		"wrong":         h.post("/api/v2/alerts", body, "Authorization", "Bearer planted-wrong"),
		"empty":         h.post("/api/v2/alerts", body, "Authorization", "Bearer "),
		"other scheme":  h.post("/api/v2/alerts", body, "Authorization", "GenieKey prom-secret"),
		"of no secret":  h.post("/api/v2/alerts", body, "Authorization", "Bearer \x00"),
		"wrong path":    h.post("/intake/generic/planted-wrong", `{"summary":"x"}`),
		"name as key":   h.post("/intake/generic/prometheus", `{"summary":"x"}`),
		"path over all": h.post("/intake/generic/planted-wrong", `{"summary":"x"}`, "Authorization", "Bearer prom-secret"),
	} {
		require.Equal(t, 401, w.Code, name)
		require.NotEmpty(t, w.Header().Get("WWW-Authenticate"))
		require.NotContains(t, w.Body.String(), "planted")
	}
	require.Empty(t, h.messages)

	require.Equal(t, 200, h.post("/api/v2/alerts", body, "Authorization", "bearer prom-secret").Code)
	require.Equal(t, 200, h.post("/api/v2/alerts", body, "Authorization", "Basic dXNlcjpiYXJlLXNlY3JldA==").Code)
	require.Equal(t, 202, h.post("/intake/generic/prom-secret", `{"summary":"x","labels":{"job":"postgres"}}`).Code)
	got := h.events(t, 8)
	require.Equal(t, "web", got[0].Service, "the key's service takes what no route places")
	require.Equal(t, "alertmanager/prometheus", got[0].Data.(events.AlertReceived).Origin)
	require.Equal(t, "catch-all", got[1].Service)
	require.Equal(t, "db", got[2].Service, "a route comes before the key")
}

func TestOpenOnLoopbackOnly(t *testing.T) {
	h := open(t, config, func(c *doors.Config) { c.OpenWithoutKeys = false })
	require.Equal(t, 401, h.post("/api/v2/alerts", "[]").Code)
	require.Equal(t, 401, h.post("/intake/generic/anything", "{}", "Authorization", "Bearer x").Code)
}

// TestGuardAnswers shows what a web page gets at the open door, and that a key needs no guard.
func TestGuardAnswers(t *testing.T) {
	h := open(t, config, nil)
	w := h.post("/intake/generic", `{"summary": "x"}`, "Origin", "https://evil.example")
	require.Equal(t, 403, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	require.Contains(t, w.Body.String(), "add an intake key")
	require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, 403, h.post("/api/v2/alerts", "[]", "Content-Type", "text/plain").Code)
	require.Equal(t, 403, h.send("OPTIONS", "/intake/cloudevents", "", "Origin", "https://evil.example", "WebHook-Request-Origin", "evil.example").Code)
	require.Empty(t, h.messages)

	guarded := open(t, config+keys, nil)
	w = guarded.post("/intake/generic", `{"summary": "x"}`, "Origin", "https://app.example", "X-Forwarded-For", "203.0.113.9", "Authorization", "Bearer bare-secret")
	require.Equal(t, 202, w.Code, "whoever holds a key may send from anywhere")
}

func TestLimits(t *testing.T) {
	h := open(t, config, nil)
	big := `{"summary":"` + strings.Repeat("x", source.MaxBody) + `"}`
	require.Equal(t, 413, h.post("/intake/generic", big).Code)
	r := httptest.NewRequest("POST", "http://localhost/intake/generic", strings.NewReader(big))
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = -1
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	require.Equal(t, 413, w.Code, "without a length too")
	require.Equal(t, 415, h.post("/intake/generic", "{}", "Content-Encoding", "gzip").Code)
	require.Equal(t, 202, h.post("/intake/generic", `{"summary":"x"}`, "Content-Encoding", "identity").Code)
	w = h.post("/api/v2/alerts", "["+strings.Repeat(alert("")+",", 1000)+alert("")+"]")
	require.Equal(t, 400, w.Code)
	require.Contains(t, w.Body.String(), "1000")
	w = h.post("/api/v2/alerts", strings.Repeat("[", 65))
	require.Equal(t, 400, w.Code)
	require.Contains(t, w.Body.String(), "64")
	require.Equal(t, 400, h.post("/api/v2/alerts", "").Code)
	require.Len(t, h.messages, 1)

	var all strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&all, `,{"labels":{"i":%d}}`, i)
	}
	w = h.post("/intake/generic", `{"alerts":[`+all.String()[1:]+`]}`)
	require.Equal(t, 202, w.Code)
	w = h.post("/api/v2/alerts", "["+strings.Repeat("{},", 900)+"{}]")
	require.Equal(t, 400, w.Code)
	require.Less(t, w.Body.Len(), 32<<10, "faults are listed, not all of them")
}

func TestLargeBodiesAreSplitInOrder(t *testing.T) {
	h := open(t, config, nil)
	var all []string
	for i := range 300 {
		all = append(all, fmt.Sprintf(`{"key":"%03d","service":"db","summary":"x","description":%q}`, i, strings.Repeat("<", 3000)))
	}
	w := h.post("/intake/generic", "["+strings.Join(all, ",")+"]")
	require.Equal(t, 202, w.Code, w.Body)
	require.Greater(t, len(h.messages), 5)
	got := h.events(t, 8)
	require.Len(t, got, 300)
	require.True(t, slices.IsSortedFunc(got, func(a, b events.Event) int {
		return strings.Compare(a.Data.(events.AlertReceived).Key, b.Data.(events.AlertReceived).Key)
	}))

	labels := make([]string, 64)
	for i := range labels {
		labels[i] = fmt.Sprintf(`"l%d":%q`, i, strings.Repeat("<", 2000))
	}
	w = h.post("/intake/generic", `[{"key":"huge","labels":{`+strings.Join(labels, ",")+`}},{"key":"small"}]`)
	require.Equal(t, 400, w.Code)
	require.Contains(t, w.Body.String(), "alert huge")
	require.Contains(t, w.Body.String(), `"accepted":1`)
}

func TestOneMessageForEachPartition(t *testing.T) {
	h := open(t, config, nil)
	var all []string
	for i := range 200 {
		all = append(all, alert(fmt.Sprintf(`,"i":"%d","service":%q`, i, []string{"checkout", "db", "web", "catch-all"}[i%4])))
	}
	require.Equal(t, 200, h.post("/api/v2/alerts", "["+strings.Join(all, ",")+"]").Code)
	subjects := map[string]bool{}
	for _, m := range h.messages {
		require.False(t, subjects[m.Subject])
		subjects[m.Subject] = true
	}
	require.Len(t, h.events(t, 8), 200)
}

func TestNotStoredIsNotAccepted(t *testing.T) {
	for _, err := range []error{bus.ErrFull, errors.New("no quorum"), context.DeadlineExceeded} {
		h := open(t, config, nil)
		h.fail = func(m bus.Message) error {
			if m.Subject == events.IntakeSubject(events.Partition("db", 8), "alerts") {
				return err
			}
			return nil
		}
		w := h.post("/api/v2/alerts", "["+alert(`,"service":"db"`)+","+alert(`,"service":"web"`)+"]")
		require.Equal(t, 503, w.Code, "one partition of two failed")
		require.Equal(t, "5", w.Header().Get("Retry-After"))
		require.Equal(t, 1, h.log.Len())
		require.Equal(t, 503, h.post("/api/v2/alerts", "["+alert(`,"service":"db"`)+",{}]").Code, "faults do not hide it")
	}
}

func TestNoCatalogYet(t *testing.T) {
	h := open(t, config, func(c *doors.Config) { c.Catalog = func() *catalog.Catalog { return nil } })
	w := h.post("/api/v2/alerts", "[]")
	require.Equal(t, 503, w.Code)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
}

func TestKeysReachNeitherLogsNorMetrics(t *testing.T) {
	h := open(t, config+keys, nil)
	h.fail = func(bus.Message) error { return errors.New("disk") }
	h.post("/intake/generic/prom-secret", `{"summary":"x"}`)
	h.post("/intake/generic/planted", `{"summary":"x"}`)
	h.post("/intake/planted/planted", `{}`)
	for _, entry := range h.log.All() {
		text := fmt.Sprint(entry.Message, entry.ContextMap())
		require.NotContains(t, text, "secret")
		require.NotContains(t, text, "planted")
	}
	families, err := h.reg.Gather()
	require.NoError(t, err)
	names := map[string]bool{}
	for _, f := range families {
		names[f.GetName()] = true
		require.NotContains(t, f.String(), "planted")
		require.NotContains(t, f.String(), "secret")
	}
	require.Equal(t, map[string]bool{"tocsin_intake_alerts_total": true, "tocsin_intake_requests_total": true, "tocsin_intake_seconds": true}, names)
}

// TestRoutesThatFail: a condition that cannot be evaluated does not hold, and is counted where it stands.
func TestRoutesThatFail(t *testing.T) {
	h := open(t, strings.Replace(config, "routes:\n", "routes:\n  - {when: 'int(labels.job) > 5', service: db}\n", 1), nil)
	h.post("/intake/generic", `[{"summary":"a","labels":{"job":"postgres"}},{"summary":"b","labels":{"job":"7"}}]`)
	families, err := h.reg.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "tocsin_intake_route_errors_total" {
			require.Len(t, f.GetMetric(), 1)
			require.Regexp(t, `^.*\.yaml:\d+$`, f.GetMetric()[0].GetLabel()[0].GetValue())
			require.InDelta(t, 1, f.GetMetric()[0].GetCounter().GetValue(), 0)
			return
		}
	}
	require.Fail(t, "nothing was counted")
}

func TestMetrics(t *testing.T) {
	h := open(t, config, nil)
	h.post("/api/v2/alerts", "["+alert("")+",{}]")
	h.post("/intake/generic", `[{"summary":"a"},{"summary":"b"}]`)
	want := map[string]float64{
		"api/v2 accepted": 1, "api/v2 invalid": 1, "api/v2 4xx": 1, "generic accepted": 2, "generic invalid": 0, "generic 2xx": 1,
	}
	families, err := h.reg.Gather()
	require.NoError(t, err)
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if m.GetCounter() == nil {
				continue
			}
			values := map[string]string{}
			for _, l := range m.GetLabel() {
				values[l.GetName()] = l.GetValue()
			}
			got[values["format"]+" "+values["result"]+values["code"]] = m.GetCounter().GetValue()
		}
	}
	require.Equal(t, want, got)
	doors.Mount(http.NewServeMux(), h.cfg) // a second mount shares the counters
}

func TestConfig(t *testing.T) {
	require.PanicsWithError(t, doors.Config{}.Validate().Error(), func() { doors.Mount(http.NewServeMux(), doors.Config{}) })
	require.ErrorContains(t, doors.Config{}.Validate(), "publisher")
	require.ErrorContains(t, doors.Config{}.Validate(), "catalog")
	require.ErrorContains(t, doors.Config{}.Validate(), "partition")
}

// TestCorpus posts every body there is at every door.
func TestCorpus(t *testing.T) {
	folders := []string{
		"webhooks/alertmanager", "webhooks/grafana", "webhooks/github", "webhooks/other",
		"json/JSONTestSuite", "cloudevents/spec_examples", "cloudevents/sdk_java_v03",
	}
	for _, folder := range folders {
		for name, body := range corpus.Files(t, folder) {
			for _, path := range []string{"/api/v2/alerts", "/intake/alertmanager", "/intake/generic", "/intake/cloudevents"} {
				h := open(t, config, nil)
				code := h.post(path, string(body), "Content-Type", "application/cloudevents+json").Code
				require.Contains(t, []int{200, 202, 400}, code, name)
				if path == "/intake/alertmanager" && folder == "webhooks/alertmanager" {
					require.Equal(t, 200, code, name)
				}
				if strings.HasPrefix(name, "n_") {
					require.Equal(t, 400, code, name)
					require.Empty(t, h.messages)
				}
				h.events(t, 8)
			}
		}
	}
}

func FuzzDoors(f *testing.F) {
	for _, path := range []string{"/api/v2/alerts", "/intake/alertmanager", "/intake/generic", "/intake/cloudevents/x", "/intake/x"} {
		f.Add(path, "application/json", []byte("["+alert(`,"service":"db"`)+"]"))
		f.Add(path, "application/cloudevents+json", []byte(`{"specversion":"1.0","type":"t","source":"s","id":"1"}`))
		f.Add(path, "", []byte(`{"alerts":[{"labels":{"a":"b"}}]}`))
	}
	c := load(f, config)
	f.Fuzz(func(t *testing.T, path, contentType string, body []byte) {
		stored := &publisher{}
		mux := http.NewServeMux()
		doors.Mount(mux, doors.Config{
			Publisher: stored, Partitions: 3, Catalog: func() *catalog.Catalog { return c }, OpenWithoutKeys: true, Clock: func() time.Time { return now },
			Sources: []source.Source{alertmanager.Webhook(), alertmanager.API(), cloudevents.Source{}, generic.Source{}},
		})
		if !strings.HasPrefix(path, "/intake/") && path != "/api/v2/alerts" {
			return
		}
		r := httptest.NewRequest("POST", "/", bytes.NewReader(body))
		r.URL.Path = path
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		require.Less(t, w.Code, 500)
		stored.events(t, 3)
	})
}

func BenchmarkHundredAlerts(b *testing.B) {
	h := open(b, config, nil)
	var all []string
	for i := range 100 {
		all = append(all, fmt.Sprintf(`{"labels":{"alertname":"HighLatency","instance":"web-%d:9100","job":"web","severity":"critical","service":%q},`+
			`"annotations":{"summary":"latency is high on web-%d"},"startsAt":"2026-03-29T00:59:00Z","generatorURL":"http://prometheus/graph"}`, i, []string{"web", "db"}[i%2], i))
	}
	body := "[" + strings.Join(all, ",") + "]"
	b.ReportAllocs()
	for b.Loop() {
		if w := h.post("/api/v2/alerts", body); w.Code != 200 {
			b.Fatal(w.Code)
		}
		h.messages = h.messages[:0]
	}
}
