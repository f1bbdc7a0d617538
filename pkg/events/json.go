package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cloudevents/sdk-go/v2/event"
)

// FromJSON reads one event in the JSON format of CloudEvents.
func FromJSON(body []byte) (event.Event, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return event.Event{}, fmt.Errorf("%w: %w", ErrNotCloudEvent, err)
	}
	return FromMembers(all)
}

// FromMembers reads an event from the members of its JSON object by name, each of them valid JSON.
// The SDK decodes it. Where the SDK departs from the specification or would panic, the members are
// corrected first; docs/adr/0039 lists the departures.
func FromMembers(all map[string]json.RawMessage) (event.Event, error) {
	m, err := fold(all)
	if err != nil {
		return event.Event{}, fmt.Errorf("%w: %w", ErrNotCloudEvent, err)
	}
	if m["specversion"] == nil && strings.HasPrefix(text(m["type"]), TypePrefix) {
		m["specversion"] = quote(SpecVersion) // publishers of commands have always been free to leave it out
	}
	source := text(m["source"])
	delete(m, "source") // the SDK might escape it again or refuse it
	data, err := m.mendData()
	if err != nil {
		return event.Event{}, fmt.Errorf("%w: %w", ErrNotCloudEvent, err)
	}
	var e event.Event
	if err := e.UnmarshalJSON(m.encode()); err != nil {
		return event.Event{}, fmt.Errorf("%w: %w", ErrNotCloudEvent, err)
	}
	switch c := e.Context.(type) {
	case *event.EventContextV1:
		c.Source = uriRef(source)
	case *event.EventContextV03:
		c.Source = uriRef(source)
	}
	if data != nil {
		e.DataEncoded = data
	}
	return e, nil
}

// FromJSONBatch reads a JSON batch. It fails if any event cannot be read.
func FromJSONBatch(body []byte) ([]event.Event, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil {
		return nil, fmt.Errorf("%w batch: %w", ErrNotCloudEvent, err)
	}
	all := make([]event.Event, len(items))
	for i, item := range items {
		e, err := FromJSON(item)
		if err != nil {
			return nil, fmt.Errorf("event %d: %w", i, err)
		}
		all[i] = e
	}
	return all, nil
}

// members are the JSON members of an event by lower-case name.
type members map[string]json.RawMessage

// textAttributes are the attributes that the SDK reads as strings only.
var textAttributes = []string{"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "schemaurl"}

// fold lowers names. It drops nulls, which mean that a member is absent, and members that cannot be
// attributes: the SDK stops reading at an empty name and fails on an object.
func fold(all map[string]json.RawMessage) (members, error) {
	m := make(members, len(all))
	for name, raw := range all {
		lower := strings.ToLower(name)
		switch {
		case string(raw) == "null":
			continue
		case name == "data", name == "data_base64":
		case !event.IsExtensionNameValid(name), raw[0] == '{', raw[0] == '[':
			continue
		case !isText(raw) && (slices.Contains(textAttributes, lower) || !isInteger(raw)):
			raw = quote(string(raw))
		}
		if _, twice := m[lower]; twice {
			return nil, fmt.Errorf("%s is given twice", lower)
		}
		m[lower] = raw
	}
	return m, nil
}

// isInteger reports whether a number or boolean is a valid attribute; the SDK truncates other numbers.
func isInteger(raw json.RawMessage) bool {
	_, err := strconv.ParseInt(string(raw), 10, 32)
	return err == nil || raw[0] == 't' || raw[0] == 'f'
}

// mendData prepares data for the SDK, or removes and returns it if the SDK cannot read it.
func (m members) mendData() ([]byte, error) {
	old := text(m["specversion"]) == event.CloudEventsVersionV03
	if old && isText(m["data"]) && strings.EqualFold(text(m["datacontentencoding"]), event.Base64) {
		m["data_base64"] = m["data"]
		delete(m, "data")
	}
	if old {
		delete(m, "datacontentencoding") // the SDK panics at an empty one, and refuses others
	}
	encoded := m["data_base64"]
	switch {
	case encoded == nil:
		return m.takeData(), nil
	case m["data"] != nil:
		return nil, errors.New("data and data_base64 exclude each other")
	case !isText(encoded):
		return nil, errors.New("data_base64 is not a string") // the SDK would panic
	}
	encoded = quote(noLines.Replace(text(encoded))) // the SDK does not accept escapes and line ends everywhere
	if old {
		delete(m, "data_base64") // which version 0.3 does not have
		m["data"], m["datacontentencoding"] = encoded, quote(event.Base64)
		return nil, nil
	}
	m["data_base64"] = encoded
	return nil, nil
}

var noLines = strings.NewReplacer("\r", "", "\n", "")

// takeData removes and returns JSON data whose content type the SDK does not recognise: it knows four
// types, the specification means every "+json". Data that is not a string is JSON whatever its
// content type says.
func (m members) takeData() []byte {
	data, contentType := m["data"], text(m["datacontenttype"])
	declared, _, _ := strings.Cut(contentType, ";")
	switch {
	case data == nil, contentType == "", declared == event.ApplicationJSON && IsJSON(contentType):
		return nil // the SDK reads it well
	case !IsJSON(contentType):
		if _, _, err := mime.ParseMediaType(contentType); err == nil && isText(data) {
			m["data"] = quote(text(data))
			return nil
		}
		delete(m, "datacontenttype")
	}
	delete(m, "data")
	return data
}

// IsJSON reports whether a content type declares JSON; an empty one does.
func IsJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, _ := mime.ParseMediaType(contentType)
	return strings.HasSuffix(media, "/json") || strings.HasSuffix(media, "+json")
}

// encode writes the object; members that the SDK must see first come first.
func (m members) encode() []byte {
	first := []string{"specversion", "datacontenttype", "datacontentencoding"}
	out := append(make([]byte, 0, 512), '{')
	write := func(name string) {
		if raw := m[name]; raw != nil {
			out = append(append(appendJSON(out, name), ':'), raw...)
			out = append(out, ',')
		}
	}
	for _, name := range first {
		write(name)
		delete(m, name)
	}
	for name := range m {
		write(name)
	}
	return append(bytes.TrimSuffix(out, comma), '}')
}

func isText(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }

// text returns the content of a JSON string; empty for anything else.
func text(raw json.RawMessage) (s string) {
	if s, rest, ok := plainString(raw); ok && len(rest) == 0 && utf8.Valid(s) {
		return string(s)
	}
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func quote(s string) json.RawMessage { return appendJSON(nil, s) }
