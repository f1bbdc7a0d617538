package events

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cloudevents/sdk-go/v2/event"
)

// Content types of the CloudEvents formats.
const (
	ContentStructured = "application/cloudevents+json"
	ContentBatch      = "application/cloudevents-batch+json"
	ContentJSON       = "application/json"
)

// Header is a set of NATS headers: names are case-sensitive.
type Header map[string][]string

// Get returns the first value under exactly that name.
func (h Header) Get(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Set replaces the values under that name.
func (h Header) Set(name, value string) { h[name] = []string{value} }

func (h Header) setAttribute(name, value string) {
	if value != "" {
		h.Set("ce-"+name, EncodeHeader(value))
	}
}

// BinaryHeader writes the envelope as ce-* headers, the binary mode of the CloudEvents NATS
// protocol binding (1.0.3 draft): values are percent-encoded, datacontenttype is ce-datacontenttype.
func BinaryHeader(e Envelope) Header {
	h := make(Header, 16)
	set := h.setAttribute
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

// DecodeNATS reads an event of Tocsin from a message, such as one of EVENTS. It fails with
// [ErrUnknownType] for an event of another type, and for the same reasons as [FromNATS].
func DecodeNATS(h Header, body []byte) (Event, error) {
	e, err := FromNATS(h, body)
	if err != nil {
		return Event{}, err
	}
	return FromCloudEvent(e)
}

// FromNATS reads any CloudEvent from a message: in binary mode if the message has the header
// ce-specversion (optional for types of Tocsin), otherwise in the JSON format. For batches see [FromJSONBatch].
func FromNATS(h Header, body []byte) (event.Event, error) {
	attributes, _ := h.Attributes()
	if attributes == nil {
		return FromJSON(body)
	}
	for name, value := range attributes {
		decoded, err := DecodeHeader(value)
		if err != nil {
			return event.Event{}, fmt.Errorf("%w: header ce-%s: %w", ErrNotCloudEvent, name, err)
		}
		attributes[name] = decoded
	}
	return FromAttributes(attributes, body)
}

// ToNATS writes an event in binary mode, as headers and body of a message.
func ToNATS(e event.Event) (Header, []byte) {
	h := make(Header, 16)
	for name, value := range map[string]string{
		"specversion": e.SpecVersion(), "type": e.Type(), "id": e.ID(), "source": e.Source(), "subject": e.Subject(),
		"dataschema": e.DataSchema(), "datacontenttype": e.DataContentType(),
	} {
		h.setAttribute(name, value)
	}
	if at := e.Time(); !at.IsZero() {
		h.setAttribute("time", at.UTC().Format(time.RFC3339Nano))
	}
	for name := range e.Extensions() {
		h.setAttribute(name, Extension(e, name))
	}
	return h, e.Data()
}

// Attributes returns the attributes of binary mode by their lower-case names, still percent-encoded, or nil
// for a message in another mode; and the content type of the message. Header names are compared
// without regard to case.
func (h Header) Attributes() (encoded map[string]string, contentType string) {
	encoded = make(map[string]string, len(h))
	ofData := "" // the SDK writes datacontenttype without the prefix
	for name, values := range h {
		if len(values) == 0 {
			continue
		}
		switch lower := strings.ToLower(name); {
		case strings.HasPrefix(lower, "ce-"):
			encoded[lower[len("ce-"):]] = values[0]
		case lower == "content-type":
			contentType = values[0]
		case lower == "datacontenttype":
			ofData = values[0]
		}
	}
	switch {
	case encoded["specversion"] != "":
	case strings.HasPrefix(encoded["type"], TypePrefix):
		encoded["specversion"] = SpecVersion
	default:
		return nil, contentType
	}
	if of := cmp.Or(ofData, contentType); of != "" && encoded["datacontenttype"] == "" {
		encoded["datacontenttype"] = EncodeHeader(of)
	}
	return encoded, contentType
}

const hexDigits = "0123456789ABCDEF"

// EncodeHeader percent-encodes a header value as the HTTP and NATS bindings require: space, double
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

// DecodeHeader undoes [EncodeHeader]; it also accepts quoted strings and lower-case hex, and
// fails on a broken escape or invalid UTF-8.
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
