package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPolicyDocs runs the commands that docs/policy-tests.md shows, on the files that it shows, and
// compares their output with the one it shows.
func TestPolicyDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "policy-tests.md"))
	require.NoError(t, err)
	examples, err := filepath.Abs(filepath.Join("..", "..", "examples"))
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(examples, filepath.Join(dir, "examples")))
	t.Chdir(dir)
	for _, m := range regexp.MustCompile("`([a-z./]+\\.yaml)`:\n\n```yaml\n((?s:.*?))```").FindAllStringSubmatch(string(page), -1) {
		require.NoError(t, os.MkdirAll(filepath.Dir(m[1]), 0o750))
		require.NoError(t, os.WriteFile(m[1], []byte(m[2]), 0o600))
	}
	commands := regexp.MustCompile("```\n\\$ tocsin (.*)\n((?s:.*?))```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, commands, 4)
	for _, m := range commands {
		var out, talk bytes.Buffer
		run(context.Background(), strings.Fields(m[1]), strings.NewReader(""), &out, &talk)
		require.Equal(t, m[2], out.String()+talk.String())
	}
}
