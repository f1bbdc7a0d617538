package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/internal/ical"
)

func quoted(t *testing.T, s string) string {
	b, err := json.Marshal(s)
	require.NoError(t, err)
	return string(b)
}

// feed asks for the path of a feed.
func feed(t *testing.T, g *apitest.Gateway, method, of string) string {
	got := call(t, g, method, "/api/v1/"+of+"/feed", "")
	require.Equal(t, http.StatusOK, got.status, got.body)
	var f api.Feed
	got.into(t, &f)
	return f.Path
}

// fetch asks without a token, as calendar programs do.
func fetch(t *testing.T, g *apitest.Gateway, path string, header ...string) answer {
	r, err := http.NewRequestWithContext(t.Context(), "GET", g.URL+path, http.NoBody)
	require.NoError(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return do(t, r)
}

// shifts reads a feed.
func shifts(t *testing.T, body string) []ical.Shift {
	c, faults := ical.Parse([]byte(body), ical.Limits{})
	require.Empty(t, faults)
	all, faults := c.Shifts(time.UTC, apitest.Now.AddDate(-1, 0, 0), apitest.Now.AddDate(1, 0, 0), ical.Limits{})
	require.Empty(t, faults)
	return all
}

func TestFeed(t *testing.T) {
	g := apitest.Start(t)
	path := feed(t, g, "GET", "schedules/payments-primary")
	require.Equal(t, path, feed(t, g, "GET", "schedules/payments-primary"), "it stays where it is")
	got := fetch(t, g, path)
	require.Equal(t, 200, got.status, got.body)
	require.Equal(t, "text/calendar; charset=utf-8", got.header.Get("Content-Type"))
	all := shifts(t, got.body)
	require.Len(t, all, 31, "those that reach into 30 weeks")
	require.Equal(t, "payments-primary-20260202T080000Z@tocsin", all[0].UID)
	require.Equal(t, "payments-primary: Ana Ruiz", all[0].Summary)
	require.True(t, all[0].Start.Equal(time.Date(2026, 2, 2, 8, 0, 0, 0, time.UTC)), "uncut at the beginning")
	require.True(t, all[30].End.Equal(time.Date(2026, 9, 7, 7, 0, 0, 0, time.UTC)), "and at the end")
	require.Equal(t, all[1].Start, all[0].End)

	tag := got.header.Get("ETag")
	require.NotEmpty(t, tag)
	require.Equal(t, http.StatusNotModified, fetch(t, g, path, "If-None-Match", tag).status)
	place(t, g, bo)
	changed := fetch(t, g, path, "If-None-Match", tag)
	require.Equal(t, 200, changed.status)
	require.Contains(t, changed.body, "UID:payments-primary-20260305T080000Z@tocsin")
	require.Len(t, shifts(t, changed.body), 33)
}

func TestFeedOfAPerson(t *testing.T) {
	g := apitest.Start(t)
	body := fetch(t, g, feed(t, g, "GET", "people/bo")).body
	require.Len(t, shifts(t, body), 15)
	require.NotContains(t, body, "Ana")
	require.Empty(t, shifts(t, fetch(t, g, feed(t, g, "GET", "people/cleo")).body))
}

// TestFeedWithoutEdges keeps the name of a shift that never changes hands.
func TestFeedWithoutEdges(t *testing.T) {
	g := apitest.Start(t)
	long := strings.Replace(apitest.Catalog, `{rotation: weekly, handoff: "Mon 09:00", start: 2026-01-05, people: [ana, bo]}`, `{rotation: monthly, every: 24, start: 2025-01-01, people: [ana, bo]}`, 1)
	require.Equal(t, 200, call(t, g, "PUT", "/api/v1/catalog", `{"files":{"catalog.yaml":`+quoted(t, long)+`}}`).status)
	body := fetch(t, g, feed(t, g, "GET", "schedules/payments-primary")).body
	require.Contains(t, body, "UID:payments-primary-until-20270101T080000Z@tocsin")
	require.Len(t, shifts(t, body), 1)
}

// TestKeysOfFeeds opens nothing with the key of anything else.
func TestKeysOfFeeds(t *testing.T) {
	g := apitest.Start(t)
	mine, other := feed(t, g, "GET", "schedules/payments-primary"), feed(t, g, "GET", "people/ana")
	key := func(path string) string { return strings.Split(path, "/")[2] }
	require.Len(t, key(mine), 43)
	require.NotEqual(t, key(mine), key(other))
	const nothing = "there is nothing here"
	for _, path := range []string{
		strings.Replace(mine, key(mine), key(other), 1), strings.Replace(other, key(other), key(mine), 1), strings.Replace(mine, key(mine), "x", 1),
		"/ical/" + key(mine) + "/schedules/nobody.ics", "/ical/" + key(mine) + "/people/bo.ics", "/ical/" + key(mine) + "/schedules/payments-primary",
		"/ical/" + key(mine) + "/teams/payments.ics", "/ical/" + key(mine) + "/schedules/%2e%2e.ics", "/ical/" + apitest.Token + "/schedules/payments-primary.ics",
	} {
		got := fetch(t, g, path)
		require.Equal(t, 404, got.status, path)
		require.Equal(t, nothing, got.detail(t), path)
	}
	require.Equal(t, 404, fetch(t, g, "/ical/"+key(mine)).status)

	rotated := feed(t, g, "POST", "schedules/payments-primary")
	require.NotEqual(t, mine, rotated)
	require.Equal(t, 404, fetch(t, g, mine).status, "the old path ends")
	require.Equal(t, 200, fetch(t, g, rotated).status)
	require.Equal(t, 200, fetch(t, g, other).status, "other feeds stay")
	require.Equal(t, 401, fetch(t, g, "/api/v1/schedules/payments-primary/feed").status)
	require.Equal(t, 404, call(t, g, "GET", "/api/v1/people/dan/feed", "").status)
}

func TestFeedWithoutTheBus(t *testing.T) {
	g := apitest.Start(t)
	path := feed(t, g, "GET", "people/ana")
	g.Refuse(errors.New("secret-password"))
	for _, got := range []answer{fetch(t, g, path), call(t, g, "POST", "/api/v1/people/ana/feed", "")} {
		require.Equal(t, http.StatusServiceUnavailable, got.status)
		require.NotContains(t, got.body, "secret-password")
		require.NotEmpty(t, got.header.Get("Retry-After"))
	}
	g.Refuse(nil)
	g.Unload()
	require.Equal(t, http.StatusServiceUnavailable, fetch(t, g, path).status)
}
