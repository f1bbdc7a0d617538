package condition_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/catalog/condition"
	"tocsin.dev/pkg/events"
)

// A label is found in the canonical form as it is in the map.
func TestLabelsWithoutReadingThemAll(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "a", "b", ",", ":", "{", "}", "a b", "é", "\"", "\\", "<&>", "\n"})
	rapid.Check(t, func(r *rapid.T) {
		m := rapid.MapOfN(word, word, 0, 4).Draw(r, "labels")
		name := word.Draw(r, "name")
		raw := string(events.NewLabels(m))
		if value, ok := condition.LookUp(raw, name); ok {
			require.Equal(r, m[name], value, raw)
		} else {
			require.True(r, raw == "" || strings.Contains(raw, `\`), raw)
		}
	})
	for _, raw := range []string{"", "{", `{"`, `{"a"`, `{"a":`, `{"a":"b`, `{"a":"b"`, `[]`, `{"a":1}`, "}"} {
		_, ok := condition.LookUp(raw, "z")
		require.False(t, ok, raw)
	}
}
