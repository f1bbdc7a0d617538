package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
)

// maxReplies bounds the replies to one mail, in bytes: a line without an end would otherwise fill the
// memory.
const maxReplies = 256 << 10

var errTooLong = errors.New("the server's replies are too long")

// connection holds the connection of a send, so that it can be closed at any step.
type connection struct {
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

// dial connects, with TLS if config is not nil.
func (c *connection) dial(ctx context.Context, network, address string, config *tls.Config) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("connect to the mail server: %w", err)
	}
	conn = &bounded{Conn: conn, left: maxReplies}
	if config != nil {
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			conn.Close() //nolint:errcheck // the handshake's error says more
			return nil, fmt.Errorf("handshake with the mail server: %w", err)
		}
		conn = secure
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		conn.Close() //nolint:errcheck // the send was cancelled
		return nil, net.ErrClosed
	}
	c.conn = conn
	return conn, nil
}

// close may be called at any time, and twice.
func (c *connection) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.conn == nil {
		return
	}
	if secure, ok := c.conn.(*tls.Conn); ok {
		secure.NetConn().Close() //nolint:errcheck // a close notification could block
		return
	}
	c.conn.Close() //nolint:errcheck // nothing can be done about it
}

// bounded is a connection with a limit on what it reads.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err //nolint:wrapcheck // a reader must return io.EOF unwrapped
}
