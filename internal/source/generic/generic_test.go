package generic_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/source/generic"
	"tocsin.dev/internal/source/sourcetest"
)

const full = `{"service":"checkout","key":"k","dedup_key":"d","status":"firing","severity":"error","summary":"s","description":"long\ntext",
"labels":{"a":"b","n":9007199254740993,"t":true,"z":null,"e":""},"annotations":{"x":{"y":[1]}},"link":"https://a","starts_at":"2026-03-29T00:00:00Z","ends_at":"2026-03-29T02:00:00Z","unknown":[1]}`

var suite = sourcetest.Suite{Source: generic.Source{}, Valid: []string{full, "[" + full + `,{"summary":"x"}]`, `{"alerts":[{"key":"a"}]}`}}

func TestSuite(t *testing.T) { suite.Run(t) }

func TestFull(t *testing.T) {
	signals, faults := suite.Parse(t, []byte(full))
	require.Empty(t, faults)
	require.Len(t, signals, 1)
	s := signals[0]
	require.Equal(t, "checkout", s.Service)
	require.False(t, s.Cleared)
	require.Equal(t, "k", s.Alert.Key)
	require.Equal(t, "d", s.Alert.DedupKey)
	require.Equal(t, "error", s.Alert.Severity)
	require.Equal(t, map[string]string{"a": "b", "n": "9007199254740993", "t": "true"}, s.Alert.Labels.Map())
	require.Equal(t, `{"y":[1]}`, s.Alert.Annotations.Map()["x"])
	require.Equal(t, time.Date(2026, 3, 29, 2, 0, 0, 0, time.UTC), s.Alert.EndsAt)
	require.Equal(t, "generic", s.Alert.Origin)
}

func TestDerived(t *testing.T) {
	one := func(body string) (key, summary string, cleared bool) {
		signals, faults := suite.Parse(t, []byte(body))
		require.Empty(t, faults, body)
		return signals[0].Alert.Key, signals[0].Alert.Summary, signals[0].Cleared
	}
	a, _, _ := one(`{"labels":{"x":"y"},"summary":"one"}`)
	b, _, cleared := one(`{"labels":{"x":"y"},"summary":"two","status":"resolved"}`)
	require.Equal(t, a, b, "the labels name it")
	require.True(t, cleared)
	a, _, _ = one(`{"title":"one"}`)
	b, _, cleared = one(`{"message":"one","status":"Cleared"}`)
	require.Equal(t, a, b, "the summary names it")
	require.True(t, cleared)
	a, _, _ = one(`{"summary":"one","service":"s1"}`)
	b, _, _ = one(`{"summary":"one","service":"s2"}`)
	require.NotEqual(t, a, b)
	_, summary, _ := one(`{"key":"k"}`)
	require.Equal(t, "k", summary)
	_, summary, _ = one(`{"key":"k","description":"\nfirst\nsecond"}`)
	require.Equal(t, "first", summary)
	_, _, cleared = one(`{"key":"k","ends_at":"2026-03-29T01:00:00Z"}`)
	require.True(t, cleared, "an end that has come")
}

func TestFaults(t *testing.T) {
	for body, place := range map[string]string{
		`{}`: "", `[{}]`: "[0]", `{"alerts":[{"key":"a"},{}]}`: "alerts[1]", `1`: "", `[1]`: "[0]",
		`{"key":["a"]}`: "key", `{"key":"a","status":"down"}`: "status", `{"key":"a","labels":{"x":[1]}}`: "labels.x", `{"key":"a","starts_at":"now"}`: "starts_at",
		`{"key":"a","starts_at":"2026-02-01T00:00:00Z","ends_at":"2026-01-01T00:00:00Z"}`: "ends_at", `{"key":"a\nb"}`: "key",
		`{"key":"` + strings.Repeat("k", 600) + `"}`: "key",
	} {
		_, faults := suite.Parse(t, []byte(body))
		require.NotEmpty(t, faults, body)
		require.Equal(t, place, faults[0].Place, body)
	}
}

func FuzzParse(f *testing.F) {
	for _, body := range suite.Valid {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { suite.Parse(t, body) })
}
