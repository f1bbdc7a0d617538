package api_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/api/apitest"
)

func TestReview(t *testing.T) {
	g := apitest.Start(t)
	id := fire(t, g, "checkout", "slow").ID
	tell(t, g, id, []asked{
		{"acknowledge", `{"by":"ana"}`, 200, "incident.acknowledged"},
		{"task", `{"text":"warm the cache","owner":"bo","by":"ana"}`, 200, "incident.task_added"},
	})
	at := "/api/v1/incidents/" + id[:8] + "/review"
	document := call(t, g, "GET", at, "")
	require.Equal(t, http.StatusOK, document.status, "%s", document.body)
	require.Equal(t, "text/markdown; charset=utf-8", document.header.Get("Content-Type"))
	for _, want := range []string{"# Post-incident review: slow\n", "](data:image/svg+xml;base64,", "| Ana Ruiz | 1 |", "- [ ] 1. warm the cache (Bo Lind)\n", "## Lessons\n"} {
		require.Contains(t, document.body, want)
	}
	require.NotContains(t, call(t, g, "GET", at+"?chart=none", "").body, "![")
	require.Contains(t, call(t, g, "GET", at+"?chart=my%2520review.svg", "").body, "](my%20review.svg)")
	require.Equal(t, http.StatusUnprocessableEntity, call(t, g, "GET", at+"?chart=a)b", "").status)
	require.Equal(t, http.StatusNotFound, call(t, g, "GET", "/api/v1/incidents/nobody-knows-it/review", "").status)

	chart := call(t, g, "GET", at+"/chart", "")
	require.Equal(t, "image/svg+xml", chart.header.Get("Content-Type"))
	d := xml.NewDecoder(strings.NewReader(chart.body))
	for err := error(nil); !errors.Is(err, io.EOF); _, err = d.Token() {
		require.NoError(t, err)
	}
}

func TestTasks(t *testing.T) {
	g := apitest.Start(t)
	one, two := fire(t, g, "checkout", "one").ID, fire(t, g, "search", "two").ID
	fire(t, g, "search", "three")
	tell(t, g, one, []asked{
		{"task", `{"text":"first","owner":"bo"}`, 200, "incident.task_added"},
		{"task", `{"text":"second"}`, 200, "incident.task_added"},
		{"task-done", `{"task":1}`, 200, "incident.task_completed"},
		{"resolve", ``, 200, "incident.resolved"},
	})
	tell(t, g, two, []asked{{"task", `{"text":"third","owner":"bo"}`, 200, "incident.task_added"}})
	texts := func(query string) (all []string) {
		var tasks []api.ListedTask
		call(t, g, "GET", "/api/v1/tasks"+query, "").into(t, &tasks)
		for _, task := range tasks {
			require.False(t, task.AddedAt.IsZero())
			require.Equal(t, task.Done, !task.DoneAt.IsZero())
			require.Equal(t, "payments", task.Team)
			all = append(all, task.Text)
		}
		return all
	}
	for query, want := range map[string][]string{
		"":                            {"third", "second"},
		"?state=all":                  {"third", "first", "second"},
		"?state=done":                 {"first"},
		"?state=all&owner=person:bo":  {"third", "first"},
		"?owner=bo&service=search":    {"third"},
		"?owner=ana":                  nil,
		"?team=platform":              nil,
		"?state=all&limit=1":          {"third"},
		"?state=all&before=" + two:    {"first", "second"},
		"?state=done&service=search":  nil,
		"?state=all&service=checkout": {"first", "second"},
	} {
		require.Equal(t, want, texts(query), query)
	}
	require.Equal(t, http.StatusUnprocessableEntity, call(t, g, "GET", "/api/v1/tasks?state=odd", "").status)
}
