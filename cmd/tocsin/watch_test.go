package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// startNATS runs a server inside the test; with the stream of public facts if asked.
func startNATS(t *testing.T, stream bool) (string, jetstream.JetStream) {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true})
	require.NoError(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	require.True(t, s.ReadyForConnections(10*time.Second))
	conn, err := nats.Connect(s.ClientURL())
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	if stream {
		_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{
			Name: events.StreamEvents, Storage: jetstream.MemoryStorage,
			Subjects: []string{events.SubjectIncidents + ".>", events.SubjectEscalations + ".>", events.SubjectPages + ".>", events.SubjectTold + ".>"},
		})
		require.NoError(t, err)
	}
	return s.ClientURL(), js
}

// tell publishes a fact as the teller does.
func tell(t *testing.T, js jetstream.JetStream, data events.Data) {
	e := events.New(data)
	e.ID, e.Subject, e.Service, e.Team, e.Time = "id-1", "0123456789", "checkout", "payments", time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)
	subject, ok := events.PublicSubject(e.Envelope)
	require.True(t, ok)
	body, err := json.Marshal(data)
	require.NoError(t, err)
	_, err = js.PublishMsg(t.Context(), &nats.Msg{Subject: subject, Header: nats.Header(events.BinaryHeader(e.Envelope)), Data: body})
	require.NoError(t, err)
}

// watching runs `watch` with these words, publishes once it watches, and gives what it showed up to
// the text that ends it.
func watching(t *testing.T, url string, publish func(), end string, words ...string) (out, talk string) {
	ctx, cancel := context.WithCancel(t.Context())
	shown := &until{text: end, then: cancel}
	ready := &until{text: "watching", then: publish}
	require.Equal(t, 0, run(ctx, append([]string{"watch", "--nats-url", url}, words...), strings.NewReader(""), shown, ready))
	return shown.String(), ready.String()
}

func TestWatch(t *testing.T) {
	url, js := startNATS(t, true)
	tell(t, js, events.IncidentAnnotated{By: "person:ana", Note: "before the watch"})
	once := false
	publish := func() {
		if once {
			return
		}
		once = true
		_, err := js.Publish(t.Context(), events.SubjectTold+".3", []byte("17"))
		require.NoError(t, err)
		tell(t, js, events.IncidentAcknowledged{By: "person:ana", Via: "api"})
		tell(t, js, events.PageSuperseded{Page: "p", Target: "person:bo"})
	}
	out, talk := watching(t, url, publish, "no longer needed")
	require.Regexp(t, `^.* incident\.acknowledged +checkout +01234567  ana acknowledged it via api\n.* page\.superseded .*person:bo no longer needed\n$`, out)
	require.Equal(t, "watching tocsin.>\n", talk)

	once = false
	out, _ = watching(t, url, publish, "page.superseded", "tocsin.pages.payments.>", "--json")
	var e events.Event
	require.NoError(t, json.Unmarshal([]byte(out), &e), "one object and nothing else: %s", out)
	require.Equal(t, events.PageSuperseded{Page: "p", Target: "person:bo"}, e.Data)
}

func TestWatchWithoutTocsin(t *testing.T) {
	url, _ := startNATS(t, false)
	var talk bytes.Buffer
	require.Equal(t, 1, run(t.Context(), []string{"watch", "--nats-url", url}, strings.NewReader(""), &bytes.Buffer{}, &talk))
	require.Contains(t, talk.String(), "has no stream TOCSIN_EVENTS")
	require.Contains(t, talk.String(), "hint: start Tocsin on this NATS first")
}
