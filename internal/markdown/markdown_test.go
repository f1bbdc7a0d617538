package markdown

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLiteral(t *testing.T) {
	for given, want := range map[string]string{
		"plain": "plain", "a|b": `a\|b`, "# x": `\# x`, "<b>&": "&lt;b&gt;&amp;", "[a](b)": `\[a\](b)`, "a\nb\u2028c": "a b c", "\xff": "\uFFFD", "`*_~!": "\\`\\*\\_\\~\\!",
	} {
		require.Equal(t, want, Literal(given))
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	Table(&b, []string{"a", "b"}, [][]string{{"1", "2|3"}})
	require.Equal(t, "| a | b |\n|---|---|\n| 1 | 2\\|3 |\n", b.String())
}
