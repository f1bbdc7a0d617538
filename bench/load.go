package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"
)

// alerts makes the body of one POST to /api/v2/alerts: n alerts from number first on, each with
// labels and annotations of the usual size and a token of its own.
func alerts(run string, first, n int, service string) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := first; i < first+n; i++ {
		if i > first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"labels":{"alertname":"HighErrorRate","token":"%s-%08d-","severity":"critical","service":%q,"cluster":"c%02d","namespace":"ns%03d","instance":"10.0.%d.%d:9100","job":"node"},`+
			`"annotations":{"summary":"Error rate above 5%% on node %d","description":"The share of 5xx answers has been above the threshold for 5 minutes; see the dashboard."},`+
			`"startsAt":"2026-01-01T00:00:00Z","endsAt":"2036-01-01T00:00:00Z","generatorURL":"http://rules.example/graph?g0.expr=e"}`,
			run, i, service, i%10, i%100, i/250%250, i%250, i)
	}
	b.WriteByte(']')
	return b.Bytes()
}

var httpClient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

func post(ctx context.Context, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/v2/alerts", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := httpClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("alerts answered %s", resp.Status)
	}
	return nil
}

// flood posts bodies of size alerts from workers at once until total alerts are out or time is up,
// and returns how many were accepted. services spreads them; 0 names one service.
func flood(ctx context.Context, url, run string, total, size, workers int, limit time.Duration, service func(n int) string) (int, error) {
	var next, accepted atomic.Int64
	var first error
	var once sync.Once
	var wg sync.WaitGroup
	end := time.Now().Add(limit)
	for range workers {
		wg.Go(func() {
			for time.Now().Before(end) {
				from := int(next.Add(int64(size))) - size
				if from >= total {
					return
				}
				if err := post(ctx, url, alerts(run, from, size, service(from))); err != nil {
					once.Do(func() { first = err })
					return
				}
				accepted.Add(int64(size))
			}
		})
	}
	wg.Wait()
	return int(accepted.Load()), first
}

// receiver takes webhooks and notes when each token came first, and how often.
type receiver struct {
	listener net.Listener
	server   *http.Server
	mu       sync.Mutex
	first    map[string]time.Time
	count    map[string]int
	last     time.Time
}

var tokenPattern = regexp.MustCompile(`[a-z]+-[0-9]{8}-`)

func listen() (*receiver, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{listener: l, first: map[string]time.Time{}, count: map[string]int{}}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = r.server.Serve(l) }() // ends with Close
	return r, nil
}

// ServeHTTP takes one webhook.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	now := time.Now()
	token := string(tokenPattern.Find(body))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count[token] == 0 {
		r.first[token] = now
	}
	r.count[token]++
	r.last = now
	w.WriteHeader(http.StatusOK)
}

func (r *receiver) url() string { return "http://" + r.listener.Addr().String() }
func (r *receiver) close()      { _ = r.server.Close() }

func (r *receiver) distinct() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.count)
}

// wait blocks until n tokens have come, or nothing new has for idle.
func (r *receiver) wait(ctx context.Context, n int, idle time.Duration) {
	seen, since := 0, time.Now()
	for ctx.Err() == nil && time.Since(since) < idle {
		if now := r.distinct(); now > seen {
			seen, since = now, time.Now()
		}
		if seen >= n {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (r *receiver) repeats() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, c := range r.count {
		if c > 1 {
			n++
		}
	}
	return n
}
