package catalog

import (
	"reflect"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"tocsin.dev/pkg/events"
)

// labels is what a condition sees as `labels`: a map in which a missing key gives "". On purpose
// it is no traits.Mapper: has(labels.x) and "x" in labels would then be true of everything. It
// serves one evaluation.
type labels struct {
	raw events.Labels     // as they travel, where they have not been read yet
	of  map[string]string // the same, read
	all traits.Mapper     // the same as CEL's own map, for all but looking up; made when needed
}

// newLabels takes labels that were read already.
func newLabels(of map[string]string) *labels { return &labels{of: of} }

// rawLabels takes labels that may not have to be read as a whole.
func rawLabels(raw events.Labels) *labels { return &labels{raw: raw} }

// Get gives the value of a label, "" where there is none.
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

// read makes the map of labels that travel as text.
func (l *labels) read() { l.of, l.raw = l.raw.Map(), "" }

// whole gives CEL's own map of them.
func (l *labels) whole() traits.Mapper {
	if l.raw != "" {
		l.read()
	}
	if l.all == nil {
		l.all = types.NewStringStringMap(types.DefaultTypeAdapter, l.of)
	}
	return l.all
}

// lookUp finds a label in the canonical form of [events.Labels] without reading the others. It
// gives false where that form has something escaped, or is not what it should be.
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

// text takes a quoted text without escapes off the front.
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
