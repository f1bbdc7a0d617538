package egress

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// local makes a client that may reach this machine.
func local(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.Allow = append(cfg.Allow, "127.0.0.0/8")
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func TestDo(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		w.Header().Set("X-Seen", r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("X-A")+" "+user+":"+password+" "+r.Header.Get("Accept-Encoding"))
		w.WriteHeader(http.StatusTeapot)
		w.Write(body) //nolint:errcheck // the test sees it missing
	})
	c := local(t, Config{})
	got, err := c.Do(context.Background(), Request{
		URL: strings.Replace(s.URL, "http://", "http://u:p@", 1) + "/a?b=c#d", Header: http.Header{"x-a": {"1"}}, Body: []byte("hello"),
	})
	require.NoError(t, err)
	require.Equal(t, 418, got.Status)
	require.Equal(t, "hello", string(got.Body))
	require.Equal(t, "POST /a?b=c 1 u:p", got.Header.Get("X-Seen"))
	require.False(t, got.Cut)
}

func TestRefusedByDefault(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("reached") })
	c, err := New(Config{})
	require.NoError(t, err)
	for _, u := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
		_, err = c.Do(context.Background(), Request{URL: u})
		require.ErrorIs(t, err, ErrRefused, u)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	inner := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("followed") })
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner.URL, status) })
		got, err := local(t, Config{}).Do(context.Background(), Request{URL: s.URL})
		require.NoError(t, err)
		require.Equal(t, status, got.Status)
	}
}

func TestNoProxyNoCookies(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Error("cookie came back")
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
	})
	c := local(t, Config{})
	for range 2 {
		_, err := c.Do(context.Background(), Request{URL: s.URL})
		require.NoError(t, err)
	}
}

func TestLargeBodyIsCut(t *testing.T) {
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 10 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	got, err := local(t, Config{}).Do(context.Background(), Request{URL: s.URL})
	require.NoError(t, err)
	require.Len(t, got.Body, MaxBody)
	require.True(t, got.Cut)
}

func TestSlowBodyKeepsTheStatus(t *testing.T) {
	done := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("drip")) //nolint:errcheck // flushed below
		w.(http.Flusher).Flush()
		<-done
	})
	defer close(done)
	got, err := local(t, Config{BodyTimeout: 200 * time.Millisecond}).Do(context.Background(), Request{URL: s.URL})
	require.NoError(t, err)
	require.Equal(t, 200, got.Status)
	require.Equal(t, "drip", string(got.Body))
	require.True(t, got.Cut)
}

func TestTimeouts(t *testing.T) {
	done := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-done
	})
	defer close(done)

	_, err := local(t, Config{Timeout: 500 * time.Millisecond}).Do(context.Background(), Request{URL: s.URL + "/secret?key=hidden"})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.True(t, e.Written)
	require.True(t, e.Timeout)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NotContains(t, err.Error(), "hidden")
	require.NotContains(t, err.Error(), "secret")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = local(t, Config{}).Do(ctx, Request{URL: s.URL})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorAs(t, err, &e)
	require.False(t, e.Written)
}

// raw serves connections by hand.
func raw(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() }) //nolint:errcheck // the test is over
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handle(conn)
			conn.Close() //nolint:errcheck // broken on purpose
		}
	}()
	return "http://" + l.Addr().String()
}

func TestFailures(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	slam := func(conn net.Conn) {
		buf := make([]byte, 4096)
		_, _ = conn.Read(buf)
	}
	garbage := func(conn net.Conn) {
		slam(conn)
		io.WriteString(conn, "HTTP/9.9 planted-secret\r\n\r\n") //nolint:errcheck // broken on purpose
	}
	headers := func(conn net.Conn) {
		slam(conn)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 1<<20)+"\r\n\r\n") //nolint:errcheck // broken on purpose
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	tests := []struct {
		name, url string
		written   bool
		words     string
	}{
		{"refused", "http://" + closed.Addr().String(), false, "connection refused"},
		{"reset after the request", raw(t, slam), true, "broke after"},
		{"garbage", raw(t, garbage), true, "broke after"},
		{"endless headers", raw(t, headers), true, "broke after"},
		{"no TLS there", strings.Replace(plain.URL, "http:", "https:", 1), false, "TLS failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := local(t, Config{}).Do(context.Background(), Request{URL: tt.url + "/p?token=planted-secret"})
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tt.written, e.Written)
			require.Contains(t, err.Error(), tt.words)
			require.NotContains(t, err.Error(), "planted-secret")
		})
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	_, err := local(t, Config{}).Do(context.Background(), Request{URL: s.URL})
	var e *Error
	require.ErrorAs(t, err, &e)
	require.False(t, e.Written)
	require.Contains(t, err.Error(), "TLS failed")

	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	got, err := local(t, Config{TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}).Do(context.Background(), Request{URL: s.URL})
	require.NoError(t, err)
	require.Equal(t, 200, got.Status)
}

func TestConnectionsAreReused(t *testing.T) {
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(bytes.Repeat([]byte("x"), 100<<10)) //nolint:errcheck // the test sees it missing
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := local(t, Config{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 25 {
				if _, err := c.Do(context.Background(), Request{URL: s.URL}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	require.LessOrEqual(t, opened.Load(), int64(16))
}

// nameServer answers every A question with addr.
func nameServer(t *testing.T, addr [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() }) //nolint:errcheck // the test is over
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			conn.WriteTo(answer(buf[:n], addr), from) //nolint:errcheck // the client asks again
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// answer turns one DNS question into its answer (RFC 1035, section 4).
func answer(q []byte, addr [4]byte) []byte {
	end := 12
	for q[end] != 0 {
		end += int(q[end]) + 1
	}
	kind := binary.BigEndian.Uint16(q[end+1:])
	out := append([]byte(nil), q[:end+5]...)
	copy(out[2:12], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
	if kind == 1 {
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, addr[:]...)
	}
	return out
}

func TestNamesAreCheckedWhenDialled(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	port := s.Listener.Addr().(*net.TCPAddr).Port
	for _, addr := range [][4]byte{{127, 0, 0, 1}, {169, 254, 169, 254}, {10, 0, 0, 1}, {0, 0, 0, 0}, {100, 100, 100, 200}} {
		c, err := New(Config{Resolver: nameServer(t, addr)})
		require.NoError(t, err)
		_, err = c.Do(context.Background(), Request{URL: fmt.Sprintf("http://hooks.example.com:%d/", port)})
		require.ErrorIs(t, err, ErrRefused, addr)
		require.NotContains(t, err.Error(), fmt.Sprint(addr[0])+".", "an inner address is told to nobody")
	}
	got, err := local(t, Config{Resolver: nameServer(t, [4]byte{127, 0, 0, 1})}).
		Do(context.Background(), Request{URL: fmt.Sprintf("http://hooks.example.com:%d/", port)})
	require.NoError(t, err)
	require.Equal(t, 200, got.Status)
}
