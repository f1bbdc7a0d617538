// Package webhook delivers pages to HTTP receivers.
//
// In: a notification and the receiver's URL and secret. Out: one POST of a JSON [Body], signed by the
// Standard Webhooks scheme (version 1) if there is a secret, and a result by the answer. The header
// webhook-id is the same for all attempts of one page, so that a receiver can drop repeats. It follows no
// redirect, never retries and never puts the secret, the URL's path or any part of the answer into a
// result.
package webhook

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/egress"
)

// Config is what the channel needs.
type Config struct {
	// Client makes the requests. Required.
	Client *egress.Client
	// Clock is the time for Retry-After dates and for notifications without SentAt. Defaults to
	// time.Now.
	Clock func() time.Time
}

// WithDefaults fills in zero fields.
func (c Config) WithDefaults() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

// Validate reports what is missing.
func (c Config) Validate() error {
	if c.Client == nil {
		return errors.New("webhook: a client is required")
	}
	return nil
}

// Channel is the webhook channel, created by [New]. It is safe for concurrent use.
type Channel struct{ cfg Config }

var _ channel.Channel = (*Channel)(nil)

// New returns a webhook channel.
func New(cfg Config) (*Channel, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Channel{cfg: cfg}, nil
}

// Name is "webhook".
func (*Channel) Name() string { return "webhook" }

// Endpoint is scheme, host and port in lower case, because a receiver's limits apply to all its paths. It
// is empty if the address has no valid URL.
func (*Channel) Endpoint(to channel.Address) string {
	if to.Webhook == nil {
		return ""
	}
	u, err := url.Parse(to.Webhook.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// Send posts the page once.
func (c *Channel) Send(ctx context.Context, to channel.Address, n channel.Notification) channel.Result {
	if to.Webhook == nil || to.Webhook.URL == "" {
		return permanent("the contact method has no URL")
	}
	at := n.SentAt
	if at.IsZero() {
		at = c.cfg.Clock()
	}
	body, err := encode(n, at)
	if err != nil {
		return permanent("the page cannot be encoded as JSON")
	}
	header, err := header(to.Webhook.Secret, n.ID, at, body)
	if err != nil {
		return permanent(err.Error())
	}
	answer, err := c.cfg.Client.Do(ctx, egress.Request{Method: http.MethodPost, URL: to.Webhook.URL, Header: header, Body: body})
	if err != nil {
		return failureResult(err)
	}
	return answerResult(answer, c.cfg.Clock())
}

// errSecret replaces errors of the library, which may quote the secret.
var errSecret = errors.New(`the signing secret is not "whsec_" and base64`)

func header(secret, id string, at time.Time, body []byte) (http.Header, error) {
	h := http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Tocsin"}}
	stamp := strconv.FormatInt(at.Unix(), 10)
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, stamp)
	if secret == "" {
		return h, nil
	}
	if !strings.HasPrefix(secret, "whsec_") || secret == "whsec_" {
		return nil, errSecret
	}
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, errSecret
	}
	signature, err := signer.Sign(id, at, body)
	if err != nil {
		return nil, errSecret
	}
	h.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return h, nil
}
