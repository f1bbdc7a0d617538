package jetstream_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	natsjs "github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/bustest"
	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/pkg/events"
)

// guarded starts a server that knows every user.
func guarded(t *testing.T) (*jetstream.Server, jetstream.Keys) {
	t.Helper()
	keys := jetstream.Keys{}
	for _, user := range jetstream.Users() {
		seed, err := jetstream.NewKey()
		require.NoError(t, err)
		keys[user] = seed
	}
	srv, err := jetstream.StartServer(jetstream.ServerConfig{Dir: t.TempDir(), Addr: "127.0.0.1:0", Keys: keys})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, srv.Stop()) })
	return srv, keys
}

// connect opens a connection over the network as a user; refusals are collected.
func connect(t *testing.T, srv *jetstream.Server, keys jetstream.Keys, user jetstream.User) (*nats.Conn, chan error) {
	t.Helper()
	key, err := jetstream.UserKey(user, keys[user])
	require.NoError(t, err)
	refused := make(chan error, 100)
	nc, err := nats.Connect(srv.URL(), append(key, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))...)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return nc, refused
}

// openAs opens the bus as a user, with the streams made.
func openAs(t *testing.T, srv *jetstream.Server, keys jetstream.Keys, user jetstream.User) *jetstream.Bus {
	t.Helper()
	nc, _ := connect(t, srv, keys, user)
	b, err := jetstream.Open(t.Context(), nc, jetstream.Config{AnswerTimeout: time.Second})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return b
}

func TestStrangersGetNothing(t *testing.T) {
	srv, _ := guarded(t)
	_, err := nats.Connect(srv.URL())
	require.ErrorIs(t, err, nats.ErrAuthorization)
	other, err := jetstream.NewKey()
	require.NoError(t, err)
	key, err := jetstream.UserKey(jetstream.Admin, other)
	require.NoError(t, err)
	_, err = nats.Connect(srv.URL(), key...)
	require.ErrorIs(t, err, nats.ErrAuthorization)
}

// TestSuiteWithKeys runs the suite as the one user who may do all that it tries.
func TestSuiteWithKeys(t *testing.T) {
	bustest.Run(t, func(t *testing.T) bus.Bus {
		srv, keys := guarded(t)
		return openAs(t, srv, keys, jetstream.Admin)
	})
}

// TestEachServiceDoesItsWork holds that every service may do what it does, and write no other log.
func TestEachServiceDoesItsWork(t *testing.T) {
	srv, keys := guarded(t)
	body := bus.Message{Body: []byte("x")}
	for user, writes := range map[jetstream.User]map[bus.Stream]bool{
		jetstream.Gateway:  {},
		jetstream.Engine:   {bus.Ledger: true},
		jetstream.Notifier: {bus.Deliveries: true},
		jetstream.Recorder: {},
	} {
		t.Run(string(user), func(t *testing.T) {
			b := openAs(t, srv, keys, user)
			ctx := t.Context()
			require.NoError(t, b.Publish(ctx, bus.Message{Subject: events.IntakeSubject(0, "alerts"), Body: []byte("x")}))
			require.NoError(t, b.Put(ctx, "blob-"+string(user), []byte("first")))
			require.NoError(t, b.Put(ctx, "blob-"+string(user), []byte("second")))
			blob, err := b.Get(ctx, "blob-"+string(user))
			require.NoError(t, err)
			require.Equal(t, "second", string(blob))
			require.NoError(t, b.Hold(ctx, "lease-"+string(user), "me"))
			for _, s := range []bus.Stream{bus.Intake, bus.Ledger, bus.Deliveries, bus.Events} {
				_, err := b.Newest(ctx, s, bus.All)
				require.NoError(t, err)
				r, err := b.Read(ctx, s, bus.All, 0)
				require.NoError(t, err)
				r.Close()
			}
			for _, s := range []bus.Stream{bus.Ledger, bus.Deliveries} {
				last, err := b.Last(ctx, s, 0)
				if !errors.Is(err, bus.ErrEmpty) {
					require.NoError(t, err)
				}
				_, err = b.Append(ctx, s, 0, last.Seq, body)
				require.Equal(t, writes[s], err == nil, "append to %v: %v", s, err)
			}
			for _, s := range []string{events.StreamIntake, events.StreamLedger, events.StreamDeliveries, events.StreamEvents} {
				require.Error(t, purge(ctx, b.JetStream(), s), "purge %s", s)
				require.Error(t, b.JetStream().DeleteStream(short(t), s), "delete %s", s)
			}
		})
	}
}

func short(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func purge(ctx context.Context, js natsjs.JetStream, name string) error {
	s, err := js.Stream(ctx, name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	return s.Purge(ctx)
}

func TestAdminMayPurge(t *testing.T) {
	srv, keys := guarded(t)
	openAs(t, srv, keys, jetstream.Engine)
	nc, _ := connect(t, srv, keys, jetstream.Admin)
	js, err := natsjs.New(nc)
	require.NoError(t, err)
	require.NoError(t, purge(t.Context(), js, events.StreamEvents))
}

// TestPublisher may ask, and gets an answer; it reads nothing and writes nothing else.
func TestPublisher(t *testing.T) {
	srv, keys := guarded(t)
	b := openAs(t, srv, keys, jetstream.Gateway)
	nc, refused := connect(t, srv, keys, jetstream.Publisher)
	answer, err := nc.Request(events.SubjectAlerts+".web", []byte(`{"summary": "x"}`), time.Second)
	require.NoError(t, err)
	require.Contains(t, string(answer.Data), events.StreamIntake)
	n, err := b.Newest(t.Context(), bus.Intake, bus.All)
	require.NoError(t, err)
	require.EqualValues(t, 1, n)

	for _, subject := range []string{
		events.LedgerSubject(0), events.DeliveriesSubject(0), events.IntakeSubject(0, "alerts"), events.SubjectIncidents + ".a.b.triggered",
		"$JS.API.STREAM.INFO." + events.StreamLedger, "$JS.API.STREAM.PURGE." + events.StreamLedger, "$KV.TOCSIN_LEASES.x", "$O.TOCSIN_BLOBS.C.x",
	} {
		require.NoError(t, nc.Publish(subject, []byte("x")))
		require.NoError(t, nc.Flush())
		require.ErrorIs(t, wait(t, refused), nats.ErrPermissionViolation, subject)
	}
	for _, subject := range []string{"tocsin.>", "$JS.>", "_INBOX_engine.>", ">"} {
		_, err := nc.SubscribeSync(subject)
		require.NoError(t, err)
		require.NoError(t, nc.Flush())
		require.ErrorIs(t, wait(t, refused), nats.ErrPermissionViolation, subject)
	}
}

// TestAnswersCannotBeAimed: the server answers to whatever reply subject a request names. It must not
// write to a log on behalf of somebody who may not.
func TestAnswersCannotBeAimed(t *testing.T) {
	srv, keys := guarded(t)
	b := openAs(t, srv, keys, jetstream.Engine)
	for user, requests := range map[jetstream.User][]string{
		jetstream.Publisher: {events.SubjectAlerts + ".web"},
		jetstream.Reader:    {"$JS.API.STREAM.INFO." + events.StreamEvents, "$JS.API.STREAM.MSG.GET." + events.StreamIntake},
	} {
		nc, _ := connect(t, srv, keys, user)
		for _, subject := range requests {
			require.NoError(t, nc.PublishRequest(subject, events.LedgerSubject(0), []byte(`{"seq": 1}`)))
			_, err := nc.Request(subject, []byte(`{"seq": 1}`), 5*time.Second) // answered after the one before it
			require.NoError(t, err)
		}
		n, err := b.Newest(t.Context(), bus.Ledger, bus.All)
		require.NoError(t, err)
		require.Zero(t, n, "%s wrote to the ledger by a reply subject", user)
	}
}

// TestReader reads every stream and can change nothing.
func TestReader(t *testing.T) {
	srv, keys := guarded(t)
	b := openAs(t, srv, keys, jetstream.Engine)
	for range 200 {
		require.NoError(t, b.Publish(t.Context(), bus.Message{Subject: events.IntakeSubject(0, "alerts"), Body: []byte("x")}))
	}
	nc, refused := connect(t, srv, keys, jetstream.Reader)
	js, err := natsjs.New(nc)
	require.NoError(t, err)
	consumer, err := js.OrderedConsumer(t.Context(), events.StreamIntake, natsjs.OrderedConsumerConfig{})
	require.NoError(t, err)
	seen := 0
	for seen < 200 {
		batch, err := consumer.Fetch(50, natsjs.FetchMaxWait(time.Second))
		require.NoError(t, err)
		for range batch.Messages() {
			seen++
		}
		require.NoError(t, batch.Error())
	}
	for _, subject := range []string{
		events.LedgerSubject(0), events.IntakeSubject(0, "alerts"), "$O.TOCSIN_BLOBS.C.x", "$KV.TOCSIN_LEASES.x",
		"$JS.API.STREAM.PURGE." + events.StreamLedger, "$JS.API.STREAM.DELETE." + events.StreamLedger, "$JS.API.STREAM.UPDATE." + events.StreamLedger,
		"$JS.API.STREAM.MSG.DELETE." + events.StreamLedger, "$JS.API.STREAM.CREATE.OTHER", "$JS.API.STREAM.RESTORE." + events.StreamLedger,
	} {
		require.NoError(t, nc.Publish(subject, []byte("x")))
		require.NoError(t, nc.Flush())
		require.ErrorIs(t, wait(t, refused), nats.ErrPermissionViolation, subject)
	}
}

// TestTeams follow their facts live, and durably with acknowledgements, as the reader.
func TestTeams(t *testing.T) {
	srv, keys := guarded(t)
	b := openAs(t, srv, keys, jetstream.Engine)
	nc, _ := connect(t, srv, keys, jetstream.Reader)
	live, err := nc.SubscribeSync(events.SubjectIncidents + ".payments.>")
	require.NoError(t, err)
	require.NoError(t, nc.Flush())
	subject := events.SubjectIncidents + ".payments.checkout.triggered"
	_, err = b.Announce(t.Context(), 0, 0, 1, []bus.Message{{Subject: subject, Body: []byte("one")}, {Subject: subject, Body: []byte("two")}})
	require.NoError(t, err)
	m, err := live.NextMsg(2 * time.Second)
	require.NoError(t, err)
	require.Equal(t, "one", string(m.Data))

	js, err := natsjs.New(nc)
	require.NoError(t, err)
	consumer, err := js.CreateOrUpdateConsumer(t.Context(), events.StreamEvents, natsjs.ConsumerConfig{Durable: "payments", FilterSubject: events.SubjectIncidents + ".payments.>"})
	require.NoError(t, err)
	for _, want := range []string{"one", "two"} {
		m, err := consumer.Next(natsjs.FetchMaxWait(2 * time.Second))
		require.NoError(t, err)
		require.Equal(t, want, string(m.Data()))
		require.NoError(t, m.DoubleAck(t.Context()))
	}
	info, err := consumer.Info(t.Context())
	require.NoError(t, err)
	require.Zero(t, info.NumAckPending)
}

// TestReplayer reads everything, and writes only what subscribers try themselves on.
func TestReplayer(t *testing.T) {
	srv, keys := guarded(t)
	engine := openAs(t, srv, keys, jetstream.Engine)
	require.NoError(t, engine.Put(t.Context(), "snapshot", []byte("state")))
	b := openAs(t, srv, keys, jetstream.Replayer)
	blob, err := b.Get(t.Context(), "snapshot")
	require.NoError(t, err)
	require.Equal(t, "state", string(blob))
	for _, s := range []bus.Stream{bus.Intake, bus.Ledger, bus.Deliveries, bus.Events} {
		r, err := b.Read(t.Context(), s, bus.All, 0)
		require.NoError(t, err)
		r.Close()
	}
	_, err = b.JetStream().CreateStream(t.Context(), natsjs.StreamConfig{Name: events.StreamReplay, Subjects: []string{events.SubjectReplay + ".>"}})
	require.NoError(t, err)
	_, err = b.JetStream().Publish(t.Context(), events.SubjectReplay+".x.incidents.a.b.triggered", []byte("x"))
	require.NoError(t, err)
	require.Error(t, b.Publish(t.Context(), bus.Message{Subject: events.IntakeSubject(0, "alerts"), Body: []byte("x")}))
	_, err = b.Append(t.Context(), bus.Ledger, 0, 0, bus.Message{Body: []byte("x")})
	require.Error(t, err)
	require.Error(t, b.Put(t.Context(), "snapshot", []byte("forged")))
}

func wait(t *testing.T, refused chan error) error {
	t.Helper()
	select {
	case err := <-refused:
		return err
	case <-time.After(5 * time.Second):
		require.Fail(t, "nothing was refused")
		return nil
	}
}
