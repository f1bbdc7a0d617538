package exports

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/shadow"
)

func file(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

func at(clock string) time.Time {
	t, err := time.Parse("15:04:05.999", clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 3, 2, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// TestFormats parses the exports of the same day by three pagers.
func TestFormats(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  []shadow.Alert
	}{
		"opsgenie": {[]string{"opsgenie.json"}, []shadow.Alert{
			{
				ID: "0e4c1f2a-1111-4c0e-9d2b-000000000001-1772460000000", Key: "checkout-slow", Title: "Checkout is slow", Service: "checkout",
				Opened: at("14:00:00.123"), Answered: at("14:07:00.123"), AnsweredBy: "ana@example.com",
				Pages: []shadow.Page{{Person: "ana@example.com", At: at("14:00:02"), Via: "Acknowledge"}},
			},
			{ID: "0e4c1f2a-1111-4c0e-9d2b-000000000002-1772463600000", Title: "Disk of db is full", Opened: at("15:00:00")},
		}},
		"pagerduty": {[]string{"pagerduty.json"}, []shadow.Alert{
			{
				ID: "#1234", Key: "checkout-slow", Title: "Checkout is slow", Service: "checkout",
				Opened: at("14:00:00"), Answered: at("14:07:00"), AnsweredBy: "Ana Ruiz",
				Pages: []shadow.Page{{Person: "Ana Ruiz", At: at("14:00:09"), Via: "sms"}},
			},
			{ID: "#1235", Title: "Disk of db is full", Service: "db", Opened: at("15:00:00")},
		}},
		"goalert": {[]string{"goalert-messages.json", "goalert.csv"}, []shadow.Alert{
			{
				ID: "8110", Title: "Checkout is slow", Service: "checkout", Opened: at("14:00:00.123"), Answered: at("14:07:00.123"),
				Pages: []shadow.Page{{Person: "Ana Ruiz", At: at("14:00:04"), Via: "SMS"}},
			},
			{ID: "8111", Title: "Disk of db is full", Service: "db", Opened: at("15:00:00")},
		}},
	} {
		var files [][]byte
		for _, f := range c.files {
			files = append(files, file(t, f))
		}
		got, err := Formats[name](files, Options{})
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
		again, err := Formats[name](append(files, files...), Options{})
		require.NoError(t, err, name)
		require.Equal(t, got, again, "%s: pages of answers may overlap", name)
	}
}

func TestOtherShapes(t *testing.T) {
	got, err := Opsgenie([][]byte{[]byte(`[{"id":"1","createdAt":"2026-03-02T14:00:00Z"}]`), []byte("{\"id\":\"2\",\"createdAt\":\"2026-03-02T13:00:00Z\"}\n{\"data\":{\"id\":\"3\",\"createdAt\":\"2026-03-02T15:00:00Z\"}}\n")}, Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"2", "1", "3"}, []string{got[0].ID, got[1].ID, got[2].ID})

	zone := time.FixedZone("", 3600)
	got, err = GoAlert([][]byte{[]byte("\xef\xbb\xbfAlert ID,Summary,Created At\n1,x,2026-03-02 15:00:00\n")}, Options{Location: zone})
	require.NoError(t, err)
	require.True(t, at("14:00:00").Equal(got[0].Opened))
	got, err = GoAlert([][]byte{[]byte("Alert ID,Summary,Created At\n1,x,2026-03-02T15:00:00+01:00\n")}, Options{})
	require.NoError(t, err)
	require.True(t, at("14:00:00").Equal(got[0].Opened))
	got, err = GoAlert([][]byte{[]byte("Created At (EST -0500),Alert ID,Summary\n2026-03-02 09:00:00.000,1,x\n"), []byte(`{"data":{"messageLogs":{"nodes":[{"id":"m","createdAt":"2026-03-02T14:00:01Z","userName":"Ana","status":"Sent","alertID":1}]}}}`)}, Options{Location: zone})
	require.NoError(t, err)
	require.True(t, at("14:00:00").Equal(got[0].Opened))
	require.Len(t, got[0].Pages, 1)
}

func TestFaultsNameTheirPlace(t *testing.T) {
	for _, c := range []struct {
		format string
		files  []string
		want   string
	}{
		{"opsgenie", []string{"{\n\"data\": [\n{\"id\": \"a\",\n \"createdAt\": \"noon\"}]}"}, `line 3, alert a: createdAt: "noon" is not an instant`},
		{"opsgenie", []string{`[{"id":"a","createdAt":7}]`}, `line 1: createdAt: got a number, want a string`},
		{"opsgenie", []string{`[{"name":"x"}]`}, `line 1: id is missing: is this an alert of Opsgenie?`},
		{"opsgenie", []string{`[]`, "\n\n{oops"}, `export 2, line 3: not JSON`},
		{"opsgenie", []string{`"text"`}, `line 1: not an object or a list`},
		{"opsgenie", []string{`[{"id":"a","createdAt":"2026-03-02T14:00:00Z","recipients":[{"user":{"username":"x"},"state":"active","createdAt":""}]}]`}, `line 1, alert a: recipients.createdAt: "" is not an instant`},
		{"pagerduty", []string{`{"incidents":[{"id":"P1","created_at":"x"}]}`}, `line 1, incident P1: created_at: "x" is not an instant`},
		{"pagerduty", []string{`{"users":[]}`}, `no "incidents" or "log_entries"`},
		{"pagerduty", []string{"{\"log_entries\":[\n{\"id\":\"L\",\"type\":\"notify_log_entry\"}]}"}, `line 2, log entry L: created_at: "" is not an instant`},
		{"goalert", []string{""}, `the file is empty`},
		{"goalert", []string{"a,b\n"}, `line 1: column "Created At" is missing`},
		{"goalert", []string{`{"data": [{"id": "1", "message": "slow", "createdAt": "2026-03-02T14:00:00Z"}]}`}, `line 1: id or alertID is missing: is this a message of GoAlert?`},
		{"goalert", []string{"Created At,Alert ID,Summary\n2026-03-02 14:00:00,x,y\n"}, `line 2: Alert ID: "x" is not a number`},
		{"goalert", []string{"Created At,Alert ID,Summary,Time to Ack\n2026-03-02 14:00:00,1,y,soon\n"}, `line 2, alert 1: Time to Ack: "soon" is not a duration`},
		{"goalert", []string{"Created At,Alert ID,Summary\nyesterday,1,y\n"}, `line 2, alert 1: Created At: "yesterday" is not a time`},
		{"goalert", []string{`[{"id":"m","createdAt":"2026-03-02T14:00:00Z","alertID":"one"}]`}, `line 1, message m: alertID: "one" is not a number`},
		{"goalert", []string{"Created At,Alert ID,Summary\n\"open\n"}, `extraneous or missing`},
		{"goalert", []string{`{"data":{"debugMessages":[{"id":"m","createdAt":"x","alertID":1}]}}`}, `line 1, message m: createdAt: "x" is not an instant`},
	} {
		var files [][]byte
		for _, f := range c.files {
			files = append(files, []byte(f))
		}
		_, err := Formats[c.format](files, Options{})
		require.ErrorContains(t, err, c.want, "%s %q", c.format, c.files)
	}
}

func TestFaultsAreBounded(t *testing.T) {
	body := "["
	for range 100 {
		body += "{},"
	}
	_, err := Opsgenie([][]byte{[]byte(body + "{}]")}, Options{})
	require.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), MaxFaults)
}

// fuzz checks that no export causes a panic, and that alerts are in order.
func fuzz(f *testing.F, read Format, seeds ...string) {
	for _, name := range seeds {
		f.Add(file(f, name))
	}
	f.Add([]byte("{"))
	f.Add([]byte(`{"data":{"data":{"data":[]}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := read([][]byte{b}, Options{})
		if err != nil {
			require.NotEmpty(t, err.Error())
			require.Empty(t, all)
			return
		}
		for i, a := range all {
			require.NotEmpty(t, a.ID)
			if i > 0 {
				require.False(t, a.Opened.Before(all[i-1].Opened))
			}
		}
		shadow.Compare(all, nil, shadow.Options{})
	})
}

func FuzzOpsgenie(f *testing.F)  { fuzz(f, Opsgenie, "opsgenie.json") }
func FuzzPagerDuty(f *testing.F) { fuzz(f, PagerDuty, "pagerduty.json") }
func FuzzGoAlert(f *testing.F)   { fuzz(f, GoAlert, "goalert.csv", "goalert-messages.json") }
