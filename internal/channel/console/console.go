// Package console writes pages to a terminal or a log, one readable line each.
//
// In: a notification. Out: a line on the configured writer. Titles come from foreign senders, so control
// characters, escape sequences and characters that change the text direction are made visible: no title
// can control the terminal or start a line. It never reads anything.
package console

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin.dev/internal/channel"
)

// Channel is the console channel, created by [New]. It is safe for concurrent use.
type Channel struct {
	mu sync.Mutex
	w  io.Writer
}

var _ channel.Channel = (*Channel)(nil)

// New returns a console channel. Lines of concurrent sends never mix.
func New(w io.Writer) *Channel { return &Channel{w: w} }

// Name is "console".
func (*Channel) Name() string { return "console" }

// Endpoint is "console": there is one.
func (*Channel) Endpoint(channel.Address) string { return "console" }

// Send writes the line. A failed write is retryable: a full disk or a closed pipe may come back.
func (c *Channel) Send(ctx context.Context, to channel.Address, n channel.Notification) channel.Result {
	if !to.Console {
		return channel.Result{Outcome: channel.Permanent, Reason: "the contact method is not the console"}
	}
	if ctx.Err() != nil {
		return channel.Result{Outcome: channel.Retryable, Reason: "cancelled before it was written"}
	}
	line := Line(n) + "\n"
	c.mu.Lock()
	defer c.mu.Unlock()
	written, err := io.WriteString(c.w, line)
	switch {
	case err == nil && written == len(line):
		return channel.Result{Outcome: channel.Accepted}
	case written == 0:
		return channel.Result{Outcome: channel.Retryable, Reason: "writing to the console failed"}
	default:
		return channel.Result{Outcome: channel.Unknown, Reason: "only part of the line was written to the console"}
	}
}

// Line formats the page as one line of printable text without a line end.
func Line(n channel.Notification) string {
	var b strings.Builder
	if !n.SentAt.IsZero() {
		b.WriteString(n.SentAt.UTC().Format(time.RFC3339) + " ")
	}
	fmt.Fprintf(&b, "PAGE %s → %s: %s", visible(n.Priority), visible(n.Name), visible(n.Title))
	fmt.Fprintf(&b, " (service %s", visible(n.Service))
	if n.Level > 0 {
		fmt.Fprintf(&b, ", level %d, round %d", n.Level, n.Round)
	}
	if n.Why != "" {
		b.WriteString(", " + visible(n.Why))
	}
	fmt.Fprintf(&b, ", incident %s", visible(n.Incident))
	if n.Attempt > 1 {
		fmt.Fprintf(&b, ", attempt %d", n.Attempt)
	}
	if n.Late > 0 {
		fmt.Fprintf(&b, ", late by %s", n.Late.Round(time.Second))
	}
	if n.PossibleRepeat {
		b.WriteString(", possible repeat")
	}
	b.WriteString(")")
	if n.Link != "" {
		b.WriteString(" " + visible(n.Link))
	}
	if n.Runbook != "" {
		b.WriteString(" runbook: " + visible(n.Runbook))
	}
	if n.Workaround != "" {
		b.WriteString(" known error " + visible(n.Problem) + ", workaround: " + visible(n.Workaround))
	}
	return b.String()
}

// visible escapes characters that a terminal would interpret, or a reader could not see, as \u{…}.
func visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, `\u{%x}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether a character is invisible: controls, line ends, format characters, surrogates,
// unassigned and private ones, but not the space.
func hidden(r rune) bool { return r != ' ' && !unicode.IsPrint(r) }
