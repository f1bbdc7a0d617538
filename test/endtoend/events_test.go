package endtoend

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
	"tocsin.dev/pkg/events"
	"tocsin.dev/schemas"
	"tocsin.dev/test/crash/process"
)

// startUp runs `tocsin up` with its own folder.
func startUp(t *testing.T, catalog string, more ...string) *process.Process {
	t.Helper()
	dir := t.TempDir()
	writeCatalog(t, dir, catalog)
	p, err := process.Start(process.Spec{
		Name: "up", Path: programs.Path("tocsin"), Dir: dir, Log: filepath.Join(dir, "up.log"), Env: []string{"TOCSIN_TOKEN=" + apiToken},
		Args: append([]string{"up", "--config", "conf", "--data", "data", "--http", "127.0.0.1:0", "--nats", "127.0.0.1:0"}, more...),
	})
	require.NoError(t, err)
	t.Cleanup(func() { p.Kill() })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, p.Ready(ctx))
	return p
}

// connectAs connects to the NATS of `tocsin up` with the key of one of its users.
func connectAs(t *testing.T, up *process.Process, user string) *nats.Conn {
	t.Helper()
	key, err := nats.NkeyOptionFromSeed(filepath.Join(up.Spec.Dir, "data", "nats-"+user+".nk"))
	require.NoError(t, err)
	nc, err := nats.Connect(up.NATS(), key)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return nc
}

// TestNATSIsNeverOpen: without a key there is no connection, from the first start on.
func TestNATSIsNeverOpen(t *testing.T) {
	t.Parallel()
	r := receive(t)
	text, _ := spread(r.url)
	up := startUp(t, text)
	_, err := nats.Connect(up.NATS())
	require.ErrorIs(t, err, nats.ErrAuthorization)
	_, err = nats.Connect(up.NATS(), nats.Token(apiToken))
	require.ErrorIs(t, err, nats.ErrAuthorization)
	js, err := jetstream.New(connectAs(t, up, "publisher"))
	require.NoError(t, err)
	require.Error(t, js.DeleteStream(t.Context(), events.StreamLedger))
}

// follower is a team's program: it decodes events and validates them against the schemas.
type follower struct {
	mu    sync.Mutex
	heard []string // event names
	wrong []string
}

func (f *follower) take(h nats.Header, body []byte) {
	name, err := checked(events.Header(h), body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, name)
	if err != nil {
		f.wrong = append(f.wrong, err.Error())
	}
}

func (f *follower) has(names ...string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := " " + strings.Join(f.heard, " ") + " "
	for _, n := range names {
		if !strings.Contains(all, " "+n+" ") {
			return false
		}
	}
	return true
}

// checked decodes a message and validates it in both forms.
func checked(h events.Header, body []byte) (name string, err error) {
	e, err := events.DecodeNATS(h, body)
	if err != nil {
		return "", err
	}
	name = e.Data.Name()
	text, err := schemas.Read(name)
	if err != nil {
		return name, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return name, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		return name, err
	}
	schema, err := c.Compile(name)
	if err != nil {
		return name, err
	}
	whole, err := e.Encode()
	if err != nil {
		return name, err
	}
	for _, form := range [][]byte{body, whole} {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(form))
		if err != nil {
			return name, err
		}
		if err := schema.Validate(v); err != nil {
			return name, err
		}
	}
	return name, nil
}

// TestEventsOnNATS checks that a plain subscription receives escalations, and that a durable consumer created later
// receives everything from the beginning.
func TestEventsOnNATS(t *testing.T) {
	t.Parallel()
	r := receive(t)
	text, services := spread(r.url)
	up := startUp(t, text)
	nc := connectAs(t, up, "reader")
	var live, durable follower
	_, err := nc.Subscribe(events.SubjectEscalations+".>", func(m *nats.Msg) { live.take(m.Header, m.Data) })
	require.NoError(t, err)
	require.NoError(t, nc.Flush())

	c := client.New(up.HTTP(), apiToken)
	out, err := c.Fire(t.Context(), client.Signal{Service: services[0], Key: "k", Severity: "critical", Summary: "Ünïcode % and \"quotes\""})
	require.NoError(t, err)
	require.True(t, out.Done)
	eventually(t, "level 2 is heard", patience, func() bool { return len(r.pages("/bo")) == 1 })
	_, err = c.Note(t.Context(), out.Incident.ID, client.Ask{By: "ana", Note: "looking"})
	require.NoError(t, err)
	_, err = c.Acknowledge(t.Context(), out.Incident.ID, client.Ask{By: "ana"})
	require.NoError(t, err)
	_, err = c.Resolve(t.Context(), out.Incident.ID, client.Ask{By: "ana"})
	require.NoError(t, err)
	eventually(t, "escalations by plain NATS", patience, func() bool { return live.has("escalation.advanced") })

	js, err := jetstream.New(nc)
	require.NoError(t, err)
	consumer, err := js.CreateConsumer(t.Context(), events.StreamEvents, jetstream.ConsumerConfig{
		Durable: "team", FilterSubjects: []string{"tocsin.incidents.ops.>", "tocsin.escalations.ops.>", "tocsin.pages.ops.>"},
	})
	require.NoError(t, err)
	consuming, err := consumer.Consume(func(m jetstream.Msg) {
		durable.take(m.Headers(), m.Data())
		m.Ack() //nolint:errcheck // it would come again
	})
	require.NoError(t, err)
	defer consuming.Stop()
	eventually(t, "the whole story by a durable consumer", patience, func() bool {
		return durable.has("incident.triggered", "escalation.advanced", "page.requested", "page.delivered",
			"incident.annotated", "incident.acknowledged", "incident.resolved")
	})
	require.Empty(t, live.wrong)
	require.Empty(t, durable.wrong)
	require.Equal(t, "incident.triggered", durable.heard[0])
}

// TestAlertsFromNATS publishes alerts on NATS without the gateway, in each mode of CloudEvents.
func TestAlertsFromNATS(t *testing.T) {
	t.Parallel()
	r := receive(t)
	text, services := spread(r.url)
	up := startUp(t, text)
	nc := connectAs(t, up, "publisher")
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	data := func(key string) map[string]any {
		return map[string]any{"key": key, "status": "firing", "severity": "critical", "summary": "from NATS: " + key}
	}
	whole := func(key string) map[string]any {
		return map[string]any{
			"specversion": "1.0", "id": key, "source": "/probe", "type": "com.example.alert",
			"datacontenttype": "application/json", "data": data(key),
		}
	}
	for mode, make := range map[string]func() (any, nats.Header){
		"structured": func() (any, nats.Header) {
			return whole("structured"), nats.Header{"content-type": {events.ContentStructured}}
		},
		"batch": func() (any, nats.Header) {
			return []any{whole("batch")}, nats.Header{"content-type": {events.ContentBatch}}
		},
		"binary": func() (any, nats.Header) {
			return data("binary"), nats.Header{
				"ce-specversion": {"1.0"}, "ce-id": {"b"}, "ce-source": {"/probe"}, "ce-type": {"com.example.alert"},
				"ce-datacontenttype": {"application/json"},
			}
		},
	} {
		body, header := make()
		b, err := json.Marshal(body)
		require.NoError(t, err)
		_, err = js.PublishMsg(t.Context(), &nats.Msg{Subject: events.SubjectAlerts + "." + services[3], Header: header, Data: b})
		require.NoError(t, err, mode)
	}
	eventually(t, "a page for each mode", patience, func() bool { return len(r.pages("/ana")) == 3 })
	titles := map[string]bool{}
	for _, p := range r.pages("/ana") {
		require.Equal(t, services[3], p.Service)
		titles[p.Title] = true
	}
	require.Len(t, titles, 3)
}
