package alertmanager_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/alertmanager"
	"tocsin.dev/internal/source/sourcetest"
	"tocsin.dev/test/corpus"
)

var at = sourcetest.At

const (
	webhookBody = `{"version":"4","groupKey":"{}:{a=\"b\"}","truncatedAlerts":0,"status":"firing","receiver":"tocsin","groupLabels":{},
"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am","notification_reason":"new","alerts":[
{"status":"firing","labels":{"alertname":"DiskFull","severity":"critical","empty":""},"annotations":{"summary":"Disk is full","description":"97 %"},
"startsAt":"2026-03-29T00:59:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prom/graph","fingerprint":"0011223344556677"},
{"status":"resolved","labels":{"alertname":"DiskFull","instance":"b"},"startsAt":"2026-03-29T00:50:00Z","endsAt":"2026-03-29T00:58:00Z"}]}`
	apiBody = `[{"labels":{"alertname":"DiskFull","severity":"critical"},"annotations":{"summary":"Disk is full"},
"startsAt":"2026-03-29T00:59:00Z","endsAt":"2026-03-29T01:04:00Z","generatorURL":"http://prom/graph"},
{"labels":{"alertname":"Gone"},"endsAt":"2026-03-29T00:58:00Z"}]`
)

func webhookSuite() sourcetest.Suite {
	return sourcetest.Suite{Source: alertmanager.Webhook(), Valid: []string{webhookBody}}
}

func apiSuite() sourcetest.Suite {
	return sourcetest.Suite{Source: alertmanager.API(), Valid: []string{apiBody}}
}

func TestSuiteWebhook(t *testing.T) { webhookSuite().Run(t) }
func TestSuiteAPI(t *testing.T)     { apiSuite().Run(t) }

func TestWebhook(t *testing.T) {
	require.Equal(t, "alertmanager", alertmanager.Webhook().Name())
	signals, faults := webhookSuite().Parse(t, []byte(webhookBody))
	require.Empty(t, faults)
	require.Len(t, signals, 2)
	a := signals[0].Alert
	require.False(t, signals[0].Cleared)
	require.Empty(t, signals[0].ID)
	require.Empty(t, signals[0].Service)
	require.Equal(t, source.KeyOf(map[string]string{"alertname": "DiskFull", "severity": "critical"}), a.Key)
	require.Equal(t, map[string]string{"alertname": "DiskFull", "severity": "critical"}, a.Labels.Map())
	require.Equal(t, "Disk is full", a.Summary)
	require.Equal(t, "97 %", a.Description)
	require.Equal(t, "critical", a.Severity)
	require.Equal(t, "http://prom/graph", a.Link)
	require.Equal(t, "alertmanager", a.Origin)
	require.True(t, a.EndsAt.IsZero(), "Alertmanager tells resolutions itself")
	require.Equal(t, at.Add(-time.Minute), a.StartsAt)
	require.True(t, signals[1].Cleared)
	require.Equal(t, "DiskFull", signals[1].Alert.Summary)
}

func TestAPI(t *testing.T) {
	require.Equal(t, "api/v2", alertmanager.API().Name())
	signals, faults := apiSuite().Parse(t, []byte(apiBody))
	require.Empty(t, faults)
	require.Len(t, signals, 2)
	require.False(t, signals[0].Cleared)
	require.Equal(t, at.Add(4*time.Minute), signals[0].Alert.EndsAt)
	require.True(t, signals[1].Cleared)
	require.Equal(t, signals[1].Alert.EndsAt, signals[1].Alert.StartsAt)

	webhook, _ := webhookSuite().Parse(t, []byte(webhookBody))
	require.Equal(t, webhook[0].Alert.Key, signals[0].Alert.Key, "one label set, one key, at both doors")
}

func TestAPITimes(t *testing.T) {
	in := func(d time.Duration) string { return at.Add(d).Format(time.RFC3339Nano) }
	tests := []struct {
		name, starts, ends string
		wantStart, wantEnd time.Duration
		cleared, fault     bool
	}{
		{"neither", "", "", 0, 5 * time.Minute, false, false},
		{"zero times", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", 0, 5 * time.Minute, false, false},
		{"start only", in(-time.Hour), "", -time.Hour, 5 * time.Minute, false, false},
		{"start in the far future", in(time.Hour), "", time.Hour, time.Hour + 5*time.Minute, false, false},
		{"end in the future", "", in(time.Minute), 0, time.Minute, false, false},
		{"end in the past", "", in(-time.Minute), -time.Minute, -time.Minute, true, false},
		{"end now", in(-time.Minute), in(0), -time.Minute, 0, true, false},
		{"end equals start", in(-time.Minute), in(-time.Minute), -time.Minute, -time.Minute, true, false},
		{"end before start", in(0), in(-time.Second), 0, 0, false, true},
		{"not a time", "yesterday", "", 0, 0, false, true},
		{"year 10000", "", "9999-12-31T23:59:59-23:00", 0, 0, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := fmt.Sprintf(`[{"labels":{"a":"b"},"startsAt":%q,"endsAt":%q}]`, tt.starts, tt.ends)
			signals, faults := apiSuite().Parse(t, []byte(body))
			if tt.fault {
				require.Empty(t, signals)
				require.NotEmpty(t, faults)
				require.True(t, strings.HasPrefix(faults[0].Place, "[0]."), faults[0].Place)
				return
			}
			require.Empty(t, faults)
			require.Equal(t, tt.cleared, signals[0].Cleared)
			require.Equal(t, at.Add(tt.wantStart), signals[0].Alert.StartsAt)
			require.Equal(t, at.Add(tt.wantEnd), signals[0].Alert.EndsAt)
		})
	}
}

func TestSummaries(t *testing.T) {
	tests := []struct{ alert, want string }{
		{`"annotations":{"summary":"s","message":"m"},"labels":{"alertname":"n"}`, "s"},
		{`"annotations":{"summary":"a\nb"},"labels":{"alertname":"n"}`, "a b"},
		{`"annotations":{"summary":" \n","message":"\n m \nx"},"labels":{"alertname":"n"}`, "m"},
		{`"annotations":{"description":"d1\nd2","title":"t"},"labels":{"alertname":"n"}`, "d1"},
		{`"annotations":{"title":"t"},"labels":{"alertname":"n"}`, "t"},
		{`"annotations":null,"labels":{"alertname":"n"}`, "n"},
		{`"labels":{"b":"2","a":"\u0000\""}`, `{a="\x00\"", b="2"}`},
		{`"annotations":{"summary":` + `"` + strings.Repeat("é", 1500) + `"},"labels":{"a":"b"}`, strings.Repeat("é", 1023) + "…"},
		{`"annotations":{"summary":{"deep":[1]}},"labels":{"a":"b"}`, `{"deep":[1]}`},
	}
	for _, tt := range tests {
		signals, faults := apiSuite().Parse(t, []byte("[{"+tt.alert+"}]"))
		require.Empty(t, faults, tt.alert)
		require.Equal(t, tt.want, signals[0].Alert.Summary)
	}
}

func TestFaultsNameThePlace(t *testing.T) {
	good := `{"labels":{"a":"b"}}`
	many := strings.TrimSuffix(strings.Repeat(good+",", 1001), ",")
	long := strings.Repeat("x", 3000)
	tests := []struct{ alerts, place, reason string }{
		{`[{}]`, "alerts[0].labels", "at least one label"},
		{`[{"labels":{"a":""}}]`, "alerts[0].labels", "at least one label"},
		{`[` + good + `,{"labels":[]}]`, "alerts[1].labels", "an array"},
		{`[{"labels":{"a":1}}]`, "alerts[0].labels.a", "a number"},
		{`[{"labels":{"":"x"}}]`, "alerts[0].labels", "empty"},
		{`[{"labels":{"a\u0007":"x"}}]`, "alerts[0].labels", "control"},
		{`[{"labels":{"a":"` + long + `"}}]`, "alerts[0].labels", "2048"},
		{`[{"labels":{"` + long + `":"a"}}]`, "alerts[0].labels", "128"},
		{`[{"labels":{"a":"b"},"startsAt":5}]`, "alerts[0].startsAt", "a time"},
		{`[{"labels":{"a":"b"},"annotations":7}]`, "alerts[0].annotations", "a number"},
		{`[{"labels":{"a":"b"},"status":"odd"}]`, "alerts[0].status", "firing or resolved"},
		{`[{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]`, "alerts[0].endsAt", "before"},
		{`[null]`, "alerts[0]", "null"},
		{`[{"labels":{"a":"1","a":"2"}}]`, "alerts[0].labels.a", "twice"},
		{`[{"labels":{"a":"b"},"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}]`, "", "deeper"},
		{`[` + many + `]`, "alerts", "1000"},
		{`null`, "alerts", "null"},
	}
	for _, tt := range tests {
		_, faults := webhookSuite().Parse(t, []byte(`{"alerts":`+tt.alerts+`}`))
		require.NotEmpty(t, faults, tt.alerts)
		if tt.place != "" {
			require.Equal(t, tt.place, faults[0].Place)
		}
		require.Contains(t, faults[0].Reason, tt.reason)
	}
	signals, faults := webhookSuite().Parse(t, []byte(`{"alerts":[{"labels":{"a":"b"}},{},{"labels":{"c":"d"}}]}`))
	require.Len(t, signals, 2, "the sound ones are taken")
	require.Len(t, faults, 1)
}

func TestWebhookStatus(t *testing.T) {
	tests := []struct {
		body    string
		cleared bool
	}{
		{`{"status":"firing","alerts":[{"status":"resolved","labels":{"a":"b"}}]}`, true},
		{`{"status":"resolved","alerts":[{"status":"firing","labels":{"a":"b"}}]}`, false},
		{`{"status":"resolved","alerts":[{"labels":{"a":"b"}}]}`, true},
		{`{"status":"firing","alerts":[{"labels":{"a":"b"},"endsAt":"2026-03-29T00:59:59Z"}]}`, true},
		{`{"status":"firing","alerts":[{"labels":{"a":"b"},"endsAt":"2026-03-29T02:00:00Z"}]}`, false},
		{`{"alerts":[{"status":"firing","labels":{"a":"b"},"endsAt":"2026-03-29T00:00:00Z"}]}`, false},
		{`{"alerts":[{"labels":{"a":"b"}}]}`, false},
	}
	for _, tt := range tests {
		signals, faults := webhookSuite().Parse(t, []byte(tt.body))
		require.Empty(t, faults, tt.body)
		require.Equal(t, tt.cleared, signals[0].Cleared, tt.body)
		if !tt.cleared {
			require.True(t, signals[0].Alert.EndsAt.IsZero(), tt.body)
		}
	}
}

func TestFingerprintOnlyWithoutLabels(t *testing.T) {
	signals, faults := webhookSuite().Parse(t, []byte(`{"alerts":[{"fingerprint":"abc"},{"fingerprint":"abc","labels":{"x":"y"}}]}`))
	require.Empty(t, faults)
	require.Equal(t, "abc", signals[0].Alert.Key)
	require.Equal(t, source.KeyOf(map[string]string{"x": "y"}), signals[1].Alert.Key)
	_, faults = webhookSuite().Parse(t, []byte(`{"alerts":[{"fingerprint":"a b"}]}`))
	require.Len(t, faults, 1)
	_, faults = apiSuite().Parse(t, []byte(`[{"fingerprint":"abc"}]`))
	require.Len(t, faults, 1)
}

func TestLinks(t *testing.T) {
	for link, want := range map[string]string{"https://a/b": "https://a/b", "javascript:alert(1)": "", "my.prometheusserver.url": "", "": ""} {
		signals, faults := apiSuite().Parse(t, fmt.Appendf(nil, `[{"labels":{"a":"b"},"generatorURL":%q}]`, link))
		require.Empty(t, faults)
		require.Equal(t, want, signals[0].Alert.Link)
	}
}

func TestLongAnnotationsAreCut(t *testing.T) {
	body := fmt.Sprintf(`[{"labels":{"a":"b"},"annotations":{"description":%q}}]`, strings.Repeat("d", 20_000))
	signals, faults := apiSuite().Parse(t, []byte(body))
	require.Empty(t, faults)
	require.Len(t, signals[0].Alert.Description, source.MaxText)
	require.Len(t, signals[0].Alert.Annotations.Map()["description"], source.MaxText)
}

// TestCorpus: bodies of real senders, old ones among them, are all taken whole.
func TestCorpus(t *testing.T) {
	for name, body := range corpus.Files(t, "webhooks/alertmanager") {
		signals, faults := webhookSuite().Parse(t, body)
		require.Empty(t, faults, name)
		require.NotEmpty(t, signals, name)
		for _, s := range signals {
			require.Equal(t, !strings.HasPrefix(name, "dingtalk") && !strings.HasSuffix(name, "simpe.json"), s.Cleared, name)
		}
	}
}

func FuzzWebhook(f *testing.F) { fuzz(f, webhookSuite()) }
func FuzzAPI(f *testing.F)     { fuzz(f, apiSuite()) }

func fuzz(f *testing.F, s sourcetest.Suite) {
	for _, body := range s.Valid {
		f.Add([]byte(body))
	}
	f.Add([]byte(`{"alerts":[{"labels":{"a":""},"fingerprint":"x","endsAt":"9999-12-31T23:59:59-23:59"}]}`))
	f.Add([]byte(`[{"labels":{"\u2028":"\ud800"},"annotations":{"summary":"\u0085"}}]`))
	f.Fuzz(func(t *testing.T, body []byte) { s.Parse(t, body) })
}
