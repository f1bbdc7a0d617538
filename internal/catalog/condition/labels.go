package condition

import (
	"reflect"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"tocsin.dev/pkg/events"
)

// labels is what a condition sees as `labels`: a map in which a missing key is "". It must not be a
// traits.Mapper: has(labels.x) and "x" in labels would then hold for every x. It serves one subject.
type labels struct {
	raw events.Labels     // in their canonical form, until they are read
	of  map[string]string // the same, once they are read
	all traits.Mapper     // the same as CEL's own map, for all but look-ups; made when needed
}

// newLabels takes labels as a map.
func newLabels(of map[string]string) *labels { return &labels{of: of} }

// rawLabels takes labels that may never have to be read as a whole.
func rawLabels(raw events.Labels) *labels { return &labels{raw: raw} }

// Get returns the value of a label, "" where there is none.
func (l *labels) Get(key ref.Val) ref.Val {
	name, ok := key.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(key)
	}
	if l.raw != "" {
		if value, ok := lookUp(string(l.raw), string(name)); ok {
			return types.String(value)
		}
		l.read()
	}
	return types.String(l.of[string(name)])
}

// read makes the map.
func (l *labels) read() { l.of, l.raw = l.raw.Map(), "" }

// whole returns CEL's own map of them.
func (l *labels) whole() traits.Mapper {
	if l.raw != "" {
		l.read()
	}
	if l.all == nil {
		l.all = types.NewStringStringMap(types.DefaultTypeAdapter, l.of)
	}
	return l.all
}

// lookUp finds a label in the canonical form of [events.Labels] without reading the others. It returns
// false where something is escaped, or the form is broken.
func lookUp(raw, name string) (value string, ok bool) {
	if strings.IndexByte(raw, '\\') >= 0 {
		return "", false
	}
	rest, ok := strings.CutPrefix(raw, "{")
	for ok && rest != "}" {
		var key string
		key, rest, ok = text(rest)
		if !ok || !strings.HasPrefix(rest, ":") {
			return "", false
		}
		value, rest, ok = text(rest[1:])
		if key == name {
			return value, ok
		}
		rest = strings.TrimPrefix(rest, ",")
	}
	return "", ok
}

// text cuts a quoted text without escapes off the front.
func text(s string) (text, rest string, ok bool) {
	s, quoted := strings.CutPrefix(s, `"`)
	text, rest, closed := strings.Cut(s, `"`)
	return text, rest, quoted && closed
}

// IsSet answers has(labels.x).
func (l *labels) IsSet(key ref.Val) ref.Val { return l.whole().Contains(key) }

// Contains answers "x" in labels.
func (l *labels) Contains(key ref.Val) ref.Val { return l.whole().Contains(key) }

// Size answers size(labels).
func (l *labels) Size() ref.Val { return l.whole().Size() }

// Iterator serves labels.exists(name, …) and the like.
func (l *labels) Iterator() traits.Iterator { return l.whole().Iterator() }

// ConvertToNative is part of every CEL value.
func (l *labels) ConvertToNative(t reflect.Type) (any, error) { return l.whole().ConvertToNative(t) }

// ConvertToType is part of every CEL value.
func (l *labels) ConvertToType(t ref.Type) ref.Val { return l.whole().ConvertToType(t) }

// Equal compares with another map.
func (l *labels) Equal(other ref.Val) ref.Val {
	if o, ok := other.(*labels); ok {
		other = o.whole()
	}
	return l.whole().Equal(other)
}

// Type is CEL's map.
func (l *labels) Type() ref.Type { return types.MapType }

// Value is the Go map.
func (l *labels) Value() any { return l.whole().Value() }
