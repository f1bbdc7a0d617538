package notifier_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/notifier"
	"tocsin.dev/internal/partition"
	"tocsin.dev/pkg/events"
)

const catalogText = `
people:
  ana:
    name: Ana Ruiz
    contact:
      - {id: phone, webhook: {url: "https://one.example.com/ana"}}
      - {id: desk, webhook: {url: "https://two.example.com/ana"}}
  bo: {contact: [{id: phone, webhook: {url: "https://one.example.com/bo"}}]}
  iris:
    contact: [{id: phone, webhook: {url: "https://one.example.com/iris"}}]
    notify:
      high: [{via: phone}, {via: phone, after: 3m}]
  cy:
    contact:
      - {id: phone, webhook: {url: "https://one.example.com/cy"}}
      - {id: desk, webhook: {url: "https://two.example.com/cy"}}
    notify:
      high: [{via: phone}, {via: desk, after: 30s}]
chats:
  ops-room:
    name: Ops room
    contact:
      - {id: main, webhook: {url: "https://one.example.com/ops"}}
      - {id: spare, webhook: {url: "https://two.example.com/ops"}}
webhooks:
  status-page: {url: "https://one.example.com/status"}
teams:
  shop: {lead: ana, members: [ana, bo]}
services:
  checkout: {team: shop, policy: shop}
routes:
  - {service: checkout}
policies:
  shop: {levels: [{page: [person:ana, person:cy]}, {page: [person:bo]}]}
`

// harness is one bus with one partition of targets, a provider, and a clock.
type harness struct {
	t        *testing.T
	now      time.Time
	bus      *inmem.Bus
	catalogs *revisions.Store
	lives    int
	slots    int

	// answers are what the provider says, in order; accepted when none are left.
	answers []channel.Result
	sent    []channel.Notification
	to      []string
	flights []func()
	owner   *partition.Owner
	process *notifier.Notifier
}

func newHarness(t *testing.T) *harness {
	h := &harness{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	h.bus = inmem.New(inmem.Config{Partitions: 1, Clock: h.clock})
	h.catalogs = revisions.NewStore(h.bus, h.clock)
	h.apply(catalogText)
	return h
}

func (h *harness) clock() time.Time { return h.now }

func (h *harness) apply(text string) {
	h.t.Helper()
	rev, faults, err := h.catalogs.Apply(h.t.Context(), map[string][]byte{"catalog.yaml": []byte(text)}, "test")
	require.NoError(h.t, err)
	require.NotEmpty(h.t, rev, "%v", faults)
}

// Name, Endpoint and Send make the harness the provider of webhooks.
func (h *harness) Name() string                       { return "webhook" }
func (h *harness) Endpoint(to channel.Address) string { return to.Webhook.URL[:15] }

func (h *harness) Send(_ context.Context, to channel.Address, n channel.Notification) channel.Result {
	h.sent = append(h.sent, n)
	h.to = append(h.to, to.Webhook.URL)
	if len(h.answers) == 0 {
		return channel.Result{Outcome: channel.Accepted}
	}
	r := h.answers[0]
	h.answers = h.answers[1:]
	return r
}

func (h *harness) config() notifier.Config {
	h.lives++
	return notifier.Config{
		Bus: h.bus, Catalogs: revisions.NewStore(h.bus, h.clock),
		Channels: func(*catalog.Catalog) (map[string]channel.Channel, error) {
			return map[string]channel.Channel{"webhook": h}, nil
		},
		Secret:   func(catalog.Secret) (string, error) { return "", nil },
		Instance: fmt.Sprint("notifier-", h.lives), PerEndpoint: h.slots, Clock: h.clock,
		Launch: func(f func()) { h.flights = append(h.flights, f) },
	}
}

// start takes the targets over in a process of its own; whoever had them is dropped.
func (h *harness) start() {
	h.t.Helper()
	if h.owner != nil {
		h.owner.Close()
	}
	var err error
	h.process, err = notifier.New(h.config())
	require.NoError(h.t, err)
	h.owner, err = h.process.Take(h.t.Context(), 0)
	require.NoError(h.t, err)
	h.t.Cleanup(h.owner.Close)
}

// turn lets the notifier do what it can without any answer from outside.
func (h *harness) turn() {
	h.t.Helper()
	for progress := true; progress; {
		require.NoError(h.t, h.process.Feed(h.t.Context()))
		var err error
		progress, err = h.owner.Turn(h.t.Context())
		require.NoError(h.t, err)
	}
}

// settle turns, and lets everything that was launched run, until nothing is left at this instant.
func (h *harness) settle() {
	h.t.Helper()
	h.turn()
	for len(h.flights) > 0 {
		h.fly()
		h.turn()
	}
}

// fly runs what was launched first.
func (h *harness) fly() {
	f := h.flights[0]
	h.flights = h.flights[1:]
	f()
}

func (h *harness) crash() { h.flights = nil; h.start() }

func (h *harness) after(d time.Duration) {
	h.t.Helper()
	h.now = h.now.Add(d)
	h.settle()
}

// decide puts facts on LEDGER as an engine does.
func (h *harness) decide(all ...events.Data) {
	h.t.Helper()
	lines := make([][]byte, len(all))
	for i, d := range all {
		e := events.New(d)
		e.ID, e.Source, e.Time, e.Subject, e.Service, e.Team = fmt.Sprint("f", i), "test", h.now, "inc", "checkout", "shop"
		var err error
		lines[i], err = e.Encode()
		require.NoError(h.t, err)
	}
	last, err := h.bus.Newest(h.t.Context(), bus.Ledger, 0)
	require.NoError(h.t, err)
	_, err = h.bus.Append(h.t.Context(), bus.Ledger, 0, last, bus.Message{Body: events.JoinLines(lines)})
	require.NoError(h.t, err)
}

func page(id, target string) events.PageRequested {
	return events.PageRequested{Page: id, Target: target, Round: 1, Level: 1, Urgency: "high", Asked: 1, Title: "down", Priority: "P1"}
}

func again(p events.PageRequested) events.PageRequested {
	p.Asked++
	return p
}

func gone(p events.PageRequested) events.PageSuperseded {
	return events.PageSuperseded{Page: p.Page, Target: p.Target}
}

// log returns DELIVERIES in short words.
func (h *harness) log() string {
	h.t.Helper()
	var out []string
	for _, e := range read(h.t, h.bus.Messages(bus.Deliveries)) {
		switch d := e.Data.(type) {
		case events.DeliveryOpened:
			out = append(out, "opened")
		case events.DeliveryClaimed:
			word := "claimed:" + d.Contact
			if d.PossibleRepeat {
				word += "?"
			}
			out = append(out, word)
		case events.DeliveryAnswered:
			out = append(out, d.Outcome)
		case events.DeliveryClosed:
			out = append(out, "closed:"+d.How)
		}
	}
	return strings.Join(out, " ")
}

// receipts returns the receipts for the engine.
func (h *harness) receipts() (all []events.ReceiptReceived) {
	h.t.Helper()
	for _, e := range read(h.t, h.bus.Messages(bus.Intake)) {
		if r, ok := e.Data.(events.ReceiptReceived); ok {
			all = append(all, r)
		}
	}
	return all
}

func read(t *testing.T, all []bus.Message) (out []events.Event) {
	t.Helper()
	for _, m := range all {
		for _, line := range events.Lines(m.Body) {
			e, err := events.Decode(line)
			require.NoError(t, err)
			out = append(out, e)
		}
	}
	return out
}

var (
	accepted  = channel.Result{Outcome: channel.Accepted}
	later     = channel.Result{Outcome: channel.Retryable, Reason: "503"}
	permanent = channel.Result{Outcome: channel.Permanent, Reason: "410"}
	unknown   = channel.Result{Outcome: channel.Unknown, Reason: "broken off"}
)
