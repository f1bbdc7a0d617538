package cloudevents

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin.dev/internal/source"
	"tocsin.dev/pkg/events"
)

// FromNATS reads one message of a NATS publisher. It takes the form of the protocol binding (ce-*
// headers, percent-encoded, ce-datacontenttype among them), that of the Go SDK (structured JSON
// without a content type, or plain ce-* headers), and a JSON batch, which the binding does not know but
// storms need. Header names are compared without regard to case. at is when the message was stored.
// It does no I/O.
func FromNATS(h events.Header, body []byte, at time.Time) ([]source.Signal, []source.Fault) {
	m := message{origin: "nats", body: body, at: at, lax: true}
	m.binary, m.contentType = h.Attributes()
	return m.read()
}

// printable reports whether a header that is not percent-encoded may be used unchanged.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
