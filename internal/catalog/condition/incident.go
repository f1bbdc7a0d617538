package condition

import (
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin.dev/internal/rules/escalation"
)

// moment resolves the names of a condition for one incident. It is also the value of the hidden
// variable by which working_hours() and holiday() know what they are asked about.
type moment struct {
	escalation.Moment
	labels *labels // made when first asked for
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

// ConvertToNative is part of every CEL value.
func (m *moment) ConvertToNative(reflect.Type) (any, error) { return m.Moment, nil }

// ConvertToType is part of every CEL value; a moment has no other type.
func (m *moment) ConvertToType(ref.Type) ref.Val { return types.NoSuchOverloadErr() }

// Equal is part of every CEL value.
func (m *moment) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(m) == other) }

// Type returns a type that no condition can name.
func (m *moment) Type() ref.Type { return momentType }

// Value returns the moment itself.
func (m *moment) Value() any { return m.Moment }
