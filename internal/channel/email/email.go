// Package email delivers pages by SMTP, one mail to one recipient.
//
// In: a notification and a mail address. Out: one plain-text mail, and a result by the server's replies.
// The Message-ID derives from the notification, so that mail readers can group repeats. It uses TLS if the
// server offers it, and sends the password only over TLS or loopback. It keeps no connection, never
// retries and puts no reply into a result, because servers quote what they were sent.
package email

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"tocsin.dev/internal/channel"
)

// Config configures the channel.
type Config struct {
	// SMTP is smtp://host:port (STARTTLS if offered) or smtps://host:port (TLS from the start).
	// The ports default to 587 and 465. Required; user and password are not part of it.
	SMTP string
	// From is the sender's address, with or without a name. Required.
	From string
	// User and Password are for AUTH PLAIN. An empty User sends without a login.
	User     string
	Password string
	// Timeout bounds one mail from the first packet to the last reply. Defaults to 30 s.
	Timeout time.Duration
	// TLS is the base of every TLS connection. Defaults to the system's roots and TLS 1.2 or later.
	TLS *tls.Config
}

// WithDefaults fills in zero fields.
func (c Config) WithDefaults() Config {
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	if c.TLS == nil {
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return c
}

// Validate reports all faults at once, without secrets.
func (c Config) Validate() error {
	var faults []error
	if _, err := parseServer(c.SMTP); err != nil {
		faults = append(faults, err)
	}
	if _, err := mail.ParseAddress(c.From); err != nil {
		faults = append(faults, errors.New("email: from is not a mail address"))
	}
	if c.User == "" && c.Password != "" {
		faults = append(faults, errors.New("email: a password needs a user"))
	}
	if c.Timeout < 0 {
		faults = append(faults, errors.New("email: timeout must not be negative"))
	}
	return errors.Join(faults...)
}

// server is the parsed SMTP URL.
type server struct {
	host string
	port int
	tls  bool // from the start
}

func (s server) String() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// errServer quotes no part of the URL, which may contain a password by mistake.
var errServer = errors.New("email: smtp is not smtp://host:port or smtps://host:port without user, password and path")

func parseServer(raw string) (server, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || (u.Path != "" && u.Path != "/") {
		return server{}, errServer
	}
	s := server{host: u.Hostname()}
	switch u.Scheme {
	case "smtp":
		s.port = 587
	case "smtps":
		s.port, s.tls = 465, true
	default:
		return server{}, errServer
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return server{}, errServer
		}
	}
	return s, nil
}

// Channel is the email channel, created by [New]. It is safe for concurrent use.
type Channel struct {
	cfg    Config
	server server
	from   *mail.Address
}

var _ channel.Channel = (*Channel)(nil)

// New returns an email channel. It does not connect.
func New(cfg Config) (*Channel, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	c := &Channel{cfg: cfg}
	c.server, _ = parseServer(cfg.SMTP)
	c.from, _ = mail.ParseAddress(cfg.From)
	tlsConfig := cfg.TLS.Clone()
	if tlsConfig.ServerName == "" {
		tlsConfig.ServerName = c.server.host
	}
	c.cfg.TLS = tlsConfig
	return c, nil
}

// Name is "email".
func (*Channel) Name() string { return "email" }

// Endpoint is host and port of the mail server, because its limits apply to all recipients.
func (c *Channel) Endpoint(channel.Address) string { return c.server.String() }

// Send sends one mail.
func (c *Channel) Send(ctx context.Context, to channel.Address, n channel.Notification) channel.Result {
	rcpt, err := mail.ParseAddress(to.Email)
	if err != nil {
		return channel.Result{Outcome: channel.Permanent, Reason: "the contact method has no valid mail address"}
	}
	msg, err := c.write(rcpt, n)
	if err != nil {
		return channel.Result{Outcome: channel.Permanent, Reason: "the page cannot be written as a mail"}
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	return c.deliver(ctx, msg)
}

// deliver connects, sends and disconnects. It closes the connection at any step when ctx ends, because the
// library uses its context only for the dial.
func (c *Channel) deliver(ctx context.Context, msg *gomail.Msg) channel.Result {
	var line connection
	defer line.close()
	stop := context.AfterFunc(ctx, line.close)
	defer stop()

	client, err := c.client(&line)
	if err != nil {
		return channel.Result{Outcome: channel.Permanent, Reason: "the mail client cannot be set up"}
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return notConnected(ctx, err)
	}
	err = client.SendWithSMTPClient(session, msg)
	if msg.IsDelivered() {
		// The server accepted the mail, even if QUIT fails.
		_ = session.Quit()
		return channel.Result{Outcome: channel.Accepted}
	}
	return notSent(ctx, err)
}

func (c *Channel) client(line *connection) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(c.server.port),
		gomail.WithTimeout(c.cfg.Timeout),
		gomail.WithTLSConfig(c.cfg.TLS.Clone()),
		gomail.WithTLSPolicy(gomail.TLSOpportunistic),
		gomail.WithoutNoop(),
		gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
			return line.dial(ctx, network, address, c.tlsFromStart())
		}),
	}
	if c.server.tls {
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS)) // the connection has TLS already
	}
	if c.cfg.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthPlain),
			gomail.WithUsername(c.cfg.User), gomail.WithPassword(c.cfg.Password))
	}
	client, err := gomail.NewClient(c.server.host, options...)
	if err != nil {
		return nil, fmt.Errorf("set up the mail client: %w", err)
	}
	return client, nil
}

func (c *Channel) tlsFromStart() *tls.Config {
	if !c.server.tls {
		return nil
	}
	return c.cfg.TLS
}
