package cloudevents

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/cloudevents/sdk-go/v2/event"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/strictjson"
	"tocsin.dev/pkg/events"
)

// Limits of context attributes, in bytes.
const (
	maxAttributes = 64
	maxAttribute  = 2 << 10
)

// located is an event with its place in the body, for faults.
type located struct {
	event.Event
	place string
}

// attributes collects context attributes, from a JSON object or from headers, and checks them before
// the SDK reads the event: its errors name no place.
type attributes struct {
	place  string
	values map[string]string
}

func newAttributes(place string) *attributes {
	return &attributes{place: place, values: make(map[string]string, 8)}
}

// add takes one attribute. Upper case in names is against the specification, yet some
// publishers send it: it is folded, as long as no name comes twice.
func (a *attributes) add(name, value string) *source.Fault {
	lower := strings.ToLower(name)
	place := join(a.place, source.Cut(name, source.MaxName))
	switch _, twice := a.values[lower]; {
	case !validName(lower):
		return faultf(place, "the name of an attribute must be letters and digits")
	case twice:
		return faultf(place, "the name is given twice")
	case len(value) > maxAttribute:
		return faultf(place, "has more than %d bytes", maxAttribute)
	case len(a.values) >= maxAttributes:
		return faultf(a.place, "more than %d attributes", maxAttributes)
	}
	a.values[lower] = value
	return nil
}

func validName(name string) bool {
	return name != "" && len(name) <= source.MaxName && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// check finds what is wrong with the attributes that every event must have.
func (a *attributes) check() *source.Fault {
	switch a.values["specversion"] {
	case event.CloudEventsVersionV1, event.CloudEventsVersionV03:
	case "":
		return faultf(a.place, "not a CloudEvent: specversion is missing")
	default:
		return faultf(join(a.place, "specversion"), "must be 1.0 or 0.3")
	}
	for _, name := range []string{"id", "source", "type"} {
		if a.values[name] == "" {
			return faultf(join(a.place, name), "is required")
		}
	}
	if _, ok := source.Time(a.values["time"]); !ok {
		return faultf(join(a.place, "time"), "must be a time such as 2026-03-29T01:30:00Z")
	}
	return nil
}

// binary reads an event whose attributes are collected from headers.
func (a *attributes) binary(body []byte) (located, *source.Fault) {
	if fault := a.check(); fault != nil {
		return located{}, fault
	}
	e, err := events.FromAttributes(a.values, body)
	return a.located(e, err)
}

func (a *attributes) located(e event.Event, err error) (located, *source.Fault) {
	if err != nil {
		return located{}, faultf(a.place, "%v", err)
	}
	return located{e, a.place}, nil
}

// structured reads an event in the JSON format.
func structured(v strictjson.Value, place string) (located, *source.Fault) {
	if v.Kind() != strictjson.Object {
		return located{}, faultf(place, "must be an object, is %s", v.Kind())
	}
	a := newAttributes(place)
	members := make(map[string]json.RawMessage, 16)
	for name, member := range v.Members() {
		members[name] = member.Raw()
		if name == "data" || name == "data_base64" {
			continue
		}
		value, given, fault := attribute(member, join(place, source.Cut(name, source.MaxName)))
		if fault == nil && given {
			fault = a.add(name, value)
		}
		if fault != nil {
			return located{}, fault
		}
	}
	if fault := a.check(); fault != nil {
		return located{}, fault
	}
	if fault := a.checkData(v); fault != nil {
		return located{}, fault
	}
	e, err := events.FromMembers(members)
	return a.located(e, err)
}

// checkData finds what is wrong with base64, in data_base64 or as version 0.3 has it.
func (a *attributes) checkData(v strictjson.Value) *source.Fault {
	data, encoded := v.Get("data"), v.Get("data_base64")
	base64In03 := a.values["specversion"] == event.CloudEventsVersionV03 && strings.EqualFold(a.values["datacontentencoding"], event.Base64)
	if base64In03 && data.Kind() == strictjson.String {
		data, encoded = strictjson.Value{}, data
	}
	if data.Given() && encoded.Given() {
		return faultf(a.place, "data and data_base64 exclude each other")
	}
	if !encoded.Given() {
		return nil
	}
	text, ok := encoded.Str()
	if _, err := base64.StdEncoding.DecodeString(text); !ok || err != nil {
		return faultf(join(a.place, "data_base64"), "is not base64")
	}
	return nil
}

// attribute reads the value of one: a string, a boolean, or an integer of 32 bits.
func attribute(v strictjson.Value, place string) (text string, given bool, fault *source.Fault) {
	switch v.Kind() {
	case strictjson.Null:
		return "", false, nil
	case strictjson.Number:
		if _, err := strconv.ParseInt(string(v.Raw()), 10, 32); err != nil {
			return "", false, faultf(place, "a number must be an integer of 32 bits")
		}
	case strictjson.String, strictjson.Bool:
	default:
		return "", false, faultf(place, "must be a string, a boolean or an integer, is %s", v.Kind())
	}
	text, _ = v.Text()
	return text, true, nil
}

func faultf(place, format string, args ...any) *source.Fault {
	fault := source.Faultf(place, format, args...)
	return &fault
}

func join(place, name string) string {
	if place == "" {
		return name
	}
	return place + "." + name
}
