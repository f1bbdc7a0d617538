package main

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin.dev/pkg/events"
)

// schema is the part of JSON Schema that is needed, in the order in which it reads well.
type schema struct {
	Dialect     string `json:"$schema,omitempty"`
	ID          string `json:"$id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Ref         string `json:"$ref,omitempty"`

	If   *schema `json:"if,omitempty"`
	Then *schema `json:"then,omitempty"`
	Else *schema `json:"else,omitempty"`

	Type    any      `json:"type,omitempty"` // a word, or a list of words
	Const   string   `json:"const,omitempty"`
	Enum    []string `json:"enum,omitempty"`
	Pattern string   `json:"pattern,omitempty"`
	Format  string   `json:"format,omitempty"`
	// Pointers, as 0 is a bound like any other.
	Minimum   *int `json:"minimum,omitempty"`
	MinLength *int `json:"minLength,omitempty"`

	Items             *schema            `json:"items,omitempty"`
	Properties        map[string]*schema `json:"properties,omitempty"`
	PatternProperties map[string]*schema `json:"patternProperties,omitempty"`
	Required          []string           `json:"required,omitempty"`
	Additional        any                `json:"additionalProperties,omitempty"` // false, or a schema

	Defs map[string]*schema `json:"$defs,omitempty"`
}

// document is the whole schema of one event type.
func document(eventType string, data events.Data, docs docs) *schema {
	m := maker{docs: docs, defs: map[string]*schema{}}
	t := reflect.TypeOf(data)
	m.defs["data"] = m.object(t)
	m.defs["envelope"] = m.envelope(eventType)
	return &schema{
		Dialect:     "https://json-schema.org/draft/2020-12/schema",
		ID:          "https://tocsin.dev/schemas/" + data.Name() + ".v1.json",
		Title:       eventType,
		Description: docs.of(t.Name(), ""),
		If:          &schema{Type: "object", Required: []string{"specversion"}},
		Then:        &schema{Ref: "#/$defs/envelope"},
		Else:        &schema{Ref: "#/$defs/data"},
		Defs:        m.defs,
	}
}

// maker turns Go types into schemas; named structs become definitions.
type maker struct {
	docs docs
	defs map[string]*schema
}

// envelope is the structured form: closed but for extension attributes, which CloudEvents lets
// anybody add under names of lower-case letters and digits.
func (m *maker) envelope(eventType string) *schema {
	s := m.object(reflect.TypeFor[events.Envelope]())
	s.Description = "The CloudEvent in structured JSON."
	s.Properties["type"] = &schema{Const: eventType}
	s.Properties["specversion"] = &schema{Const: events.SpecVersion}
	s.Properties["datacontenttype"].Const = events.ContentJSON
	for _, name := range []string{"id", "source"} {
		s.Properties[name].MinLength = new(1)
	}
	s.Properties["data"] = &schema{Ref: "#/$defs/data"}
	s.PatternProperties = map[string]*schema{"^[a-z0-9]{1,20}$": {}}
	s.Required = append(s.Required, "data")
	return s
}

// object describes a struct: what may be left out is not required, what is not known is refused.
func (m *maker) object(t reflect.Type) *schema {
	s := &schema{Type: "object", Properties: map[string]*schema{}, Required: []string{}, Additional: false}
	m.fields(s, t)
	return s
}

func (m *maker) fields(s *schema, t reflect.Type) {
	for f := range t.Fields() {
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			m.fields(s, f.Type) // as encoding/json does
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		optional := strings.Contains(options, "omit")
		s.Properties[name] = m.field(t, f, name, optional)
		if !optional {
			s.Required = append(s.Required, name)
		}
	}
}

// field describes one field: its type, and what else is known of its values.
func (m *maker) field(t reflect.Type, f reflect.StructField, name string, optional bool) *schema {
	v := m.value(f.Type)
	v.Description = m.docs.of(t.Name(), f.Name)
	if rest, ok := strings.CutPrefix(v.Description, f.Name+" "); ok {
		v.Description = name + " " + rest // readers in other languages know the field by this name
	}
	if f.Type.Kind() == reflect.Slice && !optional {
		v.Type = []string{"array", "null"} // Go writes an empty list that was never made as null
	}
	of := t.Name() + "." + f.Name
	v.Enum = m.words(of)
	if name == "priority" || of == "IncidentPrioritized.Was" {
		v.Pattern = "^P[1-5]$"
	}
	if least, ok := signed[of]; ok {
		v.Minimum = new(least)
	}
	return v
}

func (m *maker) value(t reflect.Type) *schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &schema{Type: "string", Format: "date-time"}
	case t.Kind() == reflect.Pointer:
		return m.value(t.Elem())
	case t.Kind() == reflect.Slice:
		return &schema{Type: "array", Items: m.value(t.Elem())}
	case t == reflect.TypeFor[events.Labels]():
		return &schema{Type: "object", Additional: &schema{Type: "string"}}
	case t.Kind() == reflect.Map: // in JSON every key is a string
		return &schema{Type: "object", Additional: m.value(t.Elem())}
	case t.Kind() == reflect.Struct:
		name := strings.ToLower(t.Name())
		if m.defs[name] == nil {
			m.defs[name] = m.object(t)
			m.defs[name].Description = m.docs.of(t.Name(), "")
		}
		return &schema{Ref: "#/$defs/" + name}
	case t.Kind() == reflect.Bool:
		return &schema{Type: "boolean"}
	case t.Kind() == reflect.String:
		return &schema{Type: "string"}
	}
	return &schema{Type: "integer", Minimum: new(0)} // every number of ours counts something
}

// signed lists the numbers that may fall below 0, and how far. Every other one counts something.
var signed = map[string]int{"EscalationFired.Index": -1}

// closed lists the fields that take no other values than those quoted in a comment, and whose
// comment that is. The types are plain strings, so the comment is the only place that says them.
var closed = map[string]string{
	"AlertLeft.How":               "AlertLeft.How",
	"Attempt.Outcome":             "Attempt.Outcome",
	"ClosureReceived.Outcome":     "ClosureReceived.Outcome",
	"DeliveryAnswered.Outcome":    "Attempt.Outcome",
	"DeliveryClosed.How":          "DeliveryClosed.How",
	"EscalationAdvanced.Kind":     "EscalationAdvanced.Kind",
	"EscalationAdvanced.Trigger":  "EscalationAdvanced.Trigger",
	"EscalationFired.Kind":        "EscalationFired.Kind",
	"EscalationFired.On":          "EscalationFired.On",
	"EscalationHeld.For":          "EscalationHeld.For",
	"EscalationSkipped.On":        "EscalationSkipped.On",
	"IncidentClockAtRisk.Clock":   "IncidentClockStarted.Clock",
	"IncidentClockBreached.Clock": "IncidentClockStarted.Clock",
	"IncidentClockMet.Clock":      "IncidentClockStarted.Clock",
	"IncidentClockStarted.Clock":  "IncidentClockStarted.Clock",
	"IncidentClosed.Outcome":      "IncidentClosed.Outcome",
	"IncidentResolved.How":        "IncidentResolved.How",
	"IncidentRoleAssigned.Role":   "IncidentRoleAssigned.Role",
	"Override.Kind":               "Override.Kind",
	"PageRequested.Urgency":       "PageRequested.Urgency",
	"RoleReceived.Role":           "RoleReceived.Role",
}

var quoted = regexp.MustCompile(`"([a-z][a-z_-]*)"`)

// words returns the values that a field may have; nil for any.
func (m *maker) words(field string) []string {
	var all []string
	for _, match := range quoted.FindAllStringSubmatch(m.docs[closed[field]], -1) {
		if !slices.Contains(all, match[1]) {
			all = append(all, match[1])
		}
	}
	return all
}
