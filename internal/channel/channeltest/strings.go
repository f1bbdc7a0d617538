package channeltest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/test/corpus"
)

// own are hostile strings that do not need the corpus.
var own = []string{
	"", " ", "\x00", "a\r\nBcc: eve@example.com\r\n\r\nbody", "\n.\n", ".\r\n.\r\nQUIT\r\n", "\x1b[2J\x1b]0;title\x07", "\u202egnp.exe", "\u2028\u2029\u0085",
	"\xff\xfe\x80", "\xed\xa0\x80", "<script>alert(1)</script>", `"'` + "`" + `\`, "%s%n%v%!d(MISSING)", "{{.}} ${x} #{y}", "=?utf-8?q?=0d=0a?=",
	"\ufeff\u200b\u00ad", "👩‍👩‍👧‍👦🏳️‍🌈", "\u1100\u0300\u0301\u0302", strings.Repeat("x", 100_000), strings.Repeat("é\n", 5_000), strings.Repeat(" ", 3_000),
}

// Hostile returns strings that break careless programs: the suite's own and those of the corpus. Without
// the corpus it returns only its own.
func Hostile(t *testing.T) []string {
	t.Helper()
	all := append([]string(nil), own...)
	if _, ok := corpus.Find(t, "strings"); !ok {
		t.Log("without the corpus: only the suite's own strings")
		return all
	}
	var more []string
	require.NoError(t, json.Unmarshal(corpus.Read(t, "strings/blns_a.json"), &more))
	lines := corpus.Read(t, "strings/template_injection_a.txt")
	return append(append(all, more...), strings.Split(string(lines), "\n")...)
}
