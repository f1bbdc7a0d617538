package catalog

import (
	"maps"
	"slices"

	"tocsin.dev/internal/rules/oncall"
)

// Shapes returns the keys of each kind of mapping, by the name of its definition in the schema.
func Shapes() map[string][]string {
	all := map[string][]string{}
	for name, keys := range shapes {
		all[name] = slices.Sorted(slices.Values(keys))
	}
	return all
}

// Words returns the closed sets of words, by the place in the schema that lists them.
func Words() map[string][]string {
	return map[string][]string{
		"kind":                        kindWords,
		"priority":                    priorities,
		"level/properties/urgency":    urgencies,
		"level/properties/hold_until": holdWords,
		"trigger/properties/on":       onWords,
		"layer/properties/rotation":   rotations,
		"layer/properties/on_holidays": {
			"always", string(oncall.Never), string(oncall.Only),
		},
	}
}

// Roles returns the roles that targets may name.
func Roles() []string { return slices.Sorted(maps.Keys(roles)) }
