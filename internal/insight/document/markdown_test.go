package document_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/document"
)

func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{
		"the shop is down":            "the shop is down",
		"5 * 3 _ `x` | ~y~ #1 $z$":    "5 \\* 3 \\_ \\`x\\` \\| \\~y\\~ \\#1 \\$z\\$",
		"[a](javascript:b) ![c](d)":   "\\[a\\](javascript:b) \\!\\[c\\](d)",
		"<script>&amp;</script>":      "&lt;script&gt;&amp;amp;&lt;/script&gt;",
		"two\nlines\r\nand\u2028more": "two lines  and more",
		"back\\slash":                 "back\\\\slash",
		"not \xff UTF-8":              "not \uFFFD UTF-8",
	} {
		require.Equal(t, want, document.Literal(text))
	}
}

func TestATableKeepsItsShapeWhateverIsInIt(t *testing.T) {
	var b strings.Builder
	document.Table(&b, []string{"who", "what"}, [][]string{{"a|b", "c\nd"}, {"", "\\"}})
	require.Equal(t, "| who | what |\n|---|---|\n| a\\|b | c d |\n|  | \\\\ |\n", b.String())
}
