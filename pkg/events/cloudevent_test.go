package events_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/pkg/events"
)

// texts draws texts of any characters, the awkward ones often.
var texts = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
	"", "a b", ` "quoted" `, "50 %", "%41", "line\nfeed\r\n", "\x00\x1f\x7f", "\u2028\u2029", "<&>", "höst ☃ 𝄞", `\u0041`, "https://x/%zz?a=b#c",
}))

// fill draws a value of any type that data is made of.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Interface().(type) {
	case events.Labels:
		v.SetString(string(events.NewLabels(rapid.MapOfN(texts, texts, 0, 3).Draw(t, "labels"))))
		return
	case time.Time:
		v.Set(reflect.ValueOf(instants.Draw(t, "time")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts.Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.IntRange(0, 1000).Draw(t, "int")))
	case reflect.Uint64:
		v.SetUint(uint64(rapid.IntRange(0, 1000).Draw(t, "uint")))
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(0, 1).Draw(t, "float"))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(t, "len"), 2))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 2).Draw(t, "len") {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(t, key)
			fill(t, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		t.Fatalf("data of kind %s: teach fill to draw it", v.Kind())
	}
}

var instants = rapid.Custom(func(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC()
})

// facts draws an event of any of Tocsin's types.
var facts = rapid.Custom(func(t *rapid.T) events.Event {
	name := rapid.SampledFrom(events.Names()).Draw(t, "name")
	empty, err := events.DecodeData(events.TypePrefix+name+".v1", []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	data := reflect.New(reflect.TypeOf(empty)).Elem()
	fill(t, data)
	e := events.New(data.Interface().(events.Data))
	e.ID, e.Source, e.Time = texts.Draw(t, "id"), texts.Draw(t, "source"), instants.Draw(t, "time")
	e.Subject, e.Service, e.Team, e.Actor = texts.Draw(t, "subject"), texts.Draw(t, "service"), texts.Draw(t, "team"), texts.Draw(t, "actor")
	e.CausationID, e.Reason = texts.Draw(t, "cause"), texts.Draw(t, "reason")
	e.DataContentType = rapid.SampledFrom([]string{"", events.ContentJSON}).Draw(t, "content type")
	e.IncidentSeq = uint64(rapid.IntRange(0, math.MaxInt32).Draw(t, "seq"))
	return e
})

// TestFactsThroughTheSDK: what our codec writes the SDK reads as the same event, and the other way round,
// in every mode.
func TestFactsThroughTheSDK(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := facts.Draw(t, "event")
		line := encode(t, e)
		made, err := e.CloudEvent()
		require.NoError(t, err)

		read, err := events.FromJSON([]byte(line))
		require.NoError(t, err)
		require.Equal(t, made, read, "our line, read by the SDK")
		same(t, line, read)

		written, err := made.MarshalJSON()
		require.NoError(t, err)
		back, err := events.Decode(written)
		require.NoError(t, err)
		require.Equal(t, line, encode(t, back), "the SDK's text, read by us")

		batch, err := events.FromJSONBatch(fmt.Appendf(nil, "[%s,%s]", line, written))
		require.NoError(t, err)
		for _, one := range batch {
			same(t, line, one)
		}

		binary, err := events.FromNATS(events.ToNATS(made))
		require.NoError(t, err)
		same(t, line, binary)
		_, data, err := events.Split([]byte(line))
		require.NoError(t, err)
		own, err := events.DecodeNATS(events.BinaryHeader(e.Envelope), data)
		require.NoError(t, err)
		own.DataContentType = e.DataContentType // the teller always names it
		require.Equal(t, line, encode(t, own))
	})
}

func encode(t require.TestingT, e events.Event) string {
	line, err := e.Encode()
	require.NoError(t, err)
	return string(line)
}

func same(t require.TestingT, line string, read event.Event) {
	e, err := events.FromCloudEvent(read)
	require.NoError(t, err)
	require.Equal(t, line, encode(t, e))
	fact, err := events.Fact(read)
	require.NoError(t, err)
	require.Equal(t, e.Data, fact)
}

// TestForeignEvents: an event of any type, with extensions of every kind, comes back from NATS and JSON.
func TestForeignEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := event.New()
		e.SetID("1")
		e.SetSource("/mon")
		e.SetType("com.example.x")
		e.SetTime(instants.Draw(t, "time"))
		e.SetDataSchema("https://example.com/schema")
		for name, value := range map[string]any{
			"abool": rapid.Bool().Draw(t, "bool"), "anint": rapid.Int32().Draw(t, "int"), "atext": "x" + texts.Draw(t, "text"),
			"bytes": []byte(texts.Draw(t, "bytes")), "auri": types.ParseURI("urn:x:1"), "atime": instants.Draw(t, "extension"),
		} {
			e.SetExtension(name, value)
		}
		media := rapid.SampledFrom([]string{"application/json", "text/plain", "application/octet-stream", "application/vnd.x+json"}).Draw(t, "media")
		data := texts.Draw(t, "data")
		if events.IsJSON(media) {
			text, err := json.Marshal(data)
			require.NoError(t, err)
			data = string(text)
		}
		require.NoError(t, e.SetData(media, []byte(data)))
		e.DataBase64 = media == "application/octet-stream"
		require.NoError(t, e.Validate())

		text, err := e.MarshalJSON()
		require.NoError(t, err)
		if media != "application/vnd.x+json" { // which the SDK writes as a string
			equal(t, e, text, nil)
		}
		header, body := events.ToNATS(e)
		for _, values := range header {
			require.Regexp(t, `^[!-~]*$`, values[0], "a header holds printable characters")
		}
		equal(t, e, body, header)
	})
}

func equal(t require.TestingT, want event.Event, body []byte, header events.Header) {
	got, err := events.FromNATS(header, body)
	require.NoError(t, err)
	require.Equal(t, string(want.Data()), string(got.Data()))
	require.Equal(t, want.Time(), got.Time())
	require.Equal(t, want.DataContentType(), got.DataContentType())
	require.Equal(t, want.DataSchema(), got.DataSchema())
	for name := range want.Extensions() {
		require.Equal(t, events.Extension(want, name), events.Extension(got, name), name)
	}
}

// TestSDKIsMended holds each departure of the SDK from the specification that docs/adr/0039 lists.
func TestSDKIsMended(t *testing.T) {
	event := func(members string) string {
		return `{"data":{"a":1},"id":"1","type":"t","source":"s","specversion":"1.0",` + members + `}`
	}
	noData := func(members string) string { return strings.Replace(event(members), `"data":{"a":1},`, "", 1) }
	for name, c := range map[string]struct{ body, data, source string }{
		"source as it was written":      {event(`"source":"/mön/%7e"`), `{"a":1}`, "/mön/%7e"},
		"source that is not a URI":      {event(`"source":"my host: 5%"`), `{"a":1}`, "my host: 5%"},
		"an empty name":                 {`{"":1,` + event(`"x":"y"`)[1:], `{"a":1}`, "s"},
		"null":                          {event(`"x":null,"data_base64":null`), `{"a":1}`, "s"},
		"upper case":                    {strings.Replace(event(`"x":"y"`), `"source"`, `"Source"`, 1), `{"a":1}`, "s"},
		"+json":                         {event(`"datacontenttype":"application/vnd.x+json"`), `{"a":1}`, "s"},
		"JSON in upper case":            {event(`"datacontenttype":"Application/JSON"`), `{"a":1}`, "s"},
		"an object that is called text": {event(`"datacontenttype":"text/plain"`), `{"a":1}`, "s"},
		"escapes in base64":             {noData(`"data_base64":"YW\u004aj\n"`), "abc", "s"},
		"base64 first":                  {`{"data_base64":"YWJj",` + noData(`"x":"y"`)[1:], "abc", "s"},
		"no encoding in 0.3":            {strings.Replace(event(`"datacontentencoding":""`), "1.0", "0.3", 1), `{"a":1}`, "s"},
		"a number out of range":         {event(`"x":4000000000,"y":1.5`), `{"a":1}`, "s"},
	} {
		t.Run(name, func(t *testing.T) {
			body := c.body
			if c.source != "s" {
				body = strings.Replace(body, `"source":"s",`, "", 1)
			}
			e, err := events.FromJSON([]byte(body))
			require.NoError(t, err)
			require.Equal(t, c.data, string(e.Data()))
			require.Equal(t, c.source, e.Source())
			require.Equal(t, "t", e.Type())
		})
	}
	for name, body := range map[string]string{
		"not an object":             `[]`,
		"no version":                `{"id":"1","type":"t","source":"s"}`,
		"another version":           strings.Replace(event(`"x":"y"`), "1.0", "2.0", 1),
		"base64 that is a number":   `{"data_base64":1,` + noData(`"x":"y"`)[1:],
		"base64 that is not base64": noData(`"data_base64":"!"`),
		"both kinds of data":        event(`"data_base64":"YWJj"`),
		"a name given twice":        event(`"ID":"2"`),
		"a time that is not one":    event(`"time":"yesterday"`),
	} {
		_, err := events.FromJSON([]byte(body))
		require.ErrorIs(t, err, events.ErrNotCloudEvent, name)
	}
	_, err := events.FromNATS(events.Header{"ce-specversion": {"1.0"}, "ce-subject": {"%4"}}, nil)
	require.ErrorIs(t, err, events.ErrNotCloudEvent)
	require.ErrorContains(t, err, "ce-subject")
}
