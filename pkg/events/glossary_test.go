package events_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// TestGlossaryHasEveryFact holds the table of docs/glossary.md against the registry.
func TestGlossaryHasEveryFact(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "glossary.md"))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "## Facts")
	require.True(t, found)
	var told []string
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) < 4 {
			continue
		}
		noun := "" // `.delivered` goes on with the noun before it
		for _, m := range regexp.MustCompile("`([a-z_]*)(\\.[a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
			if m[1] != "" {
				noun = m[1]
			}
			told = append(told, noun+m[2])
		}
	}
	slices.Sort(told)
	require.Equal(t, events.Names(), told)
}
