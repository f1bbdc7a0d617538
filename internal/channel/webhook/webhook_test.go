package webhook_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/channel/channeltest"
	"tocsin.dev/internal/channel/webhook"
	"tocsin.dev/internal/egress"
	"tocsin.dev/test/corpus"
)

const secret = "whsec_cGxhbnRlZC1wbGFudGVkLXBsYW50ZWQ="

func newChannel(t *testing.T, allow ...string) *webhook.Channel {
	t.Helper()
	client, err := egress.New(egress.Config{Allow: allow})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	c, err := webhook.New(webhook.Config{Client: client})
	require.NoError(t, err)
	return c
}

func to(url string) channel.Address {
	return channel.Address{Webhook: &channel.Webhook{URL: url, Secret: secret}}
}

func TestSuite(t *testing.T) {
	channeltest.Run(t, func(t *testing.T, other channeltest.Behaviour) channeltest.Setup {
		taken := make(chan struct{}, 1)
		return channeltest.Setup{
			Taken:   taken,
			Channel: newChannel(t, "127.0.0.0/8"),
			To:      to(strings.Replace(end(t, other, taken), "http://", "http://user:planted-pw@", 1) + "/planted-path?key=planted-key"),
			Secrets: []string{secret, "whsec_", "cGxhbnRlZC1wbGFudGVkLXBsYW50ZWQ=", "planted"},
		}
	})
}

// end gives the URL of a receiver that behaves so and repeats the whole request in its answer.
func end(t *testing.T, other channeltest.Behaviour, taken chan<- struct{}) string {
	t.Helper()
	if other == channeltest.Absent {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		require.NoError(t, l.Close())
		return "http://" + l.Addr().String()
	}
	over := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch other {
		case channeltest.Hangs:
			taken <- struct{}{}
			<-over
		case channeltest.Breaks:
			panic(http.ErrAbortHandler)
		case channeltest.Refuses:
			w.Header().Set("X-Planted", r.URL.String())
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprintf(w, "%s %v %s", r.URL, r.Header, body) //nolint:errcheck // the channel may be gone
	}))
	t.Cleanup(func() { close(over); s.Close() })
	return s.URL
}

func TestSignatureAndBody(t *testing.T) {
	var bodies [][]byte
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies = append(bodies, body)
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err != nil || verifier.VerifyIgnoringTimestamp(body, r.Header) != nil {
			t.Error("signature does not hold")
		}
		if r.Header.Get("webhook-id") != channeltest.Example().ID || r.Header.Get("Content-Type") != "application/json" {
			t.Error("headers:", r.Header)
		}
		if r.Header.Get("webhook-timestamp") != strconv.FormatInt(channeltest.Example().SentAt.Unix(), 10) {
			t.Error("timestamp:", r.Header.Get("webhook-timestamp"))
		}
	}))
	defer s.Close()
	c := newChannel(t, "127.0.0.1/32")
	n := channeltest.Example()
	n.Late = 90*time.Second + time.Millisecond
	require.Equal(t, channel.Result{Outcome: channel.Accepted}, c.Send(t.Context(), to(s.URL), n))
	require.JSONEq(t, `{"type":"page.requested","timestamp":"2026-03-29T01:30:01Z","data":{"page":"page-1","incident":"incident-1",
		"service":"checkout","team":"payments","target":"person:ana","name":"Ana Ruiz","level":1,"round":1,"why":"looking on","urgency":"high","priority":"P1",
		"severity":"critical","title":"Checkout is down","link":"https://example.com/alert","runbook":"https://example.com/runbook","problem":"PRB-5f0c1a2b3c4d","workaround":"warm the cache","labels":{"job":"checkout"},"late_seconds":90,"possible_repeat":false,
		"attempt":1,"opened_at":"2026-03-29T01:30:00Z"}}`, string(bodies[0]))

	n.Attempt, n.PossibleRepeat = 2, true
	require.Equal(t, channel.Accepted, c.Send(t.Context(), to(s.URL), n).Outcome)
	again := strings.NewReplacer(`"attempt":2`, `"attempt":1`, `"possible_repeat":true`, `"possible_repeat":false`).Replace(string(bodies[1]))
	require.Equal(t, string(bodies[0]), again, "attempts differ in nothing else")
}

func TestUnsigned(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("webhook-signature") != "" || r.Header.Get("webhook-id") == "" {
			t.Error("headers:", r.Header)
		}
	}))
	defer s.Close()
	a := to(s.URL)
	a.Webhook.Secret = ""
	require.Equal(t, channel.Accepted, newChannel(t, "127.0.0.1/32").Send(t.Context(), a, channeltest.Example()).Outcome)
}

func TestBadSecret(t *testing.T) {
	for _, bad := range []string{"plantedsecret", "whsec_", "whsec_planted!", "whsec_cGxhbnRlZA", "WHSEC_cGxhbnRlZA=="} {
		a := to("http://127.0.0.1:1/")
		a.Webhook.Secret = bad
		r := newChannel(t, "127.0.0.1/32").Send(t.Context(), a, channeltest.Example())
		require.Equal(t, channel.Permanent, r.Outcome)
		require.NotContains(t, r.Reason, "planted")
		require.NotContains(t, r.Reason, "cGxh")
	}
}

func TestStatuses(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		status  int
		after   string
		outcome channel.Outcome
		wait    time.Duration
	}{
		{200, "", channel.Accepted, 0},
		{201, "9", channel.Accepted, 0},
		{204, "", channel.Accepted, 0},
		{299, "", channel.Accepted, 0},
		{301, "", channel.Permanent, 0},
		{302, "", channel.Permanent, 0},
		{304, "", channel.Permanent, 0},
		{307, "", channel.Permanent, 0},
		{400, "", channel.Permanent, 0},
		{401, "", channel.Permanent, 0},
		{404, "", channel.Permanent, 0},
		{408, "", channel.Retryable, 0},
		{410, "", channel.Permanent, 0},
		{413, "", channel.Permanent, 0},
		{425, "", channel.Retryable, 0},
		{429, "", channel.Retryable, 0},
		{429, "7", channel.Retryable, 7 * time.Second},
		{429, " 7 ", channel.Retryable, 7 * time.Second},
		{429, "-7", channel.Retryable, 0},
		{429, "7.5", channel.Retryable, 0},
		{429, "soon", channel.Retryable, 0},
		{429, "86400", channel.Retryable, time.Hour},
		{429, "99999999999999999999999", channel.Retryable, time.Hour},
		{503, "Sun, 01 Mar 2026 12:00:30 GMT", channel.Retryable, 30 * time.Second},
		{503, "Sunday, 01-Mar-26 12:00:30 GMT", channel.Retryable, 30 * time.Second},
		{503, "Sun, 01 Mar 2026 11:00:00 GMT", channel.Retryable, 0},
		{503, "Mon, 02 Mar 2026 12:00:00 GMT", channel.Retryable, time.Hour},
		{500, "9", channel.Retryable, 0},
		{502, "", channel.Retryable, 0},
		{504, "", channel.Retryable, 0},
		{599, "", channel.Retryable, 0},
	}
	client, err := egress.New(egress.Config{Allow: []string{"127.0.0.1/32"}})
	require.NoError(t, err)
	c, err := webhook.New(webhook.Config{Client: client, Clock: func() time.Time { return now }})
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", tt.status, tt.after), func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.after != "" {
					w.Header().Set("Retry-After", tt.after)
				}
				w.WriteHeader(tt.status)
			}))
			defer s.Close()
			r := c.Send(t.Context(), to(s.URL), channeltest.Example())
			require.Equal(t, tt.outcome, r.Outcome)
			require.Equal(t, tt.wait, r.RetryAfter)
			if tt.outcome != channel.Accepted {
				require.Contains(t, r.Reason, strconv.Itoa(tt.status))
			}
		})
	}
}

func TestRefusedAddresses(t *testing.T) {
	c := newChannel(t)
	for _, u := range []string{"http://127.0.0.1:1/planted", "http://localhost:1/planted", "ftp://x/planted", "://planted", "http://user:planted@[::1]/"} {
		r := c.Send(t.Context(), to(u), channeltest.Example())
		require.Equal(t, channel.Permanent, r.Outcome, u)
		require.NotContains(t, r.Reason, "planted")
	}
}

func TestEndpoint(t *testing.T) {
	c := newChannel(t)
	require.Equal(t, "https://hooks.example.com:443", c.Endpoint(to("https://u:p@Hooks.Example.com/a?b")))
	require.Equal(t, "http://hooks.example.com:80", c.Endpoint(to("http://hooks.example.com/c")))
	require.Equal(t, "http://::1:8080", c.Endpoint(to("http://[::1]:8080/")))
	require.Empty(t, c.Endpoint(to("::")))
}

func TestConfig(t *testing.T) {
	_, err := webhook.New(webhook.Config{})
	require.ErrorContains(t, err, "client")
}

// vectors is the shape of the corpus file.
type vectors struct {
	KnownAnswer struct {
		Secret    string `json:"secret"`
		ID        string `json:"msg_id"`
		Timestamp int64  `json:"timestamp"`
		Payload   string `json:"payload"`
		Signature string `json:"signature"`
	} `json:"known_answer"`
	Invalid []string `json:"invalid_signature_headers"`
}

// TestKnownAnswer holds the library that signs to the vectors of the standard, and the signatures of
// this channel to the refusal of every broken header among them.
func TestKnownAnswer(t *testing.T) {
	var v vectors
	require.NoError(t, json.Unmarshal(corpus.Read(t, "webhook-signing/standard_webhooks_v1.json"), &v))
	k := v.KnownAnswer
	signer, err := standardwebhooks.NewWebhook(k.Secret)
	require.NoError(t, err)
	got, err := signer.Sign(k.ID, time.Unix(k.Timestamp, 0), []byte(k.Payload))
	require.NoError(t, err)
	require.Equal(t, k.Signature, got)
	for _, bad := range v.Invalid {
		h := http.Header{}
		h.Set("webhook-id", k.ID)
		h.Set("webhook-timestamp", strconv.FormatInt(k.Timestamp, 10))
		h.Set("webhook-signature", bad)
		require.Error(t, signer.VerifyIgnoringTimestamp([]byte(k.Payload), h), bad)
	}
}

func BenchmarkSend(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer s.Close()
	client, err := egress.New(egress.Config{Allow: []string{"127.0.0.1/32"}})
	require.NoError(b, err)
	c, err := webhook.New(webhook.Config{Client: client})
	require.NoError(b, err)
	b.ReportAllocs()
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if r := c.Send(b.Context(), to(s.URL), channeltest.Example()); r.Outcome != channel.Accepted {
				b.Error(r)
			}
		}
	})
}
