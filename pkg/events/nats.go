package events

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Content types of the CloudEvents formats.
const (
	ContentStructured = "application/cloudevents+json"
	ContentBatch      = "application/cloudevents-batch+json"
	ContentJSON       = "application/json"
)

// Header is a set of NATS headers: names are case-sensitive.
type Header map[string][]string

// Get gives the first value under exactly that name.
func (h Header) Get(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Set replaces the values under that name.
func (h Header) Set(name, value string) { h[name] = []string{value} }

// BinaryHeader writes the envelope as ce-* headers, the binary mode of the CloudEvents NATS
// protocol binding (1.0.3 draft): values are percent-encoded, datacontenttype is ce-datacontenttype.
func BinaryHeader(e Envelope) Header {
	h := make(Header, 16)
	set := func(name, value string) {
		if value != "" {
			h.Set("ce-"+name, EncodeHeader(value))
		}
	}
	set("specversion", e.SpecVersion)
	set("type", e.Type)
	set("id", e.ID)
	set("source", e.Source)
	set("time", e.Time.UTC().Format(time.RFC3339Nano))
	set("subject", e.Subject)
	set("datacontenttype", ContentJSON)
	set("service", e.Service)
	set("team", e.Team)
	if e.IncidentSeq > 0 {
		set("incidentseq", strconv.FormatUint(e.IncidentSeq, 10))
	}
	set("causationid", e.CausationID)
	set("actor", e.Actor)
	set("reason", e.Reason)
	return h
}

// FromBinary reads what [BinaryHeader] wrote, with data as the message's body.
func FromBinary(h Header, data []byte) (Event, error) {
	e := Envelope{DataContentType: ContentJSON}
	fields := map[string]*string{
		"specversion": &e.SpecVersion, "type": &e.Type, "id": &e.ID, "source": &e.Source, "subject": &e.Subject,
		"service": &e.Service, "team": &e.Team, "causationid": &e.CausationID, "actor": &e.Actor, "reason": &e.Reason,
	}
	for name, field := range fields {
		value, err := DecodeHeader(h.Get("ce-" + name))
		if err != nil {
			return Event{}, fmt.Errorf("header ce-%s: %w", name, err)
		}
		*field = value
	}
	at, err := time.Parse(time.RFC3339Nano, h.Get("ce-time"))
	if err != nil {
		return Event{}, fmt.Errorf("header ce-time: %w", err)
	}
	e.Time = at
	if seq := h.Get("ce-incidentseq"); seq != "" {
		if e.IncidentSeq, err = strconv.ParseUint(seq, 10, 64); err != nil {
			return Event{}, fmt.Errorf("header ce-incidentseq: %w", err)
		}
	}
	d, err := DecodeData(e.Type, data)
	if err != nil {
		return Event{}, err
	}
	return Event{Envelope: e, Data: d}, nil
}

const hexDigits = "0123456789ABCDEF"

// EncodeHeader percent-encodes a header value as the HTTP and NATS bindings ask: space, double
// quote, percent, and everything outside printable ASCII.
func EncodeHeader(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if mustEncode(s[i]) {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if c := s[i]; mustEncode(c) {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func mustEncode(c byte) bool { return c <= ' ' || c == '"' || c == '%' || c > '~' }

var errHeader = errors.New("not a percent-encoded UTF-8 value")

// DecodeHeader undoes [EncodeHeader]; it also takes a quoted string and lower-case hex, and
// refuses a broken escape and what is not UTF-8.
func DecodeHeader(s string) (string, error) {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		s = unquote(s[1 : len(s)-1])
	}
	if strings.IndexByte(s, '%') >= 0 {
		out := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			if s[i] != '%' {
				out = append(out, s[i])
				continue
			}
			if i+2 >= len(s) {
				return "", errHeader
			}
			v, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", errHeader
			}
			out = append(out, byte(v))
			i += 2
		}
		s = string(out)
	}
	if !utf8.ValidString(s) {
		return "", errHeader
	}
	return s, nil
}

func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
