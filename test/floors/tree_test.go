package floors

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTreeIsWhole holds the tree of docs/architecture.md against the packages that there are.
func TestTreeIsWhole(t *testing.T) {
	root := filepath.Join("..", "..")
	page, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	require.NoError(t, err)
	_, block, found := strings.Cut(string(page), "## The tree\n\n```\n")
	require.True(t, found)
	block, _, _ = strings.Cut(block, "```")
	told := tree(block)
	for _, name := range told {
		require.DirExists(t, filepath.Join(root, name), "docs/architecture.md tells of it")
	}
	for _, p := range folders(t) {
		require.Contains(t, told, p.path, "the tree of docs/architecture.md lacks it")
	}
}

// tree gives the folders of a block: names in the first 22 columns, several of them side by side, those
// that are indented below the one that is not.
func tree(block string) (all []string) {
	const width = 22
	parent := ""
	for line := range strings.Lines(block) {
		line = strings.TrimRight(line, "\n")
		names := line
		if len(line) > width && line[width-1] == ' ' {
			names = line[:width]
		}
		words := strings.Fields(names)
		switch {
		case len(words) == 0: // goes on with the words of the line before
		case strings.HasPrefix(line, " "):
			for _, word := range words {
				all = append(all, path.Join(parent, word))
			}
		default:
			parent = words[0]
			all = append(all, parent)
			for _, word := range words[1:] {
				all = append(all, path.Join(path.Dir(parent), word))
			}
		}
	}
	slices.Sort(all)
	return all
}
