package endtoend

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"tocsin.dev/internal/channel/webhook"
)

// arrival is a page as it arrived.
type arrival struct {
	webhook.Data
	at   time.Time
	path string
	id   string // header webhook-id
}

// receiver accepts and records pages.
type receiver struct {
	url string

	mu  sync.Mutex
	all []arrival
}

func newReceiver() (r *receiver, end func()) {
	r = &receiver{}
	server := httptest.NewServer(r)
	r.url = server.URL
	return r, server.Close
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r, end := newReceiver()
	t.Cleanup(end)
	return r
}

// ServeHTTP records a page.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	at := time.Now()
	var body webhook.Body
	if err := json.NewDecoder(q.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, arrival{body.Data, at, q.URL.Path, q.Header.Get("webhook-id")})
}

// pages returns the pages that arrived at a path; "" for all.
func (r *receiver) pages(path string) []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []arrival
	for _, a := range r.all {
		if path == "" || a.path == path {
			out = append(out, a)
		}
	}
	return out
}

// repeated returns the id of a notification that arrived twice; "" for none.
func (r *receiver) repeated() string {
	seen := map[string]bool{}
	for _, a := range r.pages("") {
		if seen[a.id] {
			return a.id
		}
		seen[a.id] = true
	}
	return ""
}
