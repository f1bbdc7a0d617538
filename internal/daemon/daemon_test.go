package daemon_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"tocsin.dev/internal/daemon"
)

// diary notes in which order parts end.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) part(name string) daemon.Part {
	return daemon.Part{Name: name, Run: func(ctx context.Context) error {
		<-ctx.Done()
		d.note(name)
		return nil
	}}
}

func TestPartsStopInOrder(t *testing.T) {
	var d diary
	g := daemon.NewGroup(zap.NewNop())
	for _, name := range []string{"doors", "engine", "memory"} {
		g.Add(d.part(name))
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, g.Run(ctx))
	require.Equal(t, []string{"doors", "engine", "memory"}, d.lines)
}

func TestTheFirstToStopStopsTheRest(t *testing.T) {
	for name, end := range map[string]error{"with an error": errors.New("disk is gone"), "by itself": nil} {
		t.Run(name, func(t *testing.T) {
			var d diary
			g := daemon.NewGroup(zap.NewNop())
			g.Add(d.part("doors"))
			g.Add(daemon.Part{Name: "engine", Run: func(context.Context) error { return end }})
			g.Add(d.part("memory"))
			err := g.Run(t.Context())
			require.ErrorContains(t, err, "engine stopped")
			if end != nil {
				require.ErrorIs(t, err, end)
			}
			require.Equal(t, []string{"doors", "memory"}, d.lines)
		})
	}
}

func TestReadinessNamesWhatIsMissing(t *testing.T) {
	h := daemon.NewHealth()
	mux := http.NewServeMux()
	h.Mount(mux)
	ask := func(path string) (int, map[string]any) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		var body map[string]any
		_ = json.Unmarshal(w.Body.Bytes(), &body) // metrics are no JSON
		return w.Code, body
	}
	code, _ := ask("/readyz")
	require.Equal(t, http.StatusOK, code)

	h.Check("nats", func(context.Context) error { return errors.New("not connected") })
	code, body := ask("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Equal(t, map[string]any{"nats": "not connected"}, body["failed"])
	code, _ = ask("/healthz")
	require.Equal(t, http.StatusOK, code, "alive, though not ready")
	code, _ = ask("/metrics")
	require.Equal(t, http.StatusOK, code)
}

func TestHTTPServesUntilItIsTold(t *testing.T) {
	srv, err := daemon.Listen("127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }))
	require.NoError(t, err)
	_, err = daemon.Listen(strings.TrimPrefix(srv.URL(), "http://"), http.NotFoundHandler())
	require.Error(t, err, "a taken port is an error at start")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- srv.Run(ctx) }()
	resp, err := http.Get(srv.URL()) //nolint:noctx // a test
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "here", string(body))
	stop()
	require.NoError(t, <-done)
}

func TestLoopback(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:80", "127.9.9.9:1", "[::1]:80", "localhost:80"} {
		require.True(t, daemon.Loopback(addr), addr)
	}
	for _, addr := range []string{"0.0.0.0:80", ":80", "[::]:80", "192.168.1.1:80", "example.com:80", "127.0.0.1", ""} {
		require.False(t, daemon.Loopback(addr), addr)
	}
}

func TestLogRefusesWhatItDoesNotKnow(t *testing.T) {
	_, err := daemon.NewLog(io.Discard, "loud", "json")
	require.ErrorContains(t, err, "debug, info, warn or error")
	_, err = daemon.NewLog(io.Discard, "info", "xml")
	require.ErrorContains(t, err, "json or text")
	for _, format := range []string{"json", "text"} {
		var out strings.Builder
		log, err := daemon.NewLog(&out, "warn", format)
		require.NoError(t, err)
		log.Info("quiet")
		log.Warn("loud")
		require.Contains(t, out.String(), "loud")
		require.NotContains(t, out.String(), "quiet")
	}
}
