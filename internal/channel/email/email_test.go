package email_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"mime"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/channel/channeltest"
	"tocsin.dev/internal/channel/email"
)

const password = "planted-password"

// server plays a mail server; each step may be made to fail.
type server struct {
	onMail, onRcpt, onData error
	cut                    bool          // cuts the connection once the mail was read
	hang                   chan struct{} // waits for it once the mail was read
	taken                  chan struct{} // signalled then

	mu    sync.Mutex
	mails []got
}

type got struct {
	from, user string
	to         []string
	tls        bool
	raw        []byte
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c}, nil
}

func (s *server) last(t *testing.T) got {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NotEmpty(t, s.mails)
	return s.mails[len(s.mails)-1]
}

type session struct {
	server *server
	conn   *smtp.Conn
	mail   got
}

func (s *session) Reset()                 { s.mail = got{user: s.mail.user} }
func (s *session) Logout() error          { return nil }
func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mail.from = from
	return s.server.onMail
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.to = append(s.mail.to, to)
	return s.server.onRcpt
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if pass != password {
			return &smtp.SMTPError{Code: 535, Message: "no " + pass}
		}
		s.mail.user = user
		return nil
	}), nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.cut {
		return s.conn.Conn().Close()
	}
	if s.server.hang != nil {
		s.server.taken <- struct{}{}
		<-s.server.hang
	}
	if s.server.onData != nil {
		return s.server.onData
	}
	_, s.mail.tls = s.conn.TLSConnectionState()
	s.mail.raw = raw
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, s.mail)
	return nil
}

// start runs the server and gives its address.
func start(t *testing.T, s *server, change func(*smtp.Server)) string {
	t.Helper()
	play := smtp.NewServer(s)
	play.Domain, play.AllowInsecureAuth, play.ErrorLog = "localhost", true, log.New(io.Discard, "", 0)
	if change != nil {
		change(play)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go play.Serve(l)                   //nolint:errcheck // ends with the test
	t.Cleanup(func() { play.Close() }) //nolint:errcheck // the test is over
	return l.Addr().String()
}

func open(t *testing.T, cfg email.Config) *email.Channel {
	t.Helper()
	cfg.From = "Tocsin <tocsin@example.com>"
	c, err := email.New(cfg)
	require.NoError(t, err)
	return c
}

var ana = channel.Address{Email: "ana@example.com"}

func TestSuite(t *testing.T) {
	channeltest.Run(t, func(t *testing.T, other channeltest.Behaviour) channeltest.Setup {
		play := &server{taken: make(chan struct{}, 1)}
		switch other {
		case channeltest.Refuses:
			play.onRcpt = &smtp.SMTPError{Code: 550, Message: password}
		case channeltest.Breaks:
			play.cut = true
		case channeltest.Hangs:
			play.hang = make(chan struct{})
			t.Cleanup(func() { close(play.hang) })
		}
		address := start(t, play, nil)
		if other == channeltest.Absent {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			address = l.Addr().String()
			require.NoError(t, l.Close())
		}
		return channeltest.Setup{
			Channel: open(t, email.Config{SMTP: "smtp://" + address, User: "tocsin", Password: password}),
			To:      ana, Secrets: []string{password}, Taken: play.taken,
		}
	})
}

func TestMail(t *testing.T) {
	play := &server{}
	c := open(t, email.Config{SMTP: "smtp://" + start(t, play, nil)})
	n := channeltest.Example()
	require.Equal(t, channel.Result{Outcome: channel.Accepted}, c.Send(t.Context(), ana, n))
	first := play.last(t)
	require.Equal(t, "tocsin@example.com", first.from)
	require.Equal(t, []string{"ana@example.com"}, first.to)
	m, err := mail.ReadMessage(bytes.NewReader(first.raw))
	require.NoError(t, err)
	require.Equal(t, "<ana@example.com>", m.Header.Get("To"))
	require.Equal(t, "auto-generated", m.Header.Get("Auto-Submitted"))
	require.Equal(t, "[P1] Checkout is down — checkout", subject(t, m))
	require.Regexp(t, `^<[0-9a-f]{32}@example\.com>$`, m.Header.Get("Message-ID"))
	body, err := io.ReadAll(m.Body)
	require.NoError(t, err)
	for _, want := range []string{"Checkout is down", "Ana Ruiz", "https://example.com/alert", "incident-1", "2026-03-29T01:30:00Z"} {
		require.Contains(t, string(body), want)
	}

	n.Attempt, n.PossibleRepeat, n.Late = 2, true, time.Minute
	require.Equal(t, channel.Accepted, c.Send(t.Context(), ana, n).Outcome)
	again, err := mail.ReadMessage(bytes.NewReader(play.last(t).raw))
	require.NoError(t, err)
	require.Equal(t, m.Header.Get("Message-ID"), again.Header.Get("Message-ID"), "one page, one id")
	require.Contains(t, subject(t, again), "possible repeat")
}

func subject(t *testing.T, m *mail.Message) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	require.NoError(t, err)
	return s
}

func TestNoHeaderIsInjected(t *testing.T) {
	play := &server{}
	c := open(t, email.Config{SMTP: "smtp://" + start(t, play, nil)})
	for _, text := range channeltest.Hostile(t) {
		n := channeltest.Example()
		n.ID, n.Title, n.Service, n.Priority, n.Name, n.Link = text, text, text, text, text, text
		require.Equal(t, channel.Accepted, c.Send(t.Context(), ana, n).Outcome)
		last := play.last(t)
		require.Equal(t, []string{"ana@example.com"}, last.to)
		m, err := mail.ReadMessage(bytes.NewReader(last.raw))
		require.NoError(t, err, "%q", text)
		for name := range m.Header {
			require.Contains(t, []string{
				"Date", "From", "To", "Subject", "Message-Id", "Mime-Version", "Auto-Submitted", "Importance", "Priority", "X-Priority",
				"X-Msmail-Priority", "Content-Type", "Content-Transfer-Encoding",
			}, name, "%q", text)
			require.Len(t, m.Header[name], 1)
		}
	}
}

func TestAddresses(t *testing.T) {
	play := &server{}
	c := open(t, email.Config{SMTP: "smtp://" + start(t, play, nil)})
	for _, bad := range []string{"", "ana", "@", "a@b\r\nRCPT TO:<eve@example.com>", "a@x, b@y", "a@b\x00c", "<>", strings.Repeat("@", 1000)} {
		require.Equal(t, channel.Permanent, c.Send(t.Context(), channel.Address{Email: bad}, channeltest.Example()).Outcome, "%q", bad)
	}
	require.Equal(t, channel.Accepted, c.Send(t.Context(), channel.Address{Email: "Ana Ruiz <ana@example.com>"}, channeltest.Example()).Outcome)
	require.Equal(t, []string{"ana@example.com"}, play.last(t).to)
}

func TestReplies(t *testing.T) {
	reply := func(code int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 7, 1}, Message: "planted words\nof several lines"}
	}
	tests := []struct {
		name    string
		server  *server
		outcome channel.Outcome
		words   string
	}{
		{"450 to the recipient", &server{onRcpt: reply(450)}, channel.Retryable, "450"},
		{"451 to the recipient", &server{onRcpt: reply(451)}, channel.Retryable, "451"},
		{"421 to the sender", &server{onMail: reply(421)}, channel.Retryable, "421"},
		{"550 to the sender", &server{onMail: reply(550)}, channel.Permanent, "550"},
		{"550 to the recipient", &server{onRcpt: reply(550)}, channel.Permanent, "550"},
		{"451 to the mail", &server{onData: reply(451)}, channel.Retryable, "451"},
		{"554 to the mail", &server{onData: reply(554)}, channel.Permanent, "554"},
		{"cut after the mail", &server{cut: true}, channel.Unknown, "broke after"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, email.Config{SMTP: "smtp://" + start(t, tt.server, nil)})
			r := c.Send(t.Context(), ana, channeltest.Example())
			require.Equal(t, tt.outcome, r.Outcome, r.Reason)
			require.Contains(t, r.Reason, tt.words)
			require.NotContains(t, r.Reason, "planted")
		})
	}
}

func TestOwnTimeoutBoundsTheSend(t *testing.T) {
	play := &server{hang: make(chan struct{}), taken: make(chan struct{}, 1)}
	defer close(play.hang)
	c := open(t, email.Config{SMTP: "smtp://" + start(t, play, nil), Timeout: time.Second})
	begun := time.Now()
	r := c.Send(t.Context(), ana, channeltest.Example())
	require.Less(t, time.Since(begun), 5*time.Second)
	require.Equal(t, channel.Unknown, r.Outcome, r.Reason)
}

// script serves connections by hand: it writes the greeting and answers every line with the same words.
func script(t *testing.T, greeting, answer string) string {
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
			go func() {
				defer conn.Close() //nolint:errcheck // broken on purpose
				if _, err := io.WriteString(conn, greeting); err != nil || answer == "" {
					return
				}
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					if _, err := io.WriteString(conn, answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestOddServers(t *testing.T) {
	tests := []struct {
		name, greeting, answer string
		outcome                channel.Outcome
	}{
		{"421 greeting", "421 busy\r\n", "", channel.Retryable},
		{"554 greeting", "554 go away\r\n", "", channel.Permanent},
		{"no greeting", "", "", channel.Retryable},
		{"not SMTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "", channel.Retryable},
		{"endless line", "220 " + strings.Repeat("x", 1<<20), "", channel.Retryable},
		{"nonsense", "220 hi\r\n", "\x00\xff\r\n", channel.Retryable},
		{"4", "220 hi\r\n", "4\r\n", channel.Retryable},
		{"250 to everything", "220 hi\r\n", "250 yes\r\n", channel.Retryable},
		{"421 to everything", "220 hi\r\n", "421 no\r\n", channel.Retryable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, email.Config{SMTP: "smtp://" + script(t, tt.greeting, tt.answer), Timeout: 2 * time.Second})
			r := c.Send(t.Context(), ana, channeltest.Example())
			require.Equal(t, tt.outcome, r.Outcome, r.Reason)
		})
	}
}

// certificate gives a self-signed certificate for 127.0.0.1 and the roots that trust it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.TLS.Certificates[0], roots
}

func TestTLS(t *testing.T) {
	cert, roots := certificate(t)
	play := &server{}
	address := start(t, play, func(s *smtp.Server) {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	})
	trusting := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}

	c := open(t, email.Config{SMTP: "smtp://" + address, User: "tocsin", Password: password, TLS: trusting})
	require.Equal(t, channel.Result{Outcome: channel.Accepted}, c.Send(t.Context(), ana, channeltest.Example()))
	require.True(t, play.last(t).tls, "STARTTLS is used where it is offered")
	require.Equal(t, "tocsin", play.last(t).user)

	c = open(t, email.Config{SMTP: "smtp://" + address})
	r := c.Send(t.Context(), ana, channeltest.Example())
	require.Equal(t, channel.Retryable, r.Outcome, "an unknown certificate is not taken: %s", r.Reason)

	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	implicit := smtp.NewServer(play)
	implicit.Domain = "localhost"
	go implicit.Serve(l)                   //nolint:errcheck // ends with the test
	t.Cleanup(func() { implicit.Close() }) //nolint:errcheck // the test is over
	c = open(t, email.Config{SMTP: "smtps://" + l.Addr().String(), User: "tocsin", Password: password, TLS: trusting})
	require.Equal(t, channel.Result{Outcome: channel.Accepted}, c.Send(t.Context(), ana, channeltest.Example()))
}

func TestLogin(t *testing.T) {
	play := &server{}
	address := start(t, play, nil)
	c := open(t, email.Config{SMTP: "smtp://" + address, User: "tocsin", Password: "planted-wrong"})
	r := c.Send(t.Context(), ana, channeltest.Example())
	require.Equal(t, channel.Permanent, r.Outcome)
	require.Contains(t, r.Reason, "535")
	require.NotContains(t, r.Reason, "planted")

	c = open(t, email.Config{SMTP: "smtp://" + strings.Replace(address, "127.0.0.1", "127.0.0.2", 1), User: "tocsin", Password: password})
	r = c.Send(t.Context(), ana, channeltest.Example())
	require.NotEqual(t, channel.Accepted, r.Outcome, "the password goes over TLS or loopback only")
}

func TestConfig(t *testing.T) {
	for _, bad := range []string{"", "planted:25", "http://planted:25", "smtp://u:planted@h:25", "smtp://h:0", "smtp://h:99999", "smtp://h/planted", "smtp://h?planted"} {
		_, err := email.New(email.Config{SMTP: bad, From: "planted", Password: "planted"})
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "planted")
		require.ErrorContains(t, err, "smtp")
		require.ErrorContains(t, err, "from")
		require.ErrorContains(t, err, "user")
	}
	c := open(t, email.Config{SMTP: "smtp://mail.example.com"})
	require.Equal(t, "mail.example.com:587", c.Endpoint(ana))
	c = open(t, email.Config{SMTP: "smtps://mail.example.com"})
	require.Equal(t, "mail.example.com:465", c.Endpoint(ana))
}

func TestText(t *testing.T) {
	n := channeltest.Example()
	require.Equal(t, `Checkout is down

Priority: P1
Severity: critical
Service:  checkout
Team:     payments
For:      Ana Ruiz
Level:    1 (round 1)
Why:      looking on
Known:    PRB-5f0c1a2b3c4d, workaround: warm the cache
Opened:   2026-03-29T01:30:00Z
Link:     https://example.com/alert
Runbook:  https://example.com/runbook
job:      checkout
Incident: incident-1
Page:     page-1
`, email.Text(n))
	n.Level, n.Round, n.Why, n.Runbook, n.Problem, n.Workaround = 0, 4, "resolution goal breached", "", "", ""
	require.Contains(t, email.Text(n), "For:      Ana Ruiz\nWhy:      resolution goal breached\nOpened:")
	require.NotContains(t, email.Text(n), "Runbook")
}
