package catalog

import (
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// labels is what a condition sees as `labels`: a map in which a missing key gives "". On purpose
// it is no traits.Mapper: has(labels.x) and "x" in labels would then be true of everything.
type labels struct {
	of  map[string]string
	all traits.Mapper // the same as CEL's own map, for all but looking up
}

func newLabels(of map[string]string) *labels {
	return &labels{of: of, all: types.NewStringStringMap(types.DefaultTypeAdapter, of)}
}

// Get gives the value of a label, "" where there is none.
func (l *labels) Get(key ref.Val) ref.Val {
	name, ok := key.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(key)
	}
	return types.String(l.of[string(name)])
}

// IsSet answers has(labels.x).
func (l *labels) IsSet(key ref.Val) ref.Val { return l.all.Contains(key) }

// Contains answers "x" in labels.
func (l *labels) Contains(key ref.Val) ref.Val { return l.all.Contains(key) }

// Size answers size(labels).
func (l *labels) Size() ref.Val { return l.all.Size() }

// Iterator serves labels.exists(name, …) and the like.
func (l *labels) Iterator() traits.Iterator { return l.all.Iterator() }

// ConvertToNative is part of every CEL value.
func (l *labels) ConvertToNative(t reflect.Type) (any, error) { return l.all.ConvertToNative(t) }

// ConvertToType is part of every CEL value.
func (l *labels) ConvertToType(t ref.Type) ref.Val { return l.all.ConvertToType(t) }

// Equal compares with another map.
func (l *labels) Equal(other ref.Val) ref.Val {
	if o, ok := other.(*labels); ok {
		other = o.all
	}
	return l.all.Equal(other)
}

// Type is CEL's map.
func (l *labels) Type() ref.Type { return l.all.Type() }

// Value is the Go map.
func (l *labels) Value() any { return l.of }
