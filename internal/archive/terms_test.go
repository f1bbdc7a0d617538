package archive

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/pkg/events"
)

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                  nil,
		"-- !":                              nil,
		"Checkout is SLOW":                  {"checkout", "is", "slow"},
		"p99 above 2s on host-1.example":    {"p99", "above", "2s", "on", "host", "1", "example"},
		"5 % of Zahlungsvorgänge":           {"5", "of", "zahlungsvorgänge"},
		"ΟΔΟΣ οδος":                         {"οδοσ", "οδοσ"},
		"支付失败 now":                          {"支", "付", "失", "败", "now"},
		"a\x00b\xffc=d":                     {"a", "b", "c", "d"},
		strings.Repeat("x", 100):            {strings.Repeat("x", 64)},
		"AND \"quoted\" NEAR(1) col:x OR *": {"and", "quoted", "near", "1", "col", "x", "or"},
	} {
		require.Equal(t, want, Words(text), "%q", text)
	}
}

// TestWordsAreTerms draws texts: words are never empty, long, tags, or cut differently a second time.
func TestWordsAreTerms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, w := range Words(text) {
			require.NotEmpty(t, w)
			require.LessOrEqual(t, len(w), maxWord)
			require.NotContains(t, w, "=")
			require.False(t, strings.ContainsFunc(w, unicode.IsSpace))
			require.Equal(t, []string{w}, Words(w))
		}
	})
}

func TestQueryTerms(t *testing.T) {
	require.Empty(t, Query{}.Terms())
	require.Empty(t, Query{Status: "all"}.Terms())
	require.Equal(t, []string{nothing}, Query{Status: "all", Text: "?!"}.Terms())
	require.Equal(t, Query{Person: "ana"}.Terms(), Query{Person: "person:ana"}.Terms())
	require.NotEqual(t, Query{Service: "a"}.Terms(), Query{Team: "a"}.Terms(), "the kind belongs to a tag")
	require.NotEqual(t,
		Query{Labels: map[string]string{"a": "bc"}}.Terms(), Query{Labels: map[string]string{"ab": "c"}}.Terms())
	require.Len(t, Query{Status: "resolved", Service: "s", Team: "t", Priority: "P1", Person: "p", Labels: map[string]string{"a": "b"}, Text: "two words"}.Terms(), 7)
}

// TestTermsAreBounded takes an incident of a thousand alerts with words of their own.
func TestTermsAreBounded(t *testing.T) {
	in := Incident{Service: "checkout", Title: "storm", Status: "triggered"}
	for n := range 1000 {
		word := strings.Repeat(string(rune('a'+n%26)), 1+n/26)
		in.Alerts = append(in.Alerts, Alert{Alert: events.Alert{Summary: word, Labels: events.NewLabels(map[string]string{
			"a": word + "1", "b": word + "2", "c": word + "3", "d": word + "4", "e": word + "5",
		})}})
	}
	all := TermsOf(&in, "")
	require.Len(t, all, MaxTerms)
	require.Subset(t, all, Query{Service: "checkout", Text: "storm"}.Terms())
}
