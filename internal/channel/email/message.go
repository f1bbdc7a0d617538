package email

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"tocsin.dev/internal/channel"
)

// maxSubject bounds the title in a subject, in characters; mail readers show less anyway.
const maxSubject = 200

// write builds the mail. Titles and names come from foreign senders; Subject and Text replace whatever
// could end a header line by a space.
func (c *Channel) write(to *mail.Address, n channel.Notification) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(c.from)
	m.ToMailAddress(&mail.Address{Address: to.Address})
	m.Subject(Subject(n))
	m.SetMessageIDWithValue(messageID(n.ID, c.from.Address))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: prevents vacation replies
	if n.Urgency == "high" {
		m.SetImportance(gomail.ImportanceHigh)
	}
	if n.SentAt.IsZero() {
		m.SetDate()
	} else {
		m.SetDateWithValue(n.SentAt)
	}
	m.SetBodyString(gomail.TypeTextPlain, Text(n))
	return m, nil
}

// messageID is the same for every attempt of one page at one address.
func messageID(id, from string) string {
	sum := sha256.Sum256([]byte(id))
	_, domain, _ := strings.Cut(from, "@")
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

// Subject is "[P1] title — service" on one line.
func Subject(n channel.Notification) string {
	title := []rune(line(n.Title))
	if len(title) > maxSubject {
		title = append(title[:maxSubject-1], '…')
	}
	s := fmt.Sprintf("[%s] %s — %s", line(n.Priority), string(title), line(n.Service))
	if n.PossibleRepeat {
		s += " (possible repeat)"
	}
	return s
}

// Text is the body: what a person needs at three in the morning, most important first.
func Text(n channel.Notification) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", line(n.Title))
	row := func(name, value string) {
		if value = line(value); value != "" {
			fmt.Fprintf(&b, "%-10s%s\n", name+":", value)
		}
	}
	row("Priority", n.Priority)
	row("Severity", n.Severity)
	row("Service", n.Service)
	row("Team", n.Team)
	row("For", n.Name)
	if n.Level > 0 {
		row("Level", fmt.Sprintf("%d (round %d)", n.Level, n.Round))
	}
	row("Why", n.Why)
	if n.Workaround != "" {
		row("Known", n.Problem+", workaround: "+n.Workaround)
	}
	if !n.OpenedAt.IsZero() {
		row("Opened", n.OpenedAt.UTC().Format(time.RFC3339))
	}
	row("Link", n.Link)
	row("Runbook", n.Runbook)
	labels := n.Labels.Map()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		row(line(name), labels[name])
	}
	row("Incident", n.Incident)
	row("Page", n.Page)
	if n.Late > 0 {
		fmt.Fprintf(&b, "\nThis page is late by %s.\n", n.Late.Round(time.Second))
	}
	if n.PossibleRepeat {
		b.WriteString("\nYou may have received this page before: the answer to an earlier attempt was lost.\n")
	}
	return b.String()
}

// line makes foreign text safe for one line: valid UTF-8 without control or direction characters.
func line(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}
