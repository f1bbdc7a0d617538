package console_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/channel/channeltest"
	"tocsin.dev/internal/channel/console"
)

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestSuite(t *testing.T) {
	channeltest.Run(t, func(_ *testing.T, other channeltest.Behaviour) channeltest.Setup {
		s := channeltest.Setup{To: channel.Address{Console: true}, Secrets: []string{"planted"}}
		switch other {
		case channeltest.Accepts:
			s.Channel = console.New(io.Discard)
		case channeltest.Refuses:
			s.Channel = console.New(writer(func([]byte) (int, error) { return 0, errors.New("planted") }))
		case channeltest.Breaks:
			s.Channel = console.New(writer(func([]byte) (int, error) { return 3, errors.New("planted") }))
		}
		return s
	})
}

func TestLine(t *testing.T) {
	n := channeltest.Example()
	require.Equal(t, "2026-03-29T01:30:01Z PAGE P1 → Ana Ruiz: Checkout is down (service checkout, level 1, round 1, looking on, incident incident-1) https://example.com/alert runbook: https://example.com/runbook known error PRB-5f0c1a2b3c4d, workaround: warm the cache", console.Line(n))
	n.Attempt, n.PossibleRepeat, n.Late, n.Link, n.Runbook, n.Workaround, n.Why, n.SentAt = 3, true, 90*time.Second, "", "", "", "", time.Time{}
	require.Equal(t, "PAGE P1 → Ana Ruiz: Checkout is down (service checkout, level 1, round 1, incident incident-1, attempt 3, late by 1m30s, possible repeat)", console.Line(n))
	n.Level, n.Round, n.Why = 0, 4, "resolution goal breached"
	require.Equal(t, "PAGE P1 → Ana Ruiz: Checkout is down (service checkout, resolution goal breached, incident incident-1, attempt 3, late by 1m30s, possible repeat)", console.Line(n))
	n.Title = "a\nb\x1b[31m\u202ec\xff"
	require.Contains(t, console.Line(n), `a\u{a}b\u{1b}[31m\u{202e}c`)
}

func TestNoTitleDrivesTheTerminal(t *testing.T) {
	var out bytes.Buffer
	c := console.New(&out)
	for _, text := range channeltest.Hostile(t) {
		out.Reset()
		n := channeltest.Example()
		n.Title, n.Name, n.Service, n.Incident, n.Link, n.Priority, n.Why, n.Runbook, n.Problem, n.Workaround = text, text, text, text, text, text, text, text, text, text
		require.Equal(t, channel.Accepted, c.Send(t.Context(), channel.Address{Console: true}, n).Outcome)
		line, ok := strings.CutSuffix(out.String(), "\n")
		require.True(t, ok)
		require.Equal(t, -1, strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }), "%q", line)
	}
}
