package api_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api/apitest"
)

// TestDocsNameEveryPath holds docs/formats.md against the OpenAPI document, both ways.
func TestDocsNameEveryPath(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "formats.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "## The HTTP API")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "## CloudEvents on NATS")
	plain, verbs, _ := strings.Cut(section, "| `POST /api/v1/incidents/{id}/…` | |")
	verbs, rest, _ := strings.Cut(verbs, "\n\n")
	var told []string
	for _, m := range regexp.MustCompile("`([A-Z]+ /api/v1[^`]*)`").FindAllStringSubmatch(plain+rest, -1) {
		told = append(told, m[1])
	}
	for row := range strings.Lines(verbs) {
		cells := strings.Split(row, "|")
		if len(cells) < 2 {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z-]+)`").FindAllStringSubmatch(cells[1], -1) {
			told = append(told, "POST /api/v1/incidents/{id}/"+m[1])
		}
	}

	var doc struct{ Paths map[string]map[string]any }
	call(t, apitest.Start(t), "GET", "/api/v1/openapi.json", "").into(t, &doc)
	var there []string
	for path, methods := range doc.Paths {
		for method := range methods {
			there = append(there, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(there)
	slices.Sort(told)
	require.Equal(t, there, slices.Compact(told))
}
