package why_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var rewrite = flag.Bool("rewrite", false, "write what is told now into the files")

// TestStories plays the cases of testdata/*.yaml and compares what is told of each of their incidents,
// and of everybody in the catalog, with the text beside them. Run with -rewrite to accept what is told
// now, and read the difference aloud before you commit it.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			var b strings.Builder
			for _, p := range play(t, file) {
				fmt.Fprintf(&b, "## %s\n", p.name)
				for _, id := range p.order {
					b.WriteString("\n")
					b.WriteString(tame(explain(t, p.of(id, "")).Text, p.order))
					b.WriteString("\n")
					for _, person := range p.people(id) {
						fmt.Fprintf(&b, "%s? %s\n", person, tame(explain(t, p.of(id, person)).Says, p.order))
					}
				}
				b.WriteString("\n")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			if *rewrite {
				require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String())
		})
	}
}

// tame puts INCIDENT-1 in the place of ids.
func tame(text string, ids []string) string {
	for n, id := range ids {
		text = strings.ReplaceAll(text, id, fmt.Sprintf("INCIDENT-%d", n+1))
	}
	return text
}
