package catalog_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
)

const pageFile = "../../docs/catalog.md"

func readPage(t *testing.T) string {
	text, err := os.ReadFile(pageFile)
	require.NoError(t, err)
	return string(text)
}

// The catalog that the page begins with is accepted, without a warning and without a gap.
func TestPageBeginsWithACatalog(t *testing.T) {
	_, text, found := strings.Cut(readPage(t), "```yaml\n")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "```")
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	c, faults := catalog.Check(map[string][]byte{"tocsin.yaml": []byte(text)}, from, from.AddDate(0, 0, 12*7))
	require.Empty(t, shown(faults))
	require.NotNil(t, c)
}

// names stand for what the paths of the page leave to the reader.
var names = strings.NewReplacer("<id>", "vera", "<severity>", "critical", "<priority>", "P1")

// nest writes a value below the keys of a path, one line each; the value is in the last line.
func nest(path, value string) string {
	var b strings.Builder
	indent := ""
	for _, key := range strings.Split(names.Replace(path), ".") {
		key, list := strings.CutSuffix(key, "[]")
		fmt.Fprintf(&b, "\n%s%s:", indent, key)
		indent += "  "
		if list {
			fmt.Fprintf(&b, "\n%s-\n", indent)
			indent += "  "
		}
	}
	return strings.ReplaceAll(strings.TrimPrefix(b.String(), "\n"), "\n\n", "\n") + " " + value + "\n"
}

// Every key of the page is one that the parser knows, and it takes each example for what it is. That
// the rest of the catalog is missing is another matter.
func TestPageIsWhatTheParserReads(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| `([^`]+\\.[^`]+|[^`]+\\[\\][^`]*)` \\| .* \\| (?:`([^`]*)`)? \\|$").FindAllStringSubmatch(readPage(t), -1)
	require.Greater(t, len(rows), 140)
	examples := 0
	for _, row := range rows {
		path, example := row[1], strings.ReplaceAll(row[2], `\|`, "|")
		text := nest(path, example)
		line := strings.Count(text, "\n")
		column := len(text) - strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n') - len(example) - 1
		_, faults := catalog.Parse(map[string][]byte{"tocsin.yaml": []byte(text)})
		for _, f := range faults {
			require.NotContains(t, f.Message, "unknown key", text)
			require.NotContains(t, f.Message, "YAML", text)
			if example != "" && f.Line == line && f.Column >= column && !f.Warning {
				require.Regexp(t, `^there is no |has no contact method|cannot be used with`, f.Message, text)
			}
		}
		if example != "" {
			examples++
		}
	}
	require.Greater(t, examples, 120)
}
