package endtoend

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/test/corpus"
)

// TestDoorsTakeRealPayloads sends every payload to every endpoint, right or wrong. The response must be 2xx, or 4xx
// with a problem that says what is wrong where; never 5xx.
func TestDoorsTakeRealPayloads(t *testing.T) {
	t.Parallel()
	payloads := map[string]map[string][]byte{}
	for _, folder := range []string{"webhooks", "cloudevents/spec_examples", "cloudevents/sdk_java_v03"} {
		payloads[folder] = corpus.Files(t, folder)
		maps.DeleteFunc(payloads[folder], func(name string, _ []byte) bool { return filepath.Ext(name) != ".json" })
		require.NotEmpty(t, payloads[folder])
	}
	r := receive(t)
	text, _ := spread(r.url)
	up := startUp(t, text)
	taken := map[string]int{}
	for _, files := range payloads {
		for file, body := range files {
			for _, door := range []string{"/intake/alertmanager", "/intake/generic", "/api/v2/alerts"} {
				taken[door] += offer(t, up.HTTP()+door, "application/json", file, body)
			}
			for _, kind := range []string{"application/cloudevents+json", "application/cloudevents-batch+json", "application/json"} {
				taken["/intake/cloudevents"] += offer(t, up.HTTP()+"/intake/cloudevents", kind, file, body)
			}
		}
	}
	require.Positive(t, taken["/intake/alertmanager"], "Alertmanager's own payloads")
	require.Positive(t, taken["/intake/cloudevents"], "the specification's own examples")
	t.Logf("taken: %v", taken)
	eventually(t, "it is as ready as before", patience, func() bool {
		answer, err := http.Get(up.HTTP() + "/readyz") //nolint:noctx // loopback
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// offer posts a body and returns 1 if it was accepted, 0 if refused.
func offer(t *testing.T, url, kind, file string, body []byte) int {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", kind)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	switch answer.StatusCode / 100 {
	case 2:
		return 1
	case 4:
		requireProblem(t, answer, url+" "+kind+" "+file)
		return 0
	default:
		t.Errorf("%s answered %s with %d", url, file, answer.StatusCode)
		return 0
	}
}

// requireProblem checks that a response follows RFC 9457 with a detail, and that every fault has a reason.
func requireProblem(t *testing.T, answer *http.Response, what string) {
	t.Helper()
	require.True(t, strings.HasPrefix(answer.Header.Get("Content-Type"), "application/problem+json"), what)
	var p struct {
		Status int
		Title  string
		Detail string
		Errors []struct{ Place, Reason string }
	}
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&p), what)
	require.Equal(t, answer.StatusCode, p.Status, what)
	require.NotEmpty(t, p.Detail, what)
	require.NotEmpty(t, p.Errors, "%s answered %d %s", what, p.Status, p.Detail)
	for _, f := range p.Errors {
		require.NotEmpty(t, f.Reason, what) // a fault without a place concerns the whole body
	}
}
