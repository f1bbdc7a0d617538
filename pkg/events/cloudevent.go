package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/types"
)

// ErrNotCloudEvent says that bytes or headers are not a CloudEvent of version 1.0 or 0.3.
var ErrNotCloudEvent = errors.New("not a CloudEvent")

// Fact returns what an event of Tocsin says, such as [EscalationAdvanced]. It fails with
// [ErrUnknownType] for an event of another type.
func Fact(e event.Event) (Data, error) { return DecodeData(e.Type(), e.Data()) }

// Extension returns an extension attribute as text; empty where the event does not have it.
func Extension(e event.Event, name string) string {
	text, _ := types.Format(e.Extensions()[name])
	return text
}

// CloudEvent returns the event in the type of the CloudEvents SDK.
func (e Event) CloudEvent() (event.Event, error) {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return event.Event{}, fmt.Errorf("encode %s: %w", e.Type, err)
	}
	attributes := map[string]string{
		"specversion": e.SpecVersion, "type": e.Type, "id": e.ID, "source": e.Source, "subject": e.Subject,
		"datacontenttype": e.DataContentType, "service": e.Service, "team": e.Team,
		"causationid": e.CausationID, "actor": e.Actor, "reason": e.Reason,
	}
	maps.DeleteFunc(attributes, func(_, value string) bool { return value == "" })
	out, err := FromAttributes(attributes, data)
	if err != nil {
		return event.Event{}, err
	}
	out.SetTime(e.Time)
	if e.IncidentSeq > 0 {
		err = out.Context.SetExtension("incidentseq", e.IncidentSeq)
	}
	return out, err
}

// FromCloudEvent reads an event of Tocsin. It fails with [ErrUnknownType] for an event of another type.
func FromCloudEvent(in event.Event) (Event, error) {
	data, err := Fact(in)
	if err != nil {
		return Event{}, err
	}
	e := Event{Data: data, Envelope: Envelope{
		Type: in.Type(), SpecVersion: in.SpecVersion(), ID: in.ID(), Source: in.Source(), Time: in.Time(),
		Subject: in.Subject(), DataContentType: in.DataContentType(),
		Service: Extension(in, "service"), Team: Extension(in, "team"), CausationID: Extension(in, "causationid"),
		Actor: Extension(in, "actor"), Reason: Extension(in, "reason"),
	}}
	if seq := Extension(in, "incidentseq"); seq != "" {
		if e.IncidentSeq, err = strconv.ParseUint(seq, 10, 64); err != nil {
			return Event{}, fmt.Errorf("incidentseq: %w", err)
		}
	}
	return e, nil
}

// FromAttributes builds an event from attributes, keyed by their lower-case names, and raw data: the
// binary mode of a protocol. Values are kept unchanged; the setters of the SDK would trim them.
func FromAttributes(attributes map[string]string, data []byte) (event.Event, error) {
	version := attributes["specversion"]
	if version != event.CloudEventsVersionV1 && version != event.CloudEventsVersionV03 {
		return event.Event{}, fmt.Errorf("%w: specversion must be 1.0 or 0.3, is %q", ErrNotCloudEvent, version)
	}
	c := &event.EventContextV1{ID: attributes["id"], Type: attributes["type"], Source: uriRef(attributes["source"])}
	for name, value := range attributes {
		var err error
		switch name {
		case "specversion", "id", "type", "source":
		case "subject":
			c.Subject = &value
		case "datacontenttype":
			c.DataContentType = &value
		case "time":
			c.Time, err = types.ParseTimestamp(value)
		case "dataschema":
			c.DataSchema = types.ParseURI(value)
		default:
			err = c.SetExtension(name, value)
		}
		if err != nil {
			return event.Event{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	e := event.Event{Context: c, DataEncoded: data}
	if version == event.CloudEventsVersionV03 {
		e.Context = c.AsV03()
	}
	return e, nil
}

// uriRef keeps the text of a source, which the SDK might escape again or refuse.
func uriRef(text string) types.URIRef {
	if ref := types.ParseURIRef(text); ref != nil && ref.String() == text {
		return *ref
	}
	var ref types.URIRef
	ref.Opaque = text
	return ref
}
