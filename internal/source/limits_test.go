package source_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/source"
)

func TestCut(t *testing.T) {
	require.Equal(t, "abc", source.Cut("abc", 3))
	require.Equal(t, "a…", source.Cut("abcde", 4))
	require.Equal(t, "é…", source.Cut("éééé", 6))
	require.Equal(t, "…", source.Cut("\u20ac\u20ac", 5))
}

func TestSummary(t *testing.T) {
	require.Equal(t, "a  b c", source.Summary(" a\r\nb\x1bc\u2028"))
	long := source.Summary(strings.Repeat("é", 2000))
	require.Equal(t, source.MaxSummary, utf8.RuneCountInString(long))
	require.True(t, strings.HasSuffix(long, "…"))
}

func TestDescribe(t *testing.T) {
	in := map[string]string{"a": strings.Repeat("x", 9000), "": "no name", "bad\x00": "x", strings.Repeat("n", 200): "x"}
	for _, c := range "bcdefghijklm" {
		in[string(c)] = strings.Repeat("y", 8000)
	}
	out := source.Describe(in).Map()
	require.Len(t, out["a"], source.MaxText)
	require.NotContains(t, out, "")
	require.NotContains(t, out, "bad\x00")
	total := 0
	for k, v := range out {
		total += len(k) + len(v)
	}
	require.LessOrEqual(t, total, source.MaxAnnotations)
	require.Empty(t, source.Describe(nil))
}

func TestLink(t *testing.T) {
	for _, good := range []string{"http://a", "HTTPS://a/b?c=d#e", "https://é.example/"} {
		require.Equal(t, good, source.Link(good))
	}
	for _, bad := range []string{"", "a.b", "javascript:alert(1)", "javascript://a", "ftp://a", "http://", "http://a b", "http://a\nb", "http://" + strings.Repeat("x", 2048)} {
		require.Empty(t, source.Link(bad), bad)
	}
}

func TestTime(t *testing.T) {
	for in, want := range map[string]time.Time{
		"": {}, "0001-01-01T00:00:00Z": {}, "0000-01-01T00:00:00Z": {}, "0001-01-01T00:00:00+02:00": {},
		"2026-03-29T01:30:00.123456789+02:00": time.Date(2026, 3, 28, 23, 30, 0, 123456789, time.UTC),
	} {
		got, ok := source.Time(in)
		require.True(t, ok, in)
		require.True(t, want.Equal(got), in)
	}
	for _, bad := range []string{"x", "2026-03-29", "1774750000", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59-10:00", "2026-03-29 01:30:00Z"} {
		_, ok := source.Time(bad)
		require.False(t, ok, bad)
	}
}

func TestKeyOf(t *testing.T) {
	a := source.KeyOf(map[string]string{"a": "b", "c": "d"})
	require.Len(t, a, 32)
	require.Equal(t, a, source.KeyOf(map[string]string{"c": "d", "a": "b"}))
	require.NotEqual(t, a, source.KeyOf(map[string]string{"a": "bc", "": "d"}))
	require.NotEqual(t, source.KeyOf(map[string]string{"ab": "c"}), source.KeyOf(map[string]string{"a": "bc"}))
}

func TestCheckLabels(t *testing.T) {
	require.Empty(t, source.CheckLabels(map[string]string{"é ü": "x\x00", "a.b/c-d": strings.Repeat("v", source.MaxValue)}))
	require.Contains(t, source.CheckLabels(map[string]string{"a": strings.Repeat("v", source.MaxValue+1)}), "value")
	require.Contains(t, source.CheckLabels(map[string]string{strings.Repeat("n", 129): "v"}), "128")
	require.Contains(t, source.CheckLabels(map[string]string{"a\n": "v"}), "control")
	many := map[string]string{}
	for i := range 65 {
		many[strings.Repeat("a", i+1)] = "v"
	}
	require.Contains(t, source.CheckLabels(many), "64")
}
