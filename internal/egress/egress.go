package egress

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// maxDrain is how many more bytes are read and dropped so that the connection can be reused; after a longer
// response it is closed.
const maxDrain = 256 << 10

// Client makes requests; created by [New]. It is safe for concurrent use. Share one, because it keeps
// connections for the next request.
type Client struct {
	cfg       Config
	guard     guard
	transport *http.Transport
}

// Request is an HTTP request.
type Request struct {
	Method string // defaults to POST
	URL    string // userinfo in it becomes basic authentication
	Header http.Header
	Body   []byte
	// Keep is how many bytes of the response body to keep. Defaults to [MaxBody].
	Keep int
}

// Response is an HTTP response.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // cut to Keep bytes
	// Cut says that the body was longer, or incomplete.
	Cut bool
}

// New returns a client. It fails if the configuration is not valid.
func New(cfg Config) (*Client, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("egress: %w", err)
	}
	c := &Client{cfg: cfg, guard: cfg.guard()}
	dialer := &net.Dialer{Resolver: cfg.Resolver, KeepAlive: 30 * time.Second, Control: c.control}
	c.transport = &http.Transport{
		Proxy:                  nil, // a proxy would bypass the check
		DialContext:            dialer.DialContext,
		TLSClientConfig:        cfg.TLS.Clone(),
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    128,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // a small response must not expand into a large one
	}
	return c, nil
}

// control checks every address before a connection, after name resolution.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: not an address", ErrRefused)
	}
	return c.guard.check(to.Addr())
}

// Close closes idle connections. Requests in progress continue.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Do makes one request. Any status is a response, not an error. Every error is an [*Error]; one that wraps
// [ErrRefused] means that nothing was sent, and that retrying is pointless.
func (c *Client) Do(ctx context.Context, r Request) (Response, error) {
	to, err := c.guard.parse(r.URL)
	if err != nil {
		return Response{}, &Error{Err: err}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	clock := time.AfterFunc(c.cfg.Timeout, func() { cancel(context.DeadlineExceeded) })
	defer clock.Stop()

	var written atomic.Bool
	req, err := c.request(ctx, to, r, &written)
	if err != nil {
		return Response{}, &Error{Host: to.host, Err: err}
	}
	answer, err := c.transport.RoundTrip(req)
	if err != nil {
		return Response{}, failure(ctx, to.host, written.Load(), err)
	}
	clock.Stop()
	late := time.AfterFunc(c.cfg.BodyTimeout, func() { cancel(context.DeadlineExceeded) })
	defer late.Stop()
	return read(answer, int64(cmp.Or(r.Keep, MaxBody))), nil
}

func (c *Client) request(ctx context.Context, to target, r Request, written *atomic.Bool) (*http.Request, error) {
	method := cmp.Or(r.Method, http.MethodPost)
	// When this hook runs, the header is only buffered. Before it, nothing can have been sent.
	trace := &httptrace.ClientTrace{WroteHeaderField: func(string, []string) { written.Store(true) }}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, "http://unset.invalid/", bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("%w: bad method", ErrRefused)
	}
	req.URL, req.Host = to.url, to.url.Host
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	if to.user != nil {
		password, _ := to.user.Password()
		req.SetBasicAuth(to.user.Username(), password)
	}
	return req, nil
}

func failure(ctx context.Context, host string, written bool, err error) *Error {
	e := &Error{Host: host, Written: written, Err: err}
	var timeout net.Error
	switch {
	case errors.Is(err, ErrRefused):
		e.Written = false
	case ctx.Err() != nil:
		e.Timeout, e.Err = true, context.Cause(ctx)
	case errors.As(err, &timeout) && timeout.Timeout():
		e.Timeout = true
	}
	return e
}

// read keeps the start of the body and drains a little more. An incomplete body is not a failure, because
// the status is known.
func read(answer *http.Response, keep int64) Response {
	defer answer.Body.Close() //nolint:errcheck // nothing was written to it
	r := Response{Status: answer.StatusCode, Header: answer.Header}
	var err error
	r.Body, err = io.ReadAll(io.LimitReader(answer.Body, keep))
	if err != nil {
		r.Cut = true
		return r
	}
	if n, err := io.CopyN(io.Discard, answer.Body, maxDrain); n > 0 || !errors.Is(err, io.EOF) {
		r.Cut = true
	}
	return r
}
