package channeltest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// own are hostile strings that do not need the corpus.
var own = []string{
	"", " ", "\x00", "a\r\nBcc: eve@example.com\r\n\r\nbody", "\n.\n", ".\r\n.\r\nQUIT\r\n", "\x1b[2J\x1b]0;title\x07", "\u202egnp.exe", "\u2028\u2029\u0085",
	"\xff\xfe\x80", "\xed\xa0\x80", "<script>alert(1)</script>", `"'` + "`" + `\`, "%s%n%v%!d(MISSING)", "{{.}} ${x} #{y}", "=?utf-8?q?=0d=0a?=",
	"\ufeff\u200b\u00ad", "👩‍👩‍👧‍👦🏳️‍🌈", "\u1100\u0300\u0301\u0302", strings.Repeat("x", 100_000), strings.Repeat("é\n", 5_000), strings.Repeat(" ", 3_000),
}

// Hostile returns strings that break careless programs: the suite's own and those of the corpus. Without
// the corpus it returns only its own, and fails if CI=true.
func Hostile(t *testing.T) []string {
	t.Helper()
	folder := filepath.Join(Corpus(t), "strings")
	all := append([]string(nil), own...)
	list, err := os.ReadFile(filepath.Join(folder, "blns_a.json"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the corpus is missing: %v", err)
		}
		t.Logf("without the corpus: %v", err)
		return all
	}
	var more []string
	require.NoError(t, json.Unmarshal(list, &more))
	lines, err := os.ReadFile(filepath.Join(folder, "template_injection_a.txt"))
	require.NoError(t, err)
	return append(append(all, more...), strings.Split(string(lines), "\n")...)
}

// Corpus returns the folder of the shared corpus, next to the module's root. It may not exist.
func Corpus(t *testing.T) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return filepath.Join(folder, "..", "shared", "corpus")
		}
		up := filepath.Dir(folder)
		require.NotEqual(t, folder, up, "no go.mod above the test")
		folder = up
	}
}
