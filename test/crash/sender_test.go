package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"tocsin.dev/pkg/client"
)

// senders is how many bodies are under way at once.
const senders = 4

// signal is one alert of the Alertmanager API v2.
type signal struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

// sender is a Prometheus: it sends until each body is accepted. Beside it somebody acknowledges.
type sender struct {
	w       *world
	client  *client.Client
	http    *http.Client
	batches [][]signal
	ready   chan int // batches to send
	next    int      // not released yet
	group   *errgroup.Group

	mu       sync.Mutex
	accepted map[string]bool // label n of every alert in a body that was answered 2xx
	commands map[string]bool // ids of accepted commands
	retries  int
}

func newSender(w *world) *sender {
	s := &sender{
		w: w, client: client.New(w.http, w.token), http: &http.Client{Timeout: 15 * time.Second},
		accepted: map[string]bool{}, commands: map[string]bool{},
	}
	for n := 0; n < w.alerts; {
		size := min(1+w.draw.IntN(20), w.alerts-n)
		batch := make([]signal, 0, size+1)
		for range size {
			batch = append(batch, firing(n))
			n++
		}
		if n > size && w.draw.IntN(4) == 0 { // Prometheus says again what still holds
			batch = append(batch, firing(w.draw.IntN(n-size)))
		}
		s.batches = append(s.batches, batch)
	}
	s.ready = make(chan int, len(s.batches))
	return s
}

func firing(n int) signal {
	now := time.Now().UTC()
	return signal{
		Labels:      map[string]string{"alertname": "Crash", "n": strconv.Itoa(n), "service": fmt.Sprintf("s%d", n%services), "severity": "critical"},
		Annotations: map[string]string{"summary": fmt.Sprintf("alert %d", n)}, StartsAt: now.Add(-time.Second), EndsAt: now.Add(time.Hour),
	}
}

// release lets go of the share that belongs before the n-th of so many kills.
func (s *sender) release(n, kills int) {
	for until := len(s.batches) * (n + 1) / (kills + 1); s.next < until; s.next++ {
		s.ready <- s.next
	}
	if n == kills {
		close(s.ready)
	}
}

func (s *sender) start(ctx context.Context) {
	s.group, ctx = errgroup.WithContext(ctx)
	for range senders {
		draw := rand.New(rand.NewPCG(s.w.draw.Uint64(), 1))
		s.group.Go(func() error { return s.work(ctx, draw) })
	}
}

// wait is over when every body was accepted.
func (s *sender) wait(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.group.Wait() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *sender) work(ctx context.Context, draw *rand.Rand) error {
	for n := range s.ready {
		batch := s.batches[n]
		if err := s.post(ctx, batch); err != nil {
			return err
		}
		s.note(batch)
		var over []signal
		for _, one := range batch {
			if draw.IntN(6) == 0 {
				one.EndsAt = time.Now().UTC().Add(-time.Millisecond)
				over = append(over, one)
			}
		}
		if len(over) > 0 {
			if err := s.post(ctx, over); err != nil {
				return err
			}
		}
		s.acknowledge(ctx, draw)
	}
	return nil
}

func (s *sender) note(batch []signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range batch {
		s.accepted[one.Labels["n"]] = true
	}
}

// post sends the same alerts until they are accepted, as Prometheus does.
func (s *sender) post(ctx context.Context, batch []signal) error {
	body, err := json.Marshal(batch)
	if err != nil {
		return err
	}
	for {
		status := s.try(ctx, body)
		if status/100 == 2 {
			return nil
		}
		if status/100 == 4 {
			return fmt.Errorf("a good body was answered %d", status)
		}
		s.mu.Lock()
		s.retries++
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// try returns the status; 0 where there was no answer.
func (s *sender) try(ctx context.Context, body []byte) int {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.w.http+"/api/v2/alerts", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.http.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // what counts is the status
	return answer.StatusCode
}

// acknowledge takes one of the newest incidents now and then. A failure is no fault: the storm may
// have killed the gateway. What is accepted must lead to a fact.
func (s *sender) acknowledge(ctx context.Context, draw *rand.Rand) {
	service := fmt.Sprintf("s%d", draw.IntN(services))
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	some, err := s.client.Incidents(ctx, client.Query{Status: "triggered", Service: service, Limit: 5})
	if err != nil || len(some) == 0 {
		return
	}
	out, err := s.client.Acknowledge(ctx, some[draw.IntN(len(some))].ID, client.Ask{By: "p0"})
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands[out.ID] = true
}
