package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// message returns an event in binary mode.
func message(t *testing.T, data events.Data) (events.Header, []byte) {
	t.Helper()
	e := events.New(data)
	e.ID, e.Source, e.Service, e.Team, e.Subject = "4f2c", "tocsin/engine", "checkout", "payments", "inc-1"
	e.Time = time.Date(2026, 3, 2, 8, 14, 0, 0, time.UTC)
	body, err := json.Marshal(data)
	require.NoError(t, err)
	return events.BinaryHeader(e.Envelope), body
}

func TestDescribe(t *testing.T) {
	const head = "2026-03-02T08:14:00Z 4f2c checkout inc-1: "
	tests := []struct {
		name string
		data events.Data
		want string
	}{
		{"a level", events.EscalationAdvanced{Round: 1, Level: 2, Trigger: "unacknowledged", Pages: []string{"person:ana", "person:bo"}}, head + "round 1, level 2 (unacknowledged): paging person:ana, person:bo"},
		{"nobody", events.EscalationAdvanced{Round: 1, Level: 1, Trigger: "triggered"}, head + "round 1, level 1 (triggered): nobody to page"},
		{"the end", events.EscalationExhausted{Rounds: 2, Levels: 3}, head + "nobody answered after 2 rounds of 3 levels"},
		{"any other fact", events.IncidentResolved{How: "cleared"}, head + "incident.resolved"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header, body := message(t, tt.data)
			got, err := describe(header, body)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}

	header, body := message(t, events.EscalationExhausted{})
	_, err := describe(header, []byte("{"))
	require.Error(t, err)
	header.Set("ce-type", "dev.tocsin.escalation.imagined.v1")
	_, err = describe(header, body)
	require.ErrorIs(t, err, events.ErrUnknownType)
}

func TestFlags(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), nil, io.Discard), "-team")
	require.ErrorContains(t, run(t.Context(), []string{"-team", "a.b"}, io.Discard), "-team")
	require.Error(t, run(t.Context(), []string{"-nosuch"}, io.Discard))
}

// stopAfter ends the subscriber when it has written that many lines.
type stopAfter struct {
	bytes.Buffer
	lines int
	stop  context.CancelFunc
}

func (s *stopAfter) Write(p []byte) (int, error) {
	n, err := s.Buffer.Write(p)
	if bytes.Count(s.Bytes(), []byte("\n")) >= s.lines {
		s.stop()
	}
	return n, err
}

// The subscriber gets its own team's facts only, and after a restart none of them again.
func TestFollow(t *testing.T) {
	srv, err := server.NewServer(&server.Options{JetStream: true, StoreDir: t.TempDir(), DontListen: true, NoSigs: true})
	require.NoError(t, err)
	srv.Start()
	defer func() { srv.Shutdown(); srv.WaitForShutdown() }()
	require.True(t, srv.ReadyForConnections(10*time.Second))
	nc, err := nats.Connect("", nats.InProcessServer(srv))
	require.NoError(t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: events.StreamEvents, Subjects: []string{events.SubjectEscalations + ".>"}})
	require.NoError(t, err)

	publish := func(team string, rounds int) {
		header, body := message(t, events.EscalationExhausted{Rounds: rounds, Levels: 3})
		_, err := js.PublishMsg(t.Context(), &nats.Msg{Subject: events.SubjectEscalations + "." + team + ".checkout.exhausted", Header: nats.Header(header), Data: body})
		require.NoError(t, err)
	}
	read := func(lines int) string {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		out := &stopAfter{lines: lines, stop: cancel}
		require.NoError(t, follow(ctx, nc, "payments", out))
		return out.String()
	}
	publish("payments", 1)
	publish("platform", 2)
	publish("payments", 3)
	const head = "2026-03-02T08:14:00Z 4f2c checkout inc-1: nobody answered after "
	require.Equal(t, head+"1 rounds of 3 levels\n"+head+"3 rounds of 3 levels\n", read(2))
	require.NoError(t, nc.Flush())
	_, err = js.Publish(t.Context(), events.SubjectEscalations+".payments.checkout.advanced", []byte("not ours"))
	require.NoError(t, err, "what cannot be read is put aside")
	publish("payments", 4)
	require.Equal(t, head+"4 rounds of 3 levels\n", read(1))
}
