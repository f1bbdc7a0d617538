package cloudevents_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/source/sourcetest"
	"tocsin.dev/pkg/events"
	"tocsin.dev/test/corpus"
)

const (
	one = `{"specversion":"1.0","type":"com.example.alert","source":"/mon","id":"1","subject":"disk-1","time":"2026-03-29T00:59:00Z","severity":"warning",
"datacontenttype":"application/json","data":{"service":"db","summary":"Disk is full","labels":{"host":"a"}}}`
	cleared = `{"specversion":"1.0","type":"dev.tocsin.alert.cleared.v1","source":"/mon","id":"2","data":{"key":"k","summary":"s"}}`
)

func typed(contentType string) http.Header { return http.Header{"Content-Type": {contentType}} }

func structured(valid ...string) sourcetest.Suite {
	return sourcetest.Suite{Source: cloudevents.Source{}, Header: typed("application/cloudevents+json; charset=utf-8"), Valid: valid}
}

func batch(valid ...string) sourcetest.Suite {
	return sourcetest.Suite{Source: cloudevents.Source{}, Header: typed("application/cloudevents-batch+json"), Valid: valid}
}

func unlabelled(valid ...string) sourcetest.Suite {
	return sourcetest.Suite{Source: cloudevents.Source{}, Valid: valid}
}

func TestSuiteStructured(t *testing.T) { structured(one, cleared).Run(t) }
func TestSuiteBatch(t *testing.T)      { batch("["+one+","+cleared+"]", "["+one+"]").Run(t) }
func TestSuiteUnlabelled(t *testing.T) { unlabelled(one, "["+one+"]").Run(t) }

func TestStructured(t *testing.T) {
	signals, faults := structured().Parse(t, []byte(one))
	require.Empty(t, faults)
	require.Len(t, signals, 1)
	s := signals[0]
	require.Equal(t, "/mon 1", s.ID)
	require.Equal(t, "db", s.Service)
	require.False(t, s.Cleared)
	require.Equal(t, "disk-1", s.Alert.Key)
	require.Equal(t, "Disk is full", s.Alert.Summary)
	require.Equal(t, "warning", s.Alert.Severity)
	require.Equal(t, map[string]string{"host": "a", "ce_type": "com.example.alert", "ce_source": "/mon"}, s.Alert.Labels.Map())
	require.Equal(t, time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC), s.Alert.StartsAt)
	require.Equal(t, "cloudevents", s.Alert.Origin)
}

func TestOurTypes(t *testing.T) {
	signals, faults := structured().Parse(t, []byte(cleared))
	require.Empty(t, faults)
	require.True(t, signals[0].Cleared)
	require.Equal(t, "k", signals[0].Alert.Key)
	require.Empty(t, signals[0].Alert.Labels)

	received := strings.Replace(cleared, "cleared", "received", 1)
	signals, faults = structured().Parse(t, []byte(strings.Replace(received, `"key"`, `"status":"resolved","key"`, 1)))
	require.Empty(t, faults)
	require.False(t, signals[0].Cleared, "the type says it")

	for _, name := range events.Names() {
		_, faults := structured().Parse(t, []byte(strings.Replace(cleared, "alert.cleared", name, 1)))
		if name == "alert.received" || name == "alert.cleared" {
			require.Empty(t, faults)
			continue
		}
		require.Len(t, faults, 1, name)
		require.Equal(t, "type", faults[0].Place)
	}
	_, faults = structured().Parse(t, []byte(strings.Replace(cleared, "cleared.v1", "cleared.v2", 1)))
	require.Len(t, faults, 1)
}

func TestDerived(t *testing.T) {
	parse := func(body string) source.Signal {
		signals, faults := structured().Parse(t, []byte(body))
		require.Empty(t, faults, body)
		return signals[0]
	}
	s := parse(`{"specversion":"1.0","type":"t","source":"s","id":"1"}`)
	require.Equal(t, "t", s.Alert.Summary)
	again := parse(`{"specversion":"1.0","type":"t","source":"s","id":"2","data":null}`)
	require.Equal(t, s.Alert.Key, again.Alert.Key, "source and type name it")
	other := parse(`{"specversion":"1.0","type":"t2","source":"s","id":"2"}`)
	require.NotEqual(t, s.Alert.Key, other.Alert.Key)
	long := parse(`{"specversion":"1.0","type":"t","source":"s","id":"1","subject":"` + strings.Repeat("x", 1000) + `"}`)
	require.Len(t, long.Alert.Key, 32)
	for data, description := range map[string]string{`"words"`: "words", `[1,2]`: "[1,2]", `12`: "12", `true`: "true"} {
		s := parse(`{"specversion":"1.0","type":"t","source":"s","id":"1","data":` + data + `}`)
		require.Equal(t, description, s.Alert.Description)
	}
	s = parse(`{"specversion":"1.0","type":"t","source":"s","id":"1","datacontenttype":"application/octet-stream","data_base64":"/+8="}`)
	require.Equal(t, "2 bytes of application/octet-stream", s.Alert.Description)
	s = parse(`{"specversion":"1.0","type":"t","source":"s","id":"1","data_base64":"eyJrZXkiOiJrIiwic3RhdHVzIjoicmVzb2x2ZWQifQ=="}`)
	require.Equal(t, "k", s.Alert.Key)
	require.True(t, s.Cleared)
	s = parse(`{"specversion":"1.0","type":"t","source":"s","id":"1","service":"web"}`)
	require.Equal(t, "web", s.Service)
}

func TestFaults(t *testing.T) {
	base := `{"specversion":"1.0","type":"t","source":"s","id":"1"`
	for body, place := range map[string]string{
		`{}`: "",
		`[]`: "",
		`{"specversion":"2.0","type":"t","source":"s","id":"1"}`:  "specversion",
		`{"specversion":"1.0","type":"","source":"s","id":"1"}`:   "type",
		`{"specversion":"1.0","type":"t","id":"1"}`:               "source",
		`{"specversion":"1.0","type":"t","source":"s","id":null}`: "id",
		base + `,"time":"yesterday"}`:                             "time",
		base + `,"a_b":"c"}`:                                      "a_b",
		base + `,"ext":{}}`:                                       "ext",
		base + `,"ext":4247483647}`:                               "ext",
		base + `,"ext":4.5}`:                                      "ext",
		base + `,"ext":1e3}`:                                      "ext",
		base + `,"abc":"1","ABC":"2"}`:                            "ABC",
		base + `,"data":1,"data_base64":"YQ=="}`:                  "",
		base + `,"data_base64":"!"}`:                              "data_base64",
		base + `,"data_base64":1}`:                                "data_base64",
		base + `,"data":{"key":[]}}`:                              "data.key",
		base + `,"data":{"status":"odd"}}`:                        "data.status",
		base + `,"subject":"` + strings.Repeat("x", 3000) + `"}`:  "subject",
	} {
		signals, faults := structured().Parse(t, []byte(body))
		require.Empty(t, signals, body)
		require.NotEmpty(t, faults, body)
		require.Equal(t, place, faults[0].Place, body)
	}
	signals, faults := batch().Parse(t, []byte(`[`+one+`,{},`+base+`,"data":{"labels":{"a":[]}}}]`))
	require.Len(t, signals, 1)
	require.Len(t, faults, 2)
	require.Equal(t, "[1]", faults[0].Place)
	require.Equal(t, "[2].data.labels.a", faults[1].Place)
	signals, faults = batch().Parse(t, []byte(`[]`))
	require.Empty(t, signals)
	require.Empty(t, faults, "an empty batch is a batch")
	_, faults = sourcetest.Suite{Source: cloudevents.Source{}, Header: typed("application/cloudevents+avro")}.Parse(t, []byte(one))
	require.Len(t, faults, 1)
}

func binary(more ...string) http.Header {
	h := http.Header{}
	for _, pair := range append([]string{"ce-specversion=1.0", "ce-type=com.example.someevent", "ce-time=2018-04-05T03:56:24Z", "ce-id=1234-1234-1234", "ce-source=/mycontext/subcontext"}, more...) {
		name, value, _ := strings.Cut(pair, "=")
		h.Set(name, value)
	}
	return h
}

func TestBinary(t *testing.T) {
	for _, ct := range []string{"application/json", "application/json; charset=utf-8", "application/vnd.x+json"} {
		signals, faults := sourcetest.Suite{Source: cloudevents.Source{}, Header: binary("Content-Type=" + ct)}.Parse(t, []byte(`{"message":"Hello World!"}`))
		require.Empty(t, faults)
		require.Equal(t, "Hello World!", signals[0].Alert.Summary)
		require.Equal(t, "/mycontext/subcontext 1234-1234-1234", signals[0].ID)
	}
	tests := []struct {
		name   string
		header http.Header
		body   string
		check  func(source.Signal)
		fault  string
	}{
		{"percent and quotes", binary("ce-subject=%22Euro%22%20%e2%82%ac", "Content-Type=text/plain"), "hi", func(s source.Signal) {
			require.Equal(t, `"Euro" €`, s.Alert.Key)
			require.Equal(t, "hi", s.Alert.Description)
		}, ""},
		{"quoted string", binary(`ce-subject="a \"b\""`), "", func(s source.Signal) { require.Equal(t, `a "b"`, s.Alert.Key) }, ""},
		{"nothing said of the type, JSON", binary(), `{"key":"k"}`, func(s source.Signal) { require.Equal(t, "k", s.Alert.Key) }, ""},
		{"nothing said of the type, text", binary(), `disk {full`, func(s source.Signal) { require.Equal(t, "disk {full", s.Alert.Description) }, ""},
		{"datacontenttype has no place in HTTP", binary("ce-datacontenttype=text/plain", "Content-Type=application/json"), `{"key":"k"}`, func(s source.Signal) { require.Equal(t, "k", s.Alert.Key) }, ""},
		{"not UTF-8", binary("ce-subject=%ff"), "", nil, "ce-subject"},
		{"broken escape", binary("ce-subject=%4"), "", nil, "ce-subject"},
		{"broken JSON", binary("Content-Type=application/json"), "{", nil, "data"},
		{"no type", binary("ce-type="), "", nil, "type"},
		{"odd name", binary("ce-a-b=c"), "", nil, "a-b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			signals, faults := sourcetest.Suite{Source: cloudevents.Source{}, Header: tt.header}.Parse(t, []byte(tt.body))
			if tt.fault != "" {
				require.Empty(t, signals)
				require.Equal(t, tt.fault, faults[0].Place)
				return
			}
			require.Empty(t, faults)
			tt.check(signals[0])
		})
	}
}

// TestSDK: what the Go SDK writes is read with the same meaning, by HTTP and by NATS.
func TestSDK(t *testing.T) {
	e := event.New()
	e.SetID("7")
	e.SetSource("https://mon.example/e?a=b")
	e.SetType("com.example.down")
	e.SetSubject("höst 100%")
	e.SetTime(sourcetest.At)
	e.SetExtension("severity", "critical")
	require.NoError(t, e.SetData("application/json", map[string]any{"service": "web", "status": "resolved"}))
	require.NoError(t, e.Validate())
	body, err := e.MarshalJSON()
	require.NoError(t, err)
	check := func(signals []source.Signal, faults []source.Fault) {
		require.Empty(t, faults)
		require.Len(t, signals, 1)
		s := signals[0]
		sourcetest.Sound(t, s)
		require.Equal(t, "https://mon.example/e?a=b 7", s.ID)
		require.Equal(t, "höst 100%", s.Alert.Key)
		require.Equal(t, "critical", s.Alert.Severity)
		require.Equal(t, "web", s.Service)
		require.True(t, s.Cleared)
		require.Equal(t, sourcetest.At, s.Alert.StartsAt)
	}
	check(structured().Parse(t, body))
	check(cloudevents.FromNATS(nil, body, sourcetest.At))
	check(cloudevents.FromNATS(nil, []byte("["+string(body)+"]"), sourcetest.At))
	check(cloudevents.FromNATS(events.Header{"Content-Type": {"application/cloudevents+json"}}, body, sourcetest.At))
	check(cloudevents.FromNATS(events.Header{"content-type": {"application/cloudevents-batch+json"}}, []byte("["+string(body)+"]"), sourcetest.At))
	encoded, plain := events.Header{}, events.Header{}
	for name, value := range map[string]string{
		"specversion": "1.0", "id": "7", "source": e.Source(), "type": e.Type(), "subject": e.Subject(),
		"time": "2026-03-29T01:00:00Z", "severity": "critical",
	} {
		encoded.Set("ce-"+name, events.EncodeHeader(value))
		plain.Set("ce-"+name, value)
	}
	encoded.Set("ce-datacontenttype", events.EncodeHeader("application/json; charset=utf-8"))
	plain.Set("datacontenttype", "application/json")
	check(cloudevents.FromNATS(encoded, e.Data(), sourcetest.At))
	check(cloudevents.FromNATS(plain, e.Data(), sourcetest.At))
}

// TestOwnNATS: what Tocsin writes in binary mode comes back.
func TestOwnNATS(t *testing.T) {
	e := events.New(events.AlertReceived{Alert: events.Alert{Key: "k", Summary: "s", Labels: events.NewLabels(map[string]string{"a": "b"})}})
	e.ID, e.Source, e.Time, e.Service = "1", "bot", sourcetest.At, "web"
	signals, faults := cloudevents.FromNATS(events.BinaryHeader(e.Envelope), []byte(`{"key":"k","summary":"s","labels":{"a":"b"}}`), sourcetest.At)
	require.Empty(t, faults)
	require.Equal(t, "nats", signals[0].Alert.Origin)
	require.Equal(t, "web", signals[0].Service)
	require.Equal(t, map[string]string{"a": "b"}, signals[0].Alert.Labels.Map())
	_, faults = cloudevents.FromNATS(events.Header{"ce-id": {}, "X": nil}, nil, sourcetest.At)
	require.Len(t, faults, 1)
}

func TestSpecExamples(t *testing.T) {
	files := corpus.Files(t, "cloudevents/spec_examples")
	for _, name := range []string{"json_format_03.json", "json_format_05.json"} {
		signals, faults := structured().Parse(t, files[name])
		require.Empty(t, faults, name)
		require.Equal(t, "com.example.someevent", signals[0].Alert.Summary)
	}
	// Two examples hold the words "... base64 encoded string ..." where base64 belongs.
	_, faults := structured().Parse(t, files["json_format_01.json"])
	require.Equal(t, "data_base64", faults[0].Place)
	signals, faults := batch().Parse(t, files["json_format_07.json"])
	require.Len(t, signals, 1)
	require.Equal(t, "/mycontext/9 C234-1234-1234", signals[0].ID)
	require.Equal(t, "[0].data_base64", faults[0].Place)
	signals, faults = batch().Parse(t, []byte(strings.Replace(string(files["json_format_07.json"]), "... base64 encoded string ...", "AAEC", 1)))
	require.Empty(t, faults)
	require.Len(t, signals, 2)
}

func TestJavaSDK(t *testing.T) {
	for name, body := range corpus.Files(t, "cloudevents/sdk_java_v03") {
		signals, faults := structured().Parse(t, body)
		if strings.HasPrefix(name, "fail_") || strings.Contains(name, "invalid") {
			require.Empty(t, signals, name)
			require.Len(t, faults, 1, name)
			continue
		}
		require.Empty(t, faults, name)
		switch {
		case strings.Contains(name, "text_data"):
			require.Equal(t, "Hello World Lorena!", signals[0].Alert.Description, name)
		case strings.Contains(name, "xml"):
			require.Equal(t, "<stuff></stuff>", signals[0].Alert.Description, name)
		case !strings.HasPrefix(name, "min"):
			require.Equal(t, "sub", signals[0].Alert.Key, name)
		}
	}
}

// conformance is one event of the conformance files.
type conformance struct {
	Mode       string
	Attributes map[string]any `yaml:"ContextAttributes"`
	Data       string         `yaml:"Data"`
}

// TestConformance posts every event of the conformance files in binary mode, and by NATS.
func TestConformance(t *testing.T) {
	count := 0
	for name, text := range corpus.Files(t, "cloudevents/conformance") {
		if !strings.HasSuffix(name, ".yaml") {
			continue
		}
		for document := range strings.SplitSeq(string(text), "\n---\n") {
			var c conformance
			require.NoError(t, yaml.Unmarshal([]byte(document), &c), name)
			posted(t, name, c, document)
			count++
		}
	}
	require.Positive(t, count)
}

func posted(t *testing.T, name string, c conformance, document string) {
	t.Helper()
	h, nats := http.Header{}, events.Header{}
	set := func(key, value string) {
		if key == "datacontenttype" {
			h.Set("Content-Type", value)
		} else {
			h.Set("ce-"+key, events.EncodeHeader(value))
		}
		nats.Set("ce-"+key, events.EncodeHeader(value))
	}
	for key, value := range c.Attributes {
		switch v := value.(type) {
		case map[string]any:
			for k, extension := range v {
				set(k, strings.TrimSpace(extension.(string)))
			}
		case string:
			set(key, v)
		case time.Time:
			set(key, v.Format(time.RFC3339))
		}
	}
	version := "1.0"
	if strings.Contains(document, "specversion: 0.3") {
		version = "0.3"
	}
	set("specversion", version)
	signals, faults := sourcetest.Suite{Source: cloudevents.Source{}, Header: h}.Parse(t, []byte(c.Data))
	require.Empty(t, faults, name)
	require.Len(t, signals, 1)
	byNATS, faults := cloudevents.FromNATS(nats, []byte(c.Data), sourcetest.At)
	require.Empty(t, faults, name)
	byNATS[0].Alert.Origin = "cloudevents"
	require.Equal(t, signals, byNATS)
}

func FuzzParse(f *testing.F) {
	for _, ct := range []string{"", "application/json", "application/cloudevents+json", "application/cloudevents-batch+json", "text/plain"} {
		f.Add(ct, "%e2%82%ac", []byte(one))
		f.Add(ct, "", []byte("["+cleared+"]"))
	}
	f.Fuzz(func(t *testing.T, contentType, subject string, body []byte) {
		h := http.Header{"Content-Type": {contentType}}
		nats := events.Header{"content-type": {contentType}}
		if subject != "" {
			h = binary("Content-Type="+contentType, "ce-subject="+subject)
			nats = events.Header(h)
		}
		sourcetest.Suite{Source: cloudevents.Source{}, Header: h}.Parse(t, body)
		signals, _ := cloudevents.FromNATS(nats, body, sourcetest.At)
		for _, s := range signals {
			sourcetest.Sound(t, s)
		}
	})
}
