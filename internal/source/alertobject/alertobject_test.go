package alertobject_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/alertobject"
	"tocsin.dev/internal/source/strictjson"
)

var at = time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)

func parse(t *testing.T, body string) (alertobject.Object, []source.Fault) {
	t.Helper()
	v, fault := strictjson.Parse([]byte(body))
	require.Nil(t, fault)
	return alertobject.Parse(v, "data", at)
}

func TestNothingIsDerived(t *testing.T) {
	o, faults := parse(t, `{"labels":{}}`)
	require.Empty(t, faults)
	require.Equal(t, alertobject.Object{}, o)
}

func TestStatus(t *testing.T) {
	for body, cleared := range map[string]bool{
		`{"status":"firing"}`: false, `{"status":"Resolved"}`: true, `{"status":"cleared"}`: true, `{"status":null}`: false,
		`{"ends_at":"2026-03-29T01:00:00Z"}`: true, `{"ends_at":"2026-03-29T01:00:01Z"}`: false,
		`{"status":"firing","ends_at":"2026-03-29T00:00:00Z"}`: false,
	} {
		o, faults := parse(t, body)
		require.Empty(t, faults, body)
		require.Equal(t, cleared, o.Cleared, body)
	}
}

func TestDescriptionsAreCutNamesAreRefused(t *testing.T) {
	long := strings.Repeat("x", 20_000)
	o, faults := parse(t, `{"summary":"`+long+`","description":"`+long+`","link":"http://`+long+`","annotations":{"a":"`+long+`"}}`)
	require.Empty(t, faults)
	require.Len(t, []rune(o.Alert.Summary), source.MaxSummary)
	require.Len(t, o.Alert.Description, source.MaxText)
	require.Len(t, o.Alert.Annotations.Map()["a"], source.MaxText)
	require.Empty(t, o.Alert.Link)
	for _, name := range []string{"key", "dedup_key", "service", "severity", "status"} {
		_, faults := parse(t, `{"`+name+`":"`+long+`"}`)
		require.Len(t, faults, 1)
		require.Equal(t, "data."+name, faults[0].Place)
	}
	_, faults = parse(t, `[]`)
	require.Equal(t, "data", faults[0].Place)
}
