package assembly

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/egress"
	"tocsin.dev/internal/gateway/calendars"
)

// calendarTimeout bounds the reading of one calendar after its headers.
const calendarTimeout = 30 * time.Second

// importer reads the calendars that schedules import. It may use the same addresses as webhooks.
func (r *Runtime) importer(partitions int, journal archive.Journal) (*calendars.Importer, error) {
	out := &calendarClient{catalog: r.Catalogs.Latest}
	return calendars.New(calendars.Config{
		Publisher: r.Bus, Partitions: partitions, Catalog: r.Catalogs.Latest, Journal: journal,
		Get: out.get, Secret: Secret, Log: r.Log,
	})
}

// calendarClient reaches the addresses that the catalog in force allows.
type calendarClient struct {
	catalog func() *catalog.Catalog

	mu       sync.Mutex
	revision string
	client   *egress.Client
}

func (w *calendarClient) get(ctx context.Context, r calendars.Request) (calendars.Answer, error) {
	client, err := w.allowed()
	if err != nil {
		return calendars.Answer{}, err
	}
	answer, err := client.Do(ctx, egress.Request{Method: "GET", URL: r.URL, Header: r.Header, Keep: r.MaxBytes})
	if err != nil {
		return calendars.Answer{}, err
	}
	return calendars.Answer{Status: answer.Status, Header: answer.Header, Body: answer.Body, Cut: answer.Cut}, nil
}

func (w *calendarClient) allowed() (*egress.Client, error) {
	c := w.catalog()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.client != nil && w.revision == c.Rules.Revision {
		return w.client, nil
	}
	client, err := egress.New(egress.Config{Allow: c.Egress, BodyTimeout: calendarTimeout})
	if err != nil {
		return nil, fmt.Errorf("egress: %w", err)
	}
	if w.client != nil {
		w.client.Close()
	}
	w.revision, w.client = c.Rules.Revision, client
	return client, nil
}
