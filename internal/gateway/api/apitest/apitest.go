// Package apitest runs the gateway's API for tests: the real handlers over a real archive, with the
// real rules in between, which answer every input at once.
//
// In: HTTP requests, as a client sends them. Out: the answers of a running Tocsin. It pages nobody
// and knows only what the tests of clients need.
package apitest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive/sqlite"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/insight/live"
)

// Token is what callers of the gateway show.
const Token = "token-of-a-test"

// Partitions is the number of partitions that the gateway publishes to.
const Partitions = 8

// Now is the gateway's clock.
var Now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// Catalog is the catalog in force at the start.
const Catalog = `
people:
  ana: {name: Ana Ruiz, timezone: Europe/Madrid, manager: cleo, contact: [{id: here, console: true}]}
  bo: {name: Bo Lind, timezone: Europe/Stockholm, manager: cleo, contact: [{id: here, console: true}]}
  cleo: {name: Cleo Marsh, timezone: Europe/Madrid, contact: [{id: here, console: true}]}
teams:
  payments: {name: Payments, lead: cleo, members: [ana, bo]}
  platform: {name: Platform, lead: cleo, members: [cleo]}
schedules:
  payments-primary:
    timezone: Europe/Madrid
    layers: [{rotation: weekly, handoff: "Mon 09:00", start: 2026-01-05, people: [ana, bo]}]
services:
  checkout: {team: payments, policy: payments, runbook: "https://wiki.example.com/checkout"}
  search: {team: payments, policy: payments}
  basket: {team: payments, policy: payments}
routes:
  - {when: 'labels.job == "search"', service: search}
  - {service: checkout}
policies:
  payments:
    levels:
      - {page: [schedule:payments-primary], ack_within: 5m}
      - {page: [person:bo], ack_within: 5m}
      - {page: [person:cleo]}
  platform: {levels: [{page: [person:cleo]}]}
targets:
  P1: {response: 15m, resolution: 4h}
`

// Gateway is a running API.
type Gateway struct {
	URL     string
	Archive *sqlite.Archive

	mu        sync.Mutex
	catalog   *catalog.Catalog
	revisions map[string]*catalog.Catalog
	published []bus.Message
	engine    *engine
	blobs     map[string][]byte
	mute      bool
	refuse    error
}

// Start runs a gateway for the time of the test, with [Catalog] in force and no incidents.
func Start(tb testing.TB) *Gateway {
	g, handler := build(tb)
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	g.URL = server.URL
	return g
}

// Handler is the same without a port.
func Handler(tb testing.TB) http.Handler {
	_, handler := build(tb)
	return handler
}

func build(tb testing.TB) (*Gateway, http.Handler) {
	a, err := sqlite.Open(filepath.Join(tb.TempDir(), "archive.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, a.Close()) })
	g := &Gateway{Archive: a, engine: newEngine(a), blobs: map[string][]byte{}, revisions: map[string]*catalog.Catalog{}}
	_, faults, err := g.apply(context.Background(), map[string][]byte{"catalog.yaml": []byte(Catalog)})
	require.NoError(tb, err)
	require.Empty(tb, faults)
	history := live.NewHistory(a, g.inForce, live.Bounds{})
	mux := http.NewServeMux()
	api.Mount(mux, api.Config{
		Publisher: g, Partitions: Partitions, Archive: a, Catalog: g.inForce, Apply: g.apply, Token: Token,
		Journal: a, Suggestions: history.Suggestions, Reports: history.Report, Blobs: g, Revision: g.revision,
		Clock: func() time.Time { return Now }, Wait: 20 * time.Millisecond,
	})
	ok := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	mux.HandleFunc("GET /healthz", ok)
	mux.HandleFunc("GET /readyz", ok)
	mux.HandleFunc("GET /metrics", ok)
	return g, mux
}

// Mute lets inputs be stored and never be decided.
func (g *Gateway) Mute() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mute = true
}

// Lose lets inputs of a kind that one partition has for another never arrive: "merges".
func (g *Gateway) Lose(kind string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.engine.lost = kind
}

// Refuse lets every publish fail with err.
func (g *Gateway) Refuse(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse = err
}

// Published returns what was published so far.
func (g *Gateway) Published() []bus.Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.published
}

// Unload takes the catalog out of force, as before the first one is read.
func (g *Gateway) Unload() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.catalog = nil
}

// Publish is the gateway's own publisher.
func (g *Gateway) Publish(ctx context.Context, m bus.Message) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse != nil {
		return g.refuse
	}
	for _, before := range g.published {
		if before.ID == m.ID {
			return nil // stored once, as the bus does
		}
	}
	g.published = append(g.published, m)
	if g.mute {
		return nil
	}
	return g.engine.Publish(ctx, m)
}

// Put stores a blob, and Get returns it: the gateway is its own store.
func (g *Gateway) Put(_ context.Context, name string, b []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse != nil {
		return g.refuse
	}
	g.blobs[name] = b
	return nil
}

// Get returns a blob, or [bus.ErrNotFound].
func (g *Gateway) Get(_ context.Context, name string) ([]byte, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse != nil {
		return nil, g.refuse
	}
	b, ok := g.blobs[name]
	if !ok {
		return nil, bus.ErrNotFound
	}
	return b, nil
}

func (g *Gateway) inForce() *catalog.Catalog {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.catalog
}

func (g *Gateway) apply(_ context.Context, files map[string][]byte) (string, []catalog.Fault, error) {
	c, faults := catalog.Parse(files)
	if c == nil {
		return "", faults, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.catalog, g.revisions[c.Rules.Revision] = c, c
	g.engine.use(c)
	return c.Rules.Revision, faults, nil
}

func (g *Gateway) revision(_ context.Context, revision string) (*catalog.Catalog, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if c := g.revisions[revision]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("load catalog %s: %w", revision, bus.ErrNotFound)
}

// Forget loses every revision of the catalog but the one in force.
func (g *Gateway) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.revisions)
}
