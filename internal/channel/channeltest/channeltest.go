// Package channeltest is the suite that every channel passes.
//
// In: a [Factory] that sets up a channel with a server of a given [Behaviour]. Out: test results. It
// depends on no channel and connects only to what the factory set up.
package channeltest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel"
	"tocsin.dev/pkg/events"
)

// Behaviour is how the server behaves.
type Behaviour string

// The behaviours.
const (
	Accepts Behaviour = "accepts" // accepts everything
	Refuses Behaviour = "refuses" // rejects everything
	Hangs   Behaviour = "hangs"   // reads the request and never answers until the test ends
	Breaks  Behaviour = "breaks"  // reads the request and closes the connection
	Absent  Behaviour = "absent"  // does not listen
)

// Setup is a channel and an address to send to.
type Setup struct {
	Channel channel.Channel // nil if the behaviour does not apply to this channel
	To      channel.Address
	// Secrets must not appear in results: keys, passwords, paths of secret URLs.
	Secrets []string
	// Taken is signalled when a server that [Hangs] has read the request; required for that one.
	Taken <-chan struct{}
}

// Factory sets up a channel. It uses secrets wherever the channel takes some, and makes the server repeat
// them in its answers.
type Factory func(t *testing.T, other Behaviour) Setup

// Example returns a notification with every field set.
func Example() channel.Notification {
	opened := time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC)
	return channel.Notification{
		ID: "5b0c1d52-6c33-5b2e-8f5d-3b7a8a3a2f11", Attempt: 1, Page: "page-1", Incident: "incident-1",
		Service: "checkout", Team: "payments", Target: "person:ana", Name: "Ana Ruiz", Level: 1, Round: 1,
		Urgency: "high", Priority: "P1", Severity: "critical", Title: "Checkout is down", Link: "https://example.com/alert", Labels: events.NewLabels(map[string]string{"job": "checkout"}),
		Why: "looking on", Runbook: "https://example.com/runbook", Problem: "PRB-5f0c1a2b3c4d", Workaround: "warm the cache",
		OpenedAt: opened, SentAt: opened.Add(time.Second),
	}
}

// Run runs the suite.
func Run(t *testing.T, factory Factory) {
	t.Run("accepted", func(t *testing.T) { accepted(t, factory) })
	t.Run("failures", func(t *testing.T) { failures(t, factory) })
	t.Run("wrong address", func(t *testing.T) { wrongAddress(t, factory) })
	t.Run("cancel", func(t *testing.T) { cancel(t, factory) })
	t.Run("hostile strings", func(t *testing.T) { hostile(t, factory) })
	t.Run("endpoint", func(t *testing.T) { endpoint(t, factory) })
	t.Run("concurrency", func(t *testing.T) { concurrency(t, factory) })
}

func accepted(t *testing.T, factory Factory) {
	s := factory(t, Accepts)
	require.NotEmpty(t, s.Channel.Name())
	for attempt := 1; attempt <= 2; attempt++ {
		n := Example()
		n.Attempt, n.PossibleRepeat = attempt, attempt > 1
		r := s.Channel.Send(t.Context(), s.To, n)
		require.True(t, good(r.Outcome), "%+v", r)
		require.Empty(t, r.Reason)
	}
}

func good(o channel.Outcome) bool { return o == channel.Accepted || o == channel.Delivered }

// failures checks the outcomes: a definite failure is never unknown, nor the reverse.
func failures(t *testing.T, factory Factory) {
	expected := map[Behaviour][]channel.Outcome{
		Refuses: {channel.Retryable, channel.Permanent},
		Absent:  {channel.Retryable, channel.Permanent},
		Breaks:  {channel.Unknown},
	}
	for other, outcomes := range expected {
		t.Run(string(other), func(t *testing.T) {
			s := factory(t, other)
			if s.Channel == nil {
				t.Skip("does not apply to this channel")
			}
			r := s.Channel.Send(t.Context(), s.To, Example())
			require.Contains(t, outcomes, r.Outcome, "%+v", r)
			sound(t, s, r)
		})
	}
}

// sound checks the reason of a failure: one printable line without a secret.
func sound(t *testing.T, s Setup, r channel.Result) {
	t.Helper()
	require.NotEmpty(t, r.Reason)
	require.Equal(t, -1, strings.IndexFunc(r.Reason, func(c rune) bool { return !unicode.IsPrint(c) }), "%q", r.Reason)
	require.GreaterOrEqual(t, r.RetryAfter, time.Duration(0))
	for _, secret := range s.Secrets {
		require.NotContains(t, r.Reason, secret)
	}
}

func wrongAddress(t *testing.T, factory Factory) {
	s := factory(t, Accepts)
	r := s.Channel.Send(t.Context(), channel.Address{}, Example())
	require.Equal(t, channel.Permanent, r.Outcome)
	sound(t, s, r)
	s.Channel.Endpoint(channel.Address{}) // does not panic
}

func cancel(t *testing.T, factory Factory) {
	s := factory(t, Accepts)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	r := s.Channel.Send(ctx, s.To, Example())
	require.Equal(t, channel.Retryable, r.Outcome, "nothing was sent: %+v", r)
	sound(t, s, r)

	s = factory(t, Hangs)
	if s.Channel == nil {
		return
	}
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	var stopped time.Time
	go func() {
		<-s.Taken
		stopped = time.Now()
		stop()
	}()
	r = s.Channel.Send(ctx, s.To, Example())
	require.ErrorIs(t, ctx.Err(), context.Canceled, "it did not wait for the other end: %+v", r)
	require.Less(t, time.Since(stopped), 5*time.Second)
	require.Equal(t, channel.Unknown, r.Outcome, "the other end had it: %+v", r)
	sound(t, s, r)
}

func hostile(t *testing.T, factory Factory) {
	s := factory(t, Accepts)
	for _, text := range Hostile(t) {
		n := Example()
		n.Title, n.Service, n.Team, n.Name, n.Link, n.Severity, n.Target, n.Why, n.Runbook, n.Problem, n.Workaround = text, text, text, text, text, text, text, text, text, text, text
		r := s.Channel.Send(t.Context(), s.To, n)
		require.True(t, good(r.Outcome), "%q: %+v", text, r)
	}
}

func endpoint(t *testing.T, factory Factory) {
	s := factory(t, Accepts)
	key := s.Channel.Endpoint(s.To)
	require.NotEmpty(t, key)
	require.Equal(t, key, s.Channel.Endpoint(s.To))
	for _, secret := range s.Secrets {
		require.NotContains(t, key, secret)
	}
}

func concurrency(t *testing.T, factory Factory) {
	s := factory(t, Accepts)
	var all sync.WaitGroup
	results := make(chan channel.Result, 64)
	for range 8 {
		all.Go(func() {
			for range 8 {
				results <- s.Channel.Send(t.Context(), s.To, Example())
			}
		})
	}
	all.Wait()
	close(results)
	for r := range results {
		require.True(t, good(r.Outcome), "%+v", r)
	}
}
