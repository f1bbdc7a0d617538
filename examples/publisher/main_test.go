package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/pkg/events"
)

// check compares what a door of Tocsin reads.
func check(t *testing.T, signals []source.Signal, faults []source.Fault) {
	t.Helper()
	require.Empty(t, faults)
	require.Len(t, signals, 1)
	s := signals[0]
	require.Equal(t, "/examples/publisher 4711", s.ID)
	require.Equal(t, "web", s.Service)
	require.Equal(t, "search", s.Alert.Key)
	require.Equal(t, "The search index is stale", s.Alert.Summary)
	require.Equal(t, "error", s.Alert.Severity)
	require.Equal(t, "search", s.Alert.Labels.Get("index"))
}

func TestNATS(t *testing.T) {
	srv, err := server.NewServer(&server.Options{JetStream: true, StoreDir: t.TempDir(), Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true})
	require.NoError(t, err)
	srv.Start()
	defer func() { srv.Shutdown(); srv.WaitForShutdown() }()
	require.True(t, srv.ReadyForConnections(10*time.Second))
	nc, err := nats.Connect(srv.ClientURL())
	require.NoError(t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	stream, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: events.StreamIntake, Subjects: []string{events.SubjectAlerts + ".>"}})
	require.NoError(t, err)

	var out bytes.Buffer
	for range 2 {
		require.NoError(t, run(t.Context(), []string{"-nats", srv.ClientURL(), "-service", "web", "-id", "4711"}, &out))
	}
	require.Equal(t, "alert 4711 is stored\nalert 4711 is stored\n", out.String())
	info, err := stream.Info(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, info.State.Msgs, "the same event is stored once")
	m, err := stream.GetMsg(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, "tocsin.alerts.web", m.Subject)
	signals, faults := cloudevents.FromNATS(events.Header(m.Header), m.Data, time.Now())
	check(t, signals, faults)
}

func TestHTTP(t *testing.T) {
	status := http.StatusAccepted
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		require.Equal(t, "/intake/cloudevents", r.URL.Path)
		signals, faults := cloudevents.Source{}.Parse(source.Request{Header: r.Header, Body: body, At: time.Now()})
		check(t, signals, faults)
		w.WriteHeader(status)
	}))
	defer gateway.Close()
	args := []string{"-http", gateway.URL, "-service", "web", "-id", "4711"}
	require.NoError(t, run(t.Context(), args, io.Discard))
	status = http.StatusServiceUnavailable
	require.ErrorContains(t, run(t.Context(), args, io.Discard), "503")
}

func TestFlags(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), nil, io.Discard), "-service")
	require.ErrorContains(t, run(t.Context(), []string{"-service", "web"}, io.Discard), "-id")
	require.Error(t, run(t.Context(), []string{"-nosuch"}, io.Discard))
}
