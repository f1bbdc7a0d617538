package calendars_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/egress"
	"tocsin.dev/internal/gateway/calendars"
	"tocsin.dev/pkg/events"
)

const partitions = 3

var monday = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// house is an importer with a calendar server of its own; what it publishes is decided at once, as the
// rules do.
type house struct {
	*calendars.Importer
	t   *testing.T
	log *observer.ObservedLogs
	now time.Time

	host string // of the calendar server

	mu      sync.Mutex
	serve   http.HandlerFunc
	asked   int
	header  http.Header
	catalog *catalog.Catalog

	said  []events.Roster // by partition 0
	facts []archive.Fact
	lost  func(partition int) bool
	deaf  bool // the archive comes later
}

func newHouse(t *testing.T, schedule string, files ...string) *house {
	t.Helper()
	core, log := observer.New(zap.InfoLevel)
	h := &house{t: t, log: log, now: monday, lost: func(int) bool { return false }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked++
		h.header = r.Header.Clone()
		serve := h.serve
		h.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(server.Close)
	h.host = strings.TrimPrefix(server.URL, "http://")
	h.use(schedule, files...)
	client, err := egress.New(egress.Config{Allow: []string{"127.0.0.1/32"}, BodyTimeout: 10 * time.Second})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	h.Importer, err = calendars.New(calendars.Config{
		Publisher: h, Partitions: partitions, Journal: h, Catalog: func() *catalog.Catalog { return h.catalog },
		Clock: func() time.Time { return h.now }, Log: zap.New(core),
		Secret: func(s catalog.Secret) (string, error) {
			if s.Env == "ROTA_URL" {
				return server.URL + "/very-secret-key/rota.ics", nil
			}
			return "", errors.New("environment variable " + s.Env + " is not set")
		},
		Get: func(ctx context.Context, r calendars.Request) (calendars.Answer, error) {
			a, err := client.Do(ctx, egress.Request{Method: http.MethodGet, URL: r.URL, Header: r.Header, Keep: r.MaxBytes})
			return calendars.Answer{Status: a.Status, Header: a.Header, Body: a.Body, Cut: a.Cut}, err
		},
	})
	require.NoError(t, err)
	return h
}

// use puts a catalog in force whose schedule is the one given.
func (h *house) use(schedule string, files ...string) {
	h.t.Helper()
	all := map[string][]byte{"catalog.yaml": []byte(`
people: {ana: {name: Ana Ruiz, contact: [{console: true}]}, bo: {contact: [{console: true}]}}
teams: {shop: {lead: ana, members: [ana, bo]}}
services: {checkout: {team: shop, policy: shop}}
routes: [{service: checkout}]
policies: {shop: {levels: [{page: [schedule:rota, person:ana]}]}}
schedules: {rota: ` + schedule + "}\n")}
	for i := 0; i+1 < len(files); i += 2 {
		all[files[i]] = []byte(files[i+1])
	}
	c, faults := catalog.Parse(all)
	require.NotNil(h.t, c, "%v", faults)
	h.catalog = c
}

// Publish takes a roster as the engine of its partition does.
func (h *house) Publish(_ context.Context, m bus.Message) error {
	var p int
	_, err := fmt.Sscanf(m.Subject, events.SubjectIntake+".%d.rosters", &p)
	require.NoError(h.t, err)
	if h.lost(p) {
		return errors.New("the bus is away")
	}
	for _, line := range events.Lines(m.Body) {
		e, err := events.Decode(line)
		require.NoError(h.t, err)
		r := e.Data.(events.RosterReceived).Roster
		if p == 0 {
			h.said = append(h.said, r)
		}
		fact := events.New(events.RosterImported{Roster: r})
		fact.ID, fact.Source, fact.Time = fmt.Sprint(len(h.facts)), "tocsin/engine", h.now
		text, err := fact.Encode()
		require.NoError(h.t, err)
		f := archive.Fact{Line: text}
		f.SetKey(int64(len(h.facts) + 1))
		h.facts = append(h.facts, f)
	}
	return nil
}

func (h *house) Loose(_ context.Context, after int64, _ ...string) ([]archive.Fact, int64, error) {
	if h.deaf {
		return nil, after, nil
	}
	return h.facts[after:], int64(len(h.facts)), nil
}

// turn lets time pass and everything be read that is due.
func (h *house) turn(passes time.Duration) calendars.Status {
	h.t.Helper()
	h.now = h.now.Add(passes)
	h.Turn(h.t.Context())
	s, ok := h.Status("rota")
	require.True(h.t, ok)
	return s
}

// serves sets what the server answers from here on.
func (h *house) serves(handler http.HandlerFunc) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.serve = handler
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

// shifts of one hour each, day after day from tomorrow on.
func shifts(people ...string) string { return shiftsFrom(monday.AddDate(0, 0, 1), people...) }

func shiftsFrom(first time.Time, people ...string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
	for n, who := range people {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:%s\r\nDURATION:PT1H\r\nSUMMARY:%s\r\nEND:VEVENT\r\n", n, first.AddDate(0, 0, n).Format("20060102T150405Z"), who)
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

// people of a roster's shifts, in order.
func people(r events.Roster) (all []string) {
	for _, s := range r.Shifts {
		all = append(all, strings.Join(s.People, "+"))
	}
	return all
}

const byURL = "{timezone: Europe/Madrid, ical: {url: {env: ROTA_URL}}}"

func TestACalendarIsReadAndTold(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(text(shifts("Ana Ruiz", "bo", "Zoe")))
	s := h.turn(0)
	require.Empty(t, s.Fault)
	require.Equal(t, "127.0.0.1", s.Source)
	require.Equal(t, monday, s.CheckedAt)
	require.Equal(t, monday, s.ReadAt)
	require.Equal(t, []string{`line 15: "Zoe" names nobody of the catalog; the event is left out`}, s.LeftOut)
	require.Len(t, h.said, 1)
	require.Len(t, h.facts, partitions, "every partition is told")
	r := h.said[0]
	require.Equal(t, "rota", r.Schedule)
	require.Equal(t, []string{"ana", "bo"}, people(r))
	require.Equal(t, monday, r.From)
	require.Equal(t, monday.Add(catalog.ImportAhead), r.To)
	require.NotContains(t, r.Source, "secret")

	// Nothing is asked before it is due, and nothing told before it changes.
	h.turn(14 * time.Minute)
	require.Equal(t, 1, h.asked)
	s = h.turn(time.Minute)
	require.Equal(t, 2, h.asked)
	require.Equal(t, h.now, s.CheckedAt)
	require.Len(t, h.said, 1)

	h.serves(text(shifts("bo", "bo")))
	h.turn(15 * time.Minute)
	require.Len(t, h.said, 2)
	require.Equal(t, []string{"bo", "bo"}, people(h.said[1]))
}

// Whatever goes wrong with a calendar, what was read before stays, and is told no second time. The
// fault is logged when it comes and when it goes, and never with the address.
func TestTheLastGoodOneStays(t *testing.T) {
	good := shifts("ana", "bo")
	var many strings.Builder
	many.WriteString("BEGIN:VCALENDAR\r\n")
	for n := range 30_000 {
		fmt.Fprintf(&many, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:20260303T%06dZ\r\nSUMMARY:ana\r\nEND:VEVENT\r\n", n, n%24*10000)
	}
	many.WriteString("END:VCALENDAR\r\n")
	status := func(code int, location string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if location != "" {
				w.Header().Set("Location", location)
			}
			w.WriteHeader(code)
			fmt.Fprint(w, good)
		}
	}
	for _, c := range []struct {
		name  string
		serve http.HandlerFunc
		fault string
	}{
		{"no events", text("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"), "the calendar has no upcoming shifts; those read at 2026-03-02T12:00:00Z still apply"},
		{"past events only", text(shiftsFrom(monday.AddDate(0, 0, -9), "ana", "bo")), "the calendar has no upcoming shifts; those read at 2026-03-02T12:00:00Z still apply"},
		{"events of strangers", text(shifts("Zoe")), "the calendar has no upcoming shifts; those read at 2026-03-02T12:00:00Z still apply"},
		{"an empty answer", text(""), "this is not a calendar: BEGIN:VCALENDAR is missing"},
		{"a page to sign in", text("<!DOCTYPE html><title>Sign in</title>"), "this is not a calendar: BEGIN:VCALENDAR is missing"},
		{"half a calendar", text(good[:len(good)/2]), "line 3: BEGIN:VEVENT has no END: the calendar is cut off"},
		{"not found", status(404, ""), "the server answers 404 Not Found"},
		{"broken server", status(503, ""), "the server answers 503 Service Unavailable"},
		{"no content", status(204, ""), "the server answers 204 No Content"},
		{"redirect to nowhere", status(302, ""), "the redirect has no valid Location"},
		{"redirect in a circle", status(302, "/again"), "more than 5 redirects"},
		{"redirect to an inner address", status(301, "http://10.0.0.1/rota.ics"), "refused by egress rules: private address"},
		{"redirect to the metadata", status(307, "http://169.254.169.254/latest/"), "refused by egress rules: link-local address"},
		{"redirect to a file", status(308, "file:///etc/passwd"), "refused by egress rules: only http and https are supported"},
		{"6 MiB", text("BEGIN:VCALENDAR\r\n" + strings.Repeat("X-PAD:"+strings.Repeat("x", 60)+"\r\n", 6<<20/68) + "END:VCALENDAR\r\n"), "the calendar is larger than 5 MiB"},
		{"30,000 events", text(many.String()), "line 100002: there are more than 20000 events"},
		{"an answer that breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			fmt.Fprint(w, good)
		}, "the answer broke off"},
		{"no answer", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "the connection broke after the request was sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, byURL)
			h.serves(text(good))
			require.Empty(t, h.turn(0).Fault)
			require.Len(t, h.said, 1)
			h.serves(c.serve)
			for range 3 {
				s := h.turn(15 * time.Minute)
				require.Equal(t, c.fault, strings.TrimPrefix(s.Fault, h.host+": "))
				require.Equal(t, monday, s.ReadAt)
				require.Len(t, h.said, 1)
			}
			h.serves(text(shifts("bo", "ana")))
			s := h.turn(15 * time.Minute)
			require.Empty(t, s.Fault)
			require.Len(t, h.said, 2)
			require.Equal(t, 1, h.log.FilterMessageSnippet("cannot be used").Len(), "it is told once")
			require.Equal(t, 1, h.log.FilterMessageSnippet("can be used again").Len())
			for _, line := range h.log.All() {
				require.NotContains(t, fmt.Sprint(line.Message, line.ContextMap()), "secret")
			}
		})
	}
}

func TestACalendarThatWasNeverGood(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(text("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"))
	s := h.turn(0)
	require.Equal(t, "the calendar has no upcoming shifts", s.Fault)
	require.Zero(t, s.ReadAt)
	require.Empty(t, h.said)
	h.use("{timezone: UTC, ical: {url: {env: ELSEWHERE}}}")
	require.Equal(t, "environment variable ELSEWHERE is not set", h.turn(time.Second).Fault)
}

// A server that can say that nothing has changed is not made to send it again.
func TestUnchangedCalendars(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Last-Modified", "Mon, 02 Mar 2026 11:00:00 GMT")
		if r.Header.Get("If-None-Match") == `"one"` && r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, shifts("ana", "bo"))
	})
	require.Empty(t, h.turn(0).Fault)
	s := h.turn(time.Hour)
	require.Empty(t, s.Fault)
	require.Equal(t, h.now, s.ReadAt)
	require.Equal(t, `"one"`, h.header.Get("If-None-Match"))
	require.Len(t, h.said, 1)
}

// A redirect is followed where it leads to an address that may be asked.
func TestRedirects(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/moved.ics" {
			http.Redirect(w, r, "/moved.ics", http.StatusMovedPermanently)
			return
		}
		fmt.Fprint(w, shifts("ana"))
	})
	require.Empty(t, h.turn(0).Fault)
	require.Len(t, h.said, 1)
}

// A file comes with the catalog: a new revision makes it read at once.
func TestCalendarFiles(t *testing.T) {
	const byFile = "{timezone: UTC, ical: {file: rota.ics}}"
	h := newHouse(t, byFile, "rota.ics", shifts("ana"))
	s := h.turn(0)
	require.Equal(t, "rota.ics", s.Source)
	require.Equal(t, []string{"ana"}, people(h.said[0]))
	h.use(byFile, "rota.ics", shifts("bo"))
	h.turn(time.Second)
	require.Len(t, h.said, 2)
	require.Equal(t, []string{"bo"}, people(h.said[1]))
	h.use("{timezone: UTC, layers: [{start: 2026-01-05, people: [ana]}]}")
	h.Turn(t.Context())
	_, ok := h.Status("rota")
	require.False(t, ok, "a schedule of layers has no calendar")
	require.Zero(t, h.asked)
}

// The stretch that is known grows with time, without a message at every look.
func TestTheStretchGrows(t *testing.T) {
	h := newHouse(t, byURL)
	daily := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:d\r\nDTSTART:20260101T090000Z\r\nDURATION:PT24H\r\nRRULE:FREQ=WEEKLY\r\nSUMMARY:bo\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	h.serves(text(daily))
	for range 26 * 7 {
		require.Empty(t, h.turn(24*time.Hour).Fault)
		last := h.said[len(h.said)-1]
		require.Greater(t, last.To.Sub(h.now), 20*7*24*time.Hour, "gaps of the next 12 weeks can always be told")
	}
	require.LessOrEqual(t, len(h.said), 8)
}

// Where some partitions were not told, they are told the next time, also by another process.
func TestPartitionsThatWereNotTold(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(text(shifts("ana")))
	h.lost = func(p int) bool { return p == 2 }
	s := h.turn(0)
	require.Contains(t, s.Fault, "publish the roster")
	require.Len(t, h.facts, 2)
	h.lost = func(int) bool { return false }
	s = h.turn(5 * time.Second)
	require.Empty(t, s.Fault)
	require.Equal(t, h.said[0], h.said[1], "the same roster")
	h.turn(15 * time.Minute)
	require.Len(t, h.said, 2)
}

// The archive may lag: what was told a moment ago is not told again.
func TestTheArchiveLags(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(text(shifts("ana")))
	h.turn(0)
	h.deaf = true
	h.turn(time.Hour)
	require.Len(t, h.said, 1)
}

// A calendar of many short shifts is told as far as it fits into a message.
func TestManyShifts(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(text("BEGIN:VCALENDAR\r\n" +
		"BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260101T000000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=HOURLY;INTERVAL=2\r\nSUMMARY:ana\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20260101T010000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=HOURLY;INTERVAL=2\r\nSUMMARY:bo\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"))
	require.Empty(t, h.turn(0).Fault)
	r := h.said[0]
	last := r.Shifts[len(r.Shifts)-1]
	require.Equal(t, r.To, last.To, "it ends where it is not known any more")
	require.Greater(t, len(r.Shifts), 1000)
	require.Less(t, len(r.Shifts), 1500)
	h.turn(24 * time.Hour)
	require.Len(t, h.said, 1)
}

// What an older reading said of the time before a newer one stays, in whatever order partitions tell.
func TestHistoryStays(t *testing.T) {
	h := newHouse(t, byURL)
	h.serves(text(shifts("ana", "ana", "bo")))
	h.turn(0)
	h.serves(text(shifts("bo", "bo", "bo")))
	h.turn(36 * time.Hour)
	first, second := h.facts[:partitions], h.facts[partitions:]
	h.facts = nil
	for _, f := range []archive.Fact{first[0], second[0], first[1], first[2], second[1], second[2]} {
		f.SetKey(int64(len(h.facts) + 1))
		h.facts = append(h.facts, f)
	}
	var known calendars.Imported
	require.NoError(t, known.Read(t.Context(), h))
	made, at := known.Of("rota")
	require.Equal(t, h.now.UTC(), at)
	var told []string
	for _, d := range made.Duties(monday, monday.AddDate(0, 0, 9)) {
		told = append(told, d.From.Format("02 15:04 ")+d.People[0])
	}
	require.Equal(t, []string{"03 12:00 ana", "04 12:00 bo", "05 12:00 bo"}, told)
}

func TestConfigIsWhole(t *testing.T) {
	_, err := calendars.New(calendars.Config{})
	for _, what := range []string{"Publisher", "Partitions", "Catalog", "Journal", "Get", "Secret"} {
		require.ErrorContains(t, err, what)
	}
}
