package catalog

import (
	"reflect"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin.dev/internal/rules/escalation"
)

// moment is what the condition of a level or trigger sees of an incident. It is the value of the
// hidden variable by which working_hours() and holiday() know what they are asked about.
type moment struct {
	escalation.Moment
	labels *labels // made when first asked for
}

// momentVariables are the names that conditions of levels and triggers may use.
var momentVariables = []string{
	"severity", "priority", "labels", "service", "team", "tier", "alerts", "open_for", "acknowledged", "level", "round", "now",
}

// ResolveName is part of a CEL activation.
func (m *moment) ResolveName(name string) (any, bool) {
	switch name {
	case "severity":
		return types.String(m.Severity), true
	case "priority":
		return types.String(m.Priority), true
	case "labels":
		if m.labels == nil {
			m.labels = rawLabels(m.Labels)
		}
		return m.labels, true
	case "service":
		return types.String(m.Service), true
	case "team":
		return types.String(m.Team), true
	case "tier":
		return types.Int(m.Tier), true
	case "alerts":
		return types.Int(m.Alerts), true
	case "open_for":
		return types.Duration{Duration: m.OpenFor}, true
	case "acknowledged":
		return types.Bool(m.Acknowledged), true
	case "level":
		return types.Int(m.Level), true
	case "round":
		return types.Int(m.Round), true
	case "now":
		return types.Timestamp{Time: m.Now.UTC()}, true
	case hidden:
		return m, true
	}
	return nil, false
}

// Parent is part of a CEL activation; there is none.
func (m *moment) Parent() cel.Activation { return nil }

// ConvertToNative is part of every CEL value; a moment is nothing else.
func (m *moment) ConvertToNative(reflect.Type) (any, error) { return m.Moment, nil }

// ConvertToType is part of every CEL value; a moment is nothing else.
func (m *moment) ConvertToType(ref.Type) ref.Val { return types.NoSuchOverloadErr() }

// Equal is part of every CEL value.
func (m *moment) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(m) == other) }

// Type is one that no condition can name.
func (m *moment) Type() ref.Type { return momentType }

// Value is the moment itself.
func (m *moment) Value() any { return m.Moment }

// holds makes the question of [escalation.Condition] out of a program.
func holds(program cel.Program) func(escalation.Moment) (bool, error) {
	return func(m escalation.Moment) (bool, error) { return evaluate(program, &moment{Moment: m}) }
}

// when reads the condition of a level or trigger; nil when there is none, or a wrong one. Never
// says that it is false whatever the incident is.
func (p *parser) when(at item) (when *escalation.Condition, never bool) {
	text, ok := readConditionText(at)
	if !ok {
		return nil, false
	}
	if p.moments == nil {
		made, err := newConditions(momentWords(p.zoneNamed))
		if err != nil {
			at.Fault("", "%s", err)
			return nil, false
		}
		p.moments = made
	}
	one := p.condition(p.moments, at, text)
	if one == nil {
		return nil, false
	}
	for _, spot := range calendarsOf(one.ast) {
		p.refs = append(p.refs, reference{calendar, spot.id, at.Inside(spot.line, spot.column)})
	}
	never, known := p.nevers[text]
	if !known {
		never = p.moments.never(one, slices.Concat(momentVariables, []string{hidden})...)
		p.nevers[text] = never
	}
	return &escalation.Condition{Text: text, Place: at.FileLine(), Holds: holds(one.program), Mentions: mentioned(one.mentions)}, never
}
