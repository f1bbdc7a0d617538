package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// TestDocsNameEveryCommand holds the tree of commands against docs/cli.md: each command stands there,
// and each flag there or on a page that tells of its noun.
func TestDocsNameEveryCommand(t *testing.T) {
	text := page(t, "docs/cli.md")
	further := map[string]string{"up": "operations.md", "replay": "replay.md", "report": "reports.md", "policy": "policy-tests.md", "shadow": "shadow.md"}
	for _, c := range commands(newRoot(&app{})) {
		require.Regexp(t, "`"+c.CommandPath()+"[ `]", text, "docs/cli.md does not tell of it")
		noun, _, _ := strings.Cut(strings.TrimPrefix(c.CommandPath(), "tocsin "), " ")
		where := text
		if name := further[noun]; name != "" {
			require.Contains(t, text, "("+name+")")
			where += page(t, "docs/"+name)
		}
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				require.Regexp(t, `--`+f.Name+`\b`, where, "no page tells of this flag of %s", c.CommandPath())
			}
		})
	}
}

var (
	codeOf = regexp.MustCompile("(?s)```.*?```|`[^`]+`")
	called = regexp.MustCompile(`\btocsin ([a-z][^\n|;&()\x60]*)`)
	flagOf = regexp.MustCompile(`--([a-z][a-z-]*)`)
)

// TestDocsNameNoOther reads what the pages call, as code, and asks whether there is such a command with
// such flags.
func TestDocsNameNoOther(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	require.NoError(t, err)
	n := 0
	for _, name := range append(pages, filepath.Join("..", "..", "README.md")) {
		for _, code := range codeOf.FindAllString(page(t, strings.TrimPrefix(name, "../../")), -1) {
			code = strings.ReplaceAll(strings.ReplaceAll(code, "\\\n", " "), `\|`, " ")
			for _, m := range called.FindAllStringSubmatch(code, -1) {
				require.Empty(t, unknown(m[1]), "%s: tocsin %s", filepath.Base(name), m[1])
				n++
			}
		}
	}
	require.Greater(t, n, 150, "the pages are read at all")
}

// unknown names what a call says that no command takes; empty when all is well.
func unknown(call string) string {
	call, _, _ = strings.Cut(call, " #")
	call, _, _ = strings.Cut(call, " tocsin ") // another command of the same line
	words := strings.Fields(call)
	if slices.Contains([]string{"help", "completion"}, strings.TrimRight(words[0], ":,.")) {
		return ""
	}
	root := newRoot(&app{})
	c, rest, _ := root.Find(words[:1])
	if c == root || len(rest) > 0 {
		return words[0]
	}
	for _, word := range words[1:] {
		if !c.HasSubCommands() {
			break
		}
		if word[0] == '-' || word[0] == '[' || word == "…" {
			break
		}
		deeper, _, _ := c.Find([]string{word})
		if deeper == c {
			return word
		}
		c = deeper
	}
	for _, m := range flagOf.FindAllStringSubmatch(call, -1) {
		if c.Flags().Lookup(m[1]) == nil && c.InheritedFlags().Lookup(m[1]) == nil {
			return "--" + m[1]
		}
	}
	return ""
}

// commands gives every command that people call, groups left out.
func commands(of *cobra.Command) (all []*cobra.Command) {
	for _, c := range of.Commands() {
		if c.Hidden || c.Name() == "help" || c.Name() == "completion" {
			continue
		}
		if !c.HasSubCommands() {
			all = append(all, c)
		}
		all = append(all, commands(c)...)
	}
	return all
}

func page(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(b)
}
