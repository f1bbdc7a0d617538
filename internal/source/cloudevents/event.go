package cloudevents

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/strictjson"
)

// Limits of context attributes, in bytes.
const (
	maxAttributes = 64
	maxAttribute  = 2 << 10
)

// event is a CloudEvent whose attributes are checked and whose data is still as it came.
type event struct {
	place       string
	version     string
	id          string
	source      string
	kind        string // the attribute "type"
	subject     string
	contentType string
	time        time.Time         // zero = not given
	extensions  map[string]string // lower-case names
	data        payload
}

// payload is the data in one of its two forms.
type payload struct {
	value strictjson.Value // data that stood in JSON
	bytes []byte           // data that came as bytes
}

func (p payload) empty() bool { return !p.value.Given() && len(p.bytes) == 0 }

// attributes collects context attributes, from a JSON object or from headers.
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

// event checks what every event must have.
func (a *attributes) event() (event, *source.Fault) {
	take := func(name string) string {
		v := a.values[name]
		delete(a.values, name)
		return v
	}
	e := event{
		place: a.place, version: take("specversion"), id: take("id"), source: take("source"), kind: take("type"),
		subject: take("subject"), contentType: take("datacontenttype"),
	}
	switch e.version {
	case "1.0", "0.3":
	case "":
		return event{}, faultf(a.place, "not a CloudEvent: specversion is missing")
	default:
		return event{}, faultf(join(a.place, "specversion"), "must be 1.0 or 0.3")
	}
	for name, value := range map[string]string{"id": e.id, "source": e.source, "type": e.kind} {
		if value == "" {
			return event{}, faultf(join(a.place, name), "is required")
		}
	}
	at, ok := source.Time(take("time"))
	if !ok {
		return event{}, faultf(join(a.place, "time"), "must be a time such as 2026-03-29T01:30:00Z")
	}
	e.time = at
	e.extensions = a.values
	return e, nil
}

// structured reads an event in the JSON format.
func structured(v strictjson.Value, place string) (event, *source.Fault) {
	if v.Kind() != strictjson.Object {
		return event{}, faultf(place, "must be an object, is %s", v.Kind())
	}
	a := newAttributes(place)
	var data, encoded strictjson.Value
	for name, member := range v.Members() {
		switch name {
		case "data":
			data = member
		case "data_base64":
			encoded = member
		default:
			value, given, fault := attribute(member, join(place, source.Cut(name, source.MaxName)))
			if fault != nil {
				return event{}, fault
			}
			if !given {
				continue
			}
			if fault := a.add(name, value); fault != nil {
				return event{}, fault
			}
		}
	}
	e, fault := a.event()
	if fault != nil {
		return event{}, fault
	}
	return e, e.carry(data, encoded)
}

// carry takes the data in whichever member it stands.
func (e *event) carry(data, encoded strictjson.Value) *source.Fault {
	if e.version == "0.3" && strings.EqualFold(e.extensions["datacontentencoding"], "base64") && data.Kind() == strictjson.String {
		data, encoded = strictjson.Value{}, data
	}
	if data.Given() && encoded.Given() {
		return faultf(e.place, "data and data_base64 exclude each other")
	}
	if !encoded.Given() {
		e.data.value = data
		return nil
	}
	text, ok := encoded.Str()
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return faultf(join(e.place, "data_base64"), "is not base64")
	}
	e.data.bytes = raw
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
