// Package client is the Go client of Tocsin's HTTP API, used by the command line and by tests.
//
// In: typed queries and commands. Out: typed results, or an [*Error] with the status and the problem's
// details. It never retries. Every alert and command carries an idempotency key.
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
	"strconv"
	"strings"
	"time"
)

// maxResponse bounds the body of a response, in bytes.
const maxResponse = 64 << 20

// Client talks to one gateway. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	// HTTP sends the requests. Defaults to a client with a timeout of 30 s that does not follow redirects, so
	// that the token goes nowhere else.
	HTTP *http.Client
}

// New returns a client of the gateway at baseURL ("http://127.0.0.1:8080", or host:port) with the API token. It
// sends nothing yet.
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

// BaseURL returns the address of the gateway.
func (c *Client) BaseURL() string { return c.base }

// Reachable checks that the gateway answers (/healthz).
func (c *Client) Reachable(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/healthz", nil, nil, nil)
}

// Ready checks that the gateway can store alerts durably (/readyz).
func (c *Client) Ready(ctx context.Context) error {
	return c.call(ctx, http.MethodGet, "/readyz", nil, nil, nil)
}

// Metrics returns the gateway's metrics in the text format of Prometheus.
func (c *Client) Metrics(ctx context.Context) (string, error) {
	return c.text(ctx, "/metrics", nil)
}

// text returns a response as it is.
func (c *Client) text(ctx context.Context, path string, query url.Values) (string, error) {
	var text []byte
	err := c.call(ctx, http.MethodGet, path, query, nil, &text)
	return string(text), err
}

// get requests a path and decodes the JSON response.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (out T, err error) {
	return out, c.call(ctx, http.MethodGet, path, query, nil, &out)
}

// send sends body as JSON and decodes the JSON response.
func send[T any](ctx context.Context, c *Client, method, path string, body any) (out T, err error) {
	return out, c.call(ctx, method, path, nil, body, &out)
}

// call sends a request with body as JSON, and decodes the JSON response into to. A *[]byte gets the response as it
// is; nil ignores it.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body, to any) error {
	r, err := c.request(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	response, err := c.HTTP.Do(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, unwrap(err))
	}
	defer response.Body.Close()
	b, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if err != nil {
		return fmt.Errorf("%s %s: read response: %w", method, path, err)
	}
	if response.StatusCode/100 != 2 {
		return problem(response, b)
	}
	switch to := to.(type) {
	case nil:
		return nil
	case *[]byte:
		*to = b
		return nil
	}
	if err := json.Unmarshal(b, to); err != nil {
		return fmt.Errorf("%s %s: unexpected response: %w", method, path, err)
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

// unwrap removes the URL from an error of net/http; the caller adds the path without the query.
func unwrap(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		return inner.Err
	}
	return err
}

// values returns the query without its empty values.
func values(query map[string]string) url.Values {
	v := url.Values{}
	for name, value := range query {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// instant formats an instant for a query; the zero time is empty.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339Nano)
}

// number formats a number for a query; 0 is empty.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
