// Package client is the Go client of Tocsin's HTTP API, used by the command line and by tests.
//
// In: typed questions and commands. Out: typed answers, or an [*Error] with the status and the
// problem's details. It never sends anything twice by itself, but every command and alert carries a
// key of its own, so that a caller may.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxAnswer bounds what is read of one answer, in bytes.
const maxAnswer = 64 << 20

// Client talks to one gateway. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	// HTTP makes the requests. Defaults to a client that gives up after 30 s and follows no
	// redirects, so that the token goes nowhere else.
	HTTP *http.Client
}

// New makes a client of the gateway at baseURL ("http://127.0.0.1:8080", or host and port alone),
// with the API token. Nothing is sent before the first question.
func New(baseURL, token string) *Client {
	if !strings.Contains(baseURL, "://") {
		baseURL = "http://" + baseURL
	}
	return &Client{
		base: strings.TrimRight(baseURL, "/"), token: token,
		HTTP: &http.Client{
			Timeout:       30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// BaseURL is where the gateway is.
func (c *Client) BaseURL() string { return c.base }

// Reachable says whether the gateway answers at all (/healthz).
func (c *Client) Reachable(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/healthz", nil, nil, nil)
}

// Ready says whether it can accept durably (/readyz).
func (c *Client) Ready(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/readyz", nil, nil, nil)
}

// Metrics gives the gateway's counters in the text format of Prometheus.
func (c *Client) Metrics(ctx context.Context) (string, error) {
	var text []byte
	err := c.call(ctx, http.MethodGet, "/metrics", nil, nil, &text)
	return string(text), err
}

func (c *Client) get(ctx context.Context, path string, query url.Values, to any) error {
	return c.call(ctx, http.MethodGet, path, query, nil, to)
}

// call makes one request with body as JSON and reads the answer into to: JSON, or the bytes as they
// are into a *[]byte.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, to any) error {
	r, err := c.request(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	answer, err := c.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, unwrap(err))
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: read answer: %w", method, path, err)
	}
	if answer.StatusCode/100 != 2 {
		return problem(answer, b)
	}
	switch to := to.(type) {
	case nil:
		return nil
	case *[]byte:
		*to = b
		return nil
	}
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("%s %s: the answer is not what it should be: %w", method, path, err)
	}
	return nil
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, body any) (*http.Request, error) {
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		sent = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	r.Header.Set("Accept", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", rand.Text())
	}
	return r, nil
}

// unwrap takes the address off an error of net/http: it is said by the caller, without the query.
func unwrap(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}
