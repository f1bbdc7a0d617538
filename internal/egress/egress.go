package egress

import (
	"bytes"
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

// maxDrain is how many bytes beyond those to be kept are read and dropped so that the connection can be
// used again; a longer answer costs the sender its connection.
const maxDrain = 256 << 10

// Client is safe for many goroutines at once. Make one with [New] and share it: connections are
// kept for the next request.
type Client struct {
	cfg       Config
	guard     guard
	transport *http.Transport
}

// Request is one exchange to make.
type Request struct {
	Method string // defaults to POST
	URL    string // userinfo in it becomes basic authentication
	Header http.Header
	Body   []byte
	// Keep is the most bytes of the answer's body that are kept. Defaults to [MaxBody].
	Keep int
}

// Response is what came back.
type Response struct {
	Status int
	Header http.Header
	Body   []byte // at most as many bytes as were to be kept
	// Cut says that there was more of the body, or that it stopped short.
	Cut bool
}

// New makes a client. It fails when the configuration has faults.
func New(cfg Config) (*Client, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("egress: %w", err)
	}
	c := &Client{cfg: cfg, guard: cfg.guard()}
	dialer := &net.Dialer{Resolver: cfg.Resolver, KeepAlive: 30 * time.Second, Control: c.control}
	c.transport = &http.Transport{
		Proxy:                  nil, // a proxy would dial for us, past the check
		DialContext:            dialer.DialContext,
		TLSClientConfig:        cfg.TLS.Clone(),
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    128,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // a small answer must not unpack into a large one
	}
	return c, nil
}

// control sees every address that is about to be connected to, after all resolving.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: not an address", ErrRefused)
	}
	return c.guard.check(to)
}

// Close drops the idle connections. Exchanges under way are left alone.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Do makes one exchange. Any status is an answer, not an error. Every error is an [*Error]; one that
// wraps [ErrRefused] means that nothing was, or will ever be, sent there.
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
	keep := MaxBody
	if r.Keep > 0 {
		keep = r.Keep
	}
	return read(answer, int64(keep)), nil
}

func (c *Client) request(ctx context.Context, to target, r Request, written *atomic.Bool) (*http.Request, error) {
	method := r.Method
	if method == "" {
		method = http.MethodPost
	}
	// The header is buffered when this hook runs, so it marks the last moment at which it is
	// certain that nothing was sent.
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

// read keeps the head of the body and drains a little more. A body that breaks off is no failure:
// the status has said what there was to say.
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
