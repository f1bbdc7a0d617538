package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// SpecVersion is the CloudEvents version of everything Tocsin writes.
const SpecVersion = "1.0"

// TypePrefix starts the type of every event that only Tocsin may write.
const TypePrefix = "dev.tocsin."

// ErrUnknownType is returned by [Decode] for a type that this build does not know.
var ErrUnknownType = errors.New("unknown event type")

// Data is the content of an event: one of the structs of this package.
type Data interface {
	// Name is the noun and the past tense, such as "incident.triggered".
	Name() string
}

// Envelope has the CloudEvents context attributes and Tocsin's extensions.
// Type comes first, so a reader can tell lines apart by their first bytes.
type Envelope struct {
	Type        string    `json:"type"`        // dev.tocsin.<noun>.<past tense>.v1
	SpecVersion string    `json:"specversion"` // always "1.0"
	ID          string    `json:"id"`          // UUIDv5, derived from the fact's origin
	Source      string    `json:"source"`      // the part of Tocsin that wrote it, such as "tocsin/engine"
	Time        time.Time `json:"time"`        // when it was decided, UTC

	// Subject is the incident's id; empty if the event concerns no incident.
	Subject string `json:"subject,omitempty"`
	// DataContentType is "application/json", or empty, which means the same.
	DataContentType string `json:"datacontenttype,omitempty"`

	Service string `json:"service,omitempty"` // extension: the service concerned
	Team    string `json:"team,omitempty"`    // extension: the team that owns the incident
	// IncidentSeq counts the facts of one incident from 1 without a gap (extension; 0 = none).
	IncidentSeq uint64 `json:"incidentseq,omitempty"`
	// CausationID is the id of the input that led to this fact; empty if a deadline led to it.
	CausationID string `json:"causationid,omitempty"`
	// Actor is who did it: "person:ana", "alert", "policy", "clock" (extension).
	Actor string `json:"actor,omitempty"`
	// Reason says why in one sentence a person can read (extension).
	Reason string `json:"reason,omitempty"`
}

// Event is one fact: its envelope and its data.
type Event struct {
	Envelope
	Data Data
}

// rawWire is the JSON form of an event on the way in.
type rawWire struct {
	Envelope
	Data json.RawMessage `json:"data"`
}

// New returns an event of the right type for data. The caller fills in ID, source and time.
func New(data Data) Event {
	return Event{Envelope: Envelope{Type: TypeOf(data), SpecVersion: SpecVersion}, Data: data}
}

// TypeOf returns the CloudEvents type of data: dev.tocsin.<name>.v1.
func TypeOf(data Data) string {
	name := data.Name()
	if t, known := typeNames[name]; known {
		return t
	}
	return typeOf(name)
}

func typeOf(name string) string { return TypePrefix + name + ".v1" }

// NameOf returns the noun and past tense of a Tocsin type, and the type itself for a foreign one.
func NameOf(eventType string) string {
	name, ok := trimAround(eventType, TypePrefix, ".v1")
	if !ok {
		return eventType
	}
	return name
}

func trimAround(s, prefix, suffix string) (string, bool) {
	if len(s) <= len(prefix)+len(suffix) || s[:len(prefix)] != prefix || s[len(s)-len(suffix):] != suffix {
		return s, false
	}
	return s[len(prefix) : len(s)-len(suffix)], true
}

// MarshalJSON writes the structured JSON form of CloudEvents.
func (e Event) MarshalJSON() ([]byte, error) { return e.Encode() }

// UnmarshalJSON reads the structured JSON form. It fails with [ErrUnknownType] for foreign types.
func (e *Event) UnmarshalJSON(b []byte) error {
	got, err := Decode(b)
	if err != nil {
		return err
	}
	*e = got
	return nil
}

// Encode returns the event as one line of JSON without a line end.
func (e Event) Encode() ([]byte, error) {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.Type, err)
	}
	line := e.appendTo(make([]byte, 0, 512+len(data)))
	line = append(line, `,"data":`...)
	line = append(line, data...)
	return append(line, '}'), nil
}

// Decode reads one event of Tocsin, including its data.
func Decode(line []byte) (Event, error) {
	if env, raw, ok := splitOwn(line); ok {
		if data, err := DecodeData(env.Type, raw); err == nil {
			return Event{Envelope: env, Data: data}, nil
		}
	}
	var w rawWire // not in canonical order, or broken
	if err := json.Unmarshal(line, &w); err != nil {
		return Event{}, fmt.Errorf("decode event: %w", err)
	}
	data, err := DecodeData(w.Type, w.Data)
	if err != nil {
		return Event{}, err
	}
	return Event{Envelope: w.Envelope, Data: data}, nil
}

// Split reads the envelope of a line that Tocsin wrote and returns the raw data. For events that
// others wrote use [Decode].
func Split(line []byte) (Envelope, json.RawMessage, error) {
	if env, data, ok := splitOwn(line); ok {
		return env, data, nil
	}
	var w rawWire
	if err := json.Unmarshal(line, &w); err != nil {
		return Envelope{}, nil, fmt.Errorf("decode event: %w", err)
	}
	return w.Envelope, w.Data, nil
}

// DecodeData reads the data of an event of the given type.
func DecodeData(eventType string, raw []byte) (Data, error) {
	make, ok := registry[NameOf(eventType)]
	if !ok {
		return nil, fmt.Errorf("%w %q", ErrUnknownType, eventType)
	}
	data, err := make(raw)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", eventType, err)
	}
	return data, nil
}

// EncodeBatch writes events as a CloudEvents JSON batch with one event on each line, so that
// [Lines] can split it without parsing.
func EncodeBatch(all []Event) ([]byte, error) {
	lines := make([][]byte, len(all))
	for i, e := range all {
		line, err := e.Encode()
		if err != nil {
			return nil, err
		}
		lines[i] = line
	}
	return JoinLines(lines), nil
}

// JoinLines makes a batch of encoded events, one per line.
func JoinLines(lines [][]byte) []byte {
	size := 4
	for _, l := range lines {
		size += len(l) + 2
	}
	out := append(make([]byte, 0, size), '[', '\n')
	for i, l := range lines {
		if i > 0 {
			out = append(out, ',', '\n')
		}
		out = append(out, l...)
	}
	return append(out, '\n', ']')
}

// Lines splits a batch written by [EncodeBatch] into encoded events. It trusts the line form, so
// use it on Tocsin's own records only; [DecodeBatch] reads any batch.
func Lines(batch []byte) [][]byte {
	batch = bytes.TrimPrefix(batch, []byte("[\n"))
	batch = bytes.TrimSuffix(batch, []byte("\n]"))
	if len(batch) == 0 {
		return nil
	}
	lines := make([][]byte, 0, bytes.Count(batch, newline)+1)
	for {
		end := bytes.IndexByte(batch, '\n')
		if end < 0 {
			return append(lines, batch)
		}
		lines = append(lines, bytes.TrimSuffix(batch[:end], comma))
		batch = batch[end+1:]
	}
}

var (
	newline = []byte{'\n'}
	comma   = []byte{','}
)

// TypeAt returns the type of a line that Tocsin wrote without parsing it; empty for any other line.
func TypeAt(line []byte) string {
	const head = `{"type":"`
	if !bytes.HasPrefix(line, []byte(head)) {
		return ""
	}
	rest := line[len(head):]
	end := bytes.IndexByte(rest, '"')
	if end < 0 {
		return ""
	}
	return string(rest[:end])
}

// DecodeBatch reads any JSON batch of Tocsin's events.
func DecodeBatch(batch []byte) ([]Event, error) {
	var all []Event
	if err := json.Unmarshal(batch, &all); err != nil {
		return nil, fmt.Errorf("decode batch: %w", err)
	}
	return all, nil
}
