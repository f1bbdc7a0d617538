package engine_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/engine"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/pkg/events"
)

const twoServices = `
people:
  ana: {contact: [{console: true}]}
teams:
  shop: {lead: ana, members: [ana]}
services:
  checkout: {team: shop, policy: shop}
  payments: {team: shop, policy: shop}
routes:
  - {service: checkout}
policies:
  shop: {levels: [{page: [person:ana], ack_within: 30m}]}
`

// twoPartitions is two partitions with one service each, and an engine that owns both.
type twoPartitions struct {
	*fixture
	owners []*partition.Owner
	logged *observer.ObservedLogs
	// lost says what becomes of the next publishes, a letter each: 'r' loses the request, 'a' the
	// answer, '.' nothing. What comes after them is not lost.
	lost string
}

func newTwoPartitions(t *testing.T) *twoPartitions {
	t.Helper()
	require.NotEqual(t, events.Partition("checkout", 2), events.Partition("payments", 2))
	s := &twoPartitions{fixture: newEmptyFixture(t)}
	s.bus = inmem.New(inmem.Config{Partitions: 2, Clock: s.clock, Faults: inmem.Faults{
		LoseRequest: func(call string) bool { return call == "publish" && s.fate(false) == 'r' },
		LoseAnswer:  func(call string) bool { return call == "publish" && s.fate(true) == 'a' },
	}})
	s.catalogs = revisions.NewStore(s.bus, s.clock)
	s.apply(twoServices)
	core, logged := observer.New(zapcore.WarnLevel)
	s.logged = logged
	e, err := engine.New(engine.Config{
		Bus: s.bus, Catalogs: s.catalogs, Foreign: cloudevents.FromNATS, Instance: "engine", Clock: s.clock, Log: zap.New(core),
	})
	require.NoError(t, err)
	for p := range 2 {
		o, err := e.Take(t.Context(), p)
		require.NoError(t, err)
		t.Cleanup(o.Close)
		s.owners = append(s.owners, o)
	}
	return s
}

// fate returns what becomes of the publish under way; done says that this is the end of it.
func (s *twoPartitions) fate(done bool) byte {
	if s.lost == "" {
		return '.'
	}
	f := s.lost[0]
	if done || f == 'r' {
		s.lost = s.lost[1:]
	}
	return f
}

// turn settles both partitions with each other.
func (s *twoPartitions) turn() {
	s.t.Helper()
	s.settle(func(ctx context.Context) (progress bool, err error) {
		for _, o := range s.owners {
			more, err := o.Turn(ctx)
			if err != nil {
				return false, err
			}
			progress = progress || more
		}
		return progress, nil
	})
}

// tell publishes what concerns a service, as a door does.
func (s *twoPartitions) tell(service string, data events.Data) {
	s.t.Helper()
	e := s.event(data.Name()+service, data)
	e.Service = service
	body, err := events.EncodeBatch([]events.Event{e})
	require.NoError(s.t, err)
	s.publish(bus.Message{Subject: events.IntakeSubject(events.Partition(service, 2), "x"), Body: body})
}

// open makes an incident of a service and gives its id.
func (s *twoPartitions) open(service string) string {
	s.t.Helper()
	s.tell(service, events.AlertReceived{Alert: events.Alert{Key: "disk", Summary: "disk of " + service}})
	s.turn()
	all := s.of(service)
	return all[0].Subject
}

// of returns the facts of one service.
func (s *twoPartitions) of(service string) []events.Event {
	return slices.DeleteFunc(s.facts(), func(e events.Event) bool { return e.Service != service })
}

// merge asks to end the incident of checkout in favour of payments's.
func (s *twoPartitions) merge(from, into string) {
	s.t.Helper()
	s.tell("checkout", events.MergeReceived{Command: events.Command{Incident: from, By: "person:ana"}, Into: into, IntoService: "payments"})
}

const (
	mergedEnd   = "incident.merged page.superseded incident.resolved"
	acceptedEnd = "incident.absorbed merge.answered"
)

// TestMergeAcrossServices: it ends the same way whatever is lost between the partitions.
func TestMergeAcrossServices(t *testing.T) {
	const asked = "merge.requested "
	for name, c := range map[string]struct {
		lost     string
		warnings int
		from     string // what follows the command at the incident that ends
		into     string
	}{
		"nothing is lost":                 {"", 0, asked + mergedEnd, acceptedEnd},
		"the request is lost":             {"r", 1, asked + asked + mergedEnd, acceptedEnd},
		"it arrives, and nobody knows":    {"a", 1, asked + mergedEnd, acceptedEnd},
		"the answer is lost":              {".r", 1, asked + asked + mergedEnd, acceptedEnd + " merge.answered"},
		"one of each is lost":             {"r.r", 2, asked + asked + asked + mergedEnd, acceptedEnd + " merge.answered"},
		"the answer arrives unbeknownst":  {".a", 1, asked + mergedEnd, acceptedEnd},
		"the other incident is not known": {"unknown", 0, asked + "command.refused", "merge.answered"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTwoPartitions(t)
			from, into := s.open("checkout"), s.open("payments")
			before := len(s.of("payments"))
			if c.lost == "unknown" {
				into = "no-such-incident"
			}
			s.merge(from, into)
			if c.lost != "unknown" {
				s.lost = c.lost
			}
			s.turn()
			for range 2 {
				s.now = s.now.Add(20 * time.Second) // the second wait for an answer is as long, the first one shorter
				s.turn()
			}
			require.Equal(t, opened+" "+c.from, names(s.of("checkout")))
			require.Equal(t, c.into, names(s.of("payments")[before:]))
			require.Empty(t, s.lost)
			require.Equal(t, c.warnings, s.logged.Len())
			last := s.of("checkout")[len(s.of("checkout"))-1].Data
			if c.lost == "unknown" {
				require.Equal(t, events.CommandRefused{Incident: from, Command: "merge.received", By: "person:ana", Ends: true}, last)
				return
			}
			require.Equal(t, "merged", last.(events.IncidentResolved).How)
			absorbed := s.of("payments")[before].Data.(events.IncidentAbsorbed)
			require.Equal(t, from, absorbed.From)
		})
	}
}

// TestForwardedFact: what travels is the fact itself, under its own id, at the receiver's partition.
func TestForwardedFact(t *testing.T) {
	s := newTwoPartitions(t)
	from, into := s.open("checkout"), s.open("payments")
	s.merge(from, into)
	s.turn()
	var got []events.Event
	for _, m := range s.bus.Messages(bus.Intake) {
		if m.Subject != events.IntakeSubject(m.Partition, "merges") {
			continue
		}
		all, err := events.DecodeBatch(m.Body)
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Equal(t, m.ID, all[0].ID)
		require.Equal(t, events.Partition(all[0].Service, 2), m.Partition)
		got = append(got, all...)
	}
	require.Equal(t, "merge.requested merge.answered", names(got))
	require.Equal(t, []string{"payments", "checkout"}, []string{got[0].Service, got[1].Service})
	for _, e := range got {
		i := slices.IndexFunc(s.facts(), func(f events.Event) bool { return f.ID == e.ID })
		require.GreaterOrEqual(t, i, 0, "it is on the ledger")
		fact := s.facts()[i]
		fact.Service = e.Service
		require.Equal(t, fact, e)
	}
}

// mute takes inputs and never answers.
type mute struct {
	bus.Bus
	calls int
}

func (b *mute) Publish(ctx context.Context, _ bus.Message) error {
	b.calls++
	<-ctx.Done()
	return ctx.Err()
}

// TestForwardingIsBounded: an INTAKE that does not answer holds a partition up for two seconds at
// most, however many facts wait.
func TestForwardingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inmem.New(inmem.Config{Partitions: 2, Clock: time.Now})
		h := &fixture{t: t, now: time.Now(), bus: b, catalogs: revisions.NewStore(b, time.Now)}
		h.apply(twoServices)
		deaf := &mute{Bus: b}
		e, err := engine.New(engine.Config{Bus: deaf, Catalogs: h.catalogs, Foreign: cloudevents.FromNATS, Instance: "one"})
		require.NoError(t, err)
		o, err := e.Take(t.Context(), events.Partition("checkout", 2))
		require.NoError(t, err)
		defer o.Close()
		s := &twoPartitions{fixture: h, owners: []*partition.Owner{o}}
		first := s.open("checkout")
		s.tell("checkout", events.AlertReceived{Alert: events.Alert{Key: "memory", Summary: "memory"}})
		s.turn()
		all := s.of("checkout")
		for _, id := range []string{first, all[len(all)-1].Subject} {
			s.tell("checkout", events.MergeReceived{Command: events.Command{Incident: id}, Into: "elsewhere", IntoService: "payments"})
		}
		began := time.Now()
		s.turn()
		require.Equal(t, 2*time.Second, time.Since(began))
		require.Equal(t, 2, deaf.calls)
	})
}
