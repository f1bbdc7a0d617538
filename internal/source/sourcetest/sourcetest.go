// Package sourcetest is the suite that every source passes.
//
// In: a [source.Source] with bodies it takes. Out: test results. It posts broken, hostile and
// enormous bodies and checks that whatever comes out is fit for INTAKE.
package sourcetest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/source"
	"tocsin.dev/test/corpus"
)

// Suite is a source under test.
type Suite struct {
	Source source.Source
	Header http.Header // sent with every body
	// Valid are bodies that give at least one alert and no fault.
	Valid []string
}

// At is when all bodies of the suite are received.
var At = time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	t.Run("valid", s.valid)
	t.Run("cut off anywhere", s.cutOff)
	t.Run("torture", s.torture)
	t.Run("other senders", s.others)
	t.Run("enormous", s.enormous)
}

// Parse runs one body and checks what every answer must keep.
func (s Suite) Parse(t testing.TB, body []byte) ([]source.Signal, []source.Fault) {
	t.Helper()
	before := bytes.Clone(body)
	signals, faults := s.Source.Parse(source.Request{Header: s.Header, Body: body, At: At})
	require.True(t, bytes.Equal(before, body), "the body was changed")
	require.LessOrEqual(t, len(signals), source.MaxAlerts)
	for _, signal := range signals {
		Sound(t, signal)
	}
	for _, f := range faults {
		require.NotEmpty(t, f.Reason)
		require.Less(t, len(f.Error()), 4096)
		require.True(t, utf8.ValidString(f.Error()), "%q", f.Error())
	}
	return signals, faults
}

// Sound checks that a signal is fit for INTAKE.
func Sound(t testing.TB, s source.Signal) {
	t.Helper()
	a := s.Alert
	require.NotEmpty(t, a.Key)
	require.LessOrEqual(t, len(a.Key), source.MaxKey)
	require.LessOrEqual(t, len(a.DedupKey), source.MaxKey)
	require.NotEmpty(t, strings.TrimSpace(a.Summary))
	require.LessOrEqual(t, utf8.RuneCountInString(a.Summary), source.MaxSummary)
	require.Equal(t, -1, strings.IndexFunc(a.Summary, unicode.IsControl), "%q", a.Summary)
	require.LessOrEqual(t, len(a.Description), source.MaxText)
	require.Empty(t, source.CheckLabels(a.Labels.Map()))
	require.NotEmpty(t, a.Origin)
	require.Equal(t, a.Link, source.Link(a.Link))
	if !a.StartsAt.IsZero() && !a.EndsAt.IsZero() {
		require.False(t, a.EndsAt.Before(a.StartsAt))
	}
	encoded, err := json.Marshal(a)
	require.NoError(t, err)
	require.LessOrEqual(t, len(encoded), 6*(3<<20))
}

func (s Suite) valid(t *testing.T) {
	for _, body := range s.Valid {
		signals, faults := s.Parse(t, []byte(body))
		require.Empty(t, faults, body)
		require.NotEmpty(t, signals, body)
		again, _ := s.Parse(t, []byte(body))
		require.Equal(t, signals, again)
	}
}

func (s Suite) cutOff(t *testing.T) {
	for _, body := range s.Valid {
		for n := range len(strings.TrimSpace(body)) {
			signals, faults := s.Parse(t, []byte(body)[:n])
			require.Empty(t, signals, body[:n])
			require.Len(t, faults, 1, body[:n])
		}
		_, faults := s.Parse(t, []byte(body+"{"))
		require.Len(t, faults, 1)
	}
}

// torture posts the JSON parsing corpus as whole bodies and inside of a valid one.
func (s Suite) torture(t *testing.T) {
	files := corpus.Files(t, "json/JSONTestSuite")
	for name, body := range files {
		signals, faults := s.Parse(t, body)
		if strings.HasPrefix(name, "n_") {
			require.Empty(t, signals, name)
			require.NotEmpty(t, faults, name)
		}
		if len(signals) == 0 && !bytes.Equal(bytes.TrimSpace(body), []byte("[]")) {
			require.NotEmpty(t, faults, "%s: neither alert nor fault", name)
		}
	}
}

func (s Suite) others(t *testing.T) {
	for _, folder := range []string{"alertmanager", "grafana", "github", "opsgenie", "other", "pagerduty"} {
		for _, body := range corpus.Files(t, "webhooks/"+folder) {
			s.Parse(t, body)
		}
	}
}

func (s Suite) enormous(t *testing.T) {
	for _, body := range []string{
		strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000), strings.Repeat(`[{"alerts":`, 50_000),
		"[" + strings.Repeat("1,", 500_000) + "1]", `{"alerts":[` + strings.Repeat("{},", 300_000) + "{}]}",
		`"` + strings.Repeat(`\u0000`, 170_000) + `"`, "{" + strings.Repeat(`"a":1,`, 150_000) + `"b":1}`,
		strings.Repeat(" ", source.MaxBody), "-" + strings.Repeat("9", 1_000_000), `{"alerts":"` + strings.Repeat("x", 1_000_000) + `"}`,
	} {
		signals, faults := s.Parse(t, []byte(body))
		require.Empty(t, signals, body[:20])
		require.NotEmpty(t, faults, body[:20])
		require.LessOrEqual(t, len(faults), 3*source.MaxAlerts)
	}
}
