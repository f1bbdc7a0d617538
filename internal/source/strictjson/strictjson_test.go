package strictjson_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/source/strictjson"
	"tocsin.dev/test/corpus"
)

func TestWalk(t *testing.T) {
	v, fault := strictjson.Parse([]byte(`{"s":"a\n\u00e9","n":9007199254740993,"b":true,"z":null,"a":[1,[2,{}],"x"],"o":{"k":{"d":1}},"S":"other"}`))
	require.Nil(t, fault)
	require.Equal(t, 7, v.Len())
	s, ok := v.Get("s").Str()
	require.True(t, ok)
	require.Equal(t, "a\né", s)
	n, ok := v.Get("n").Text()
	require.True(t, ok)
	require.Equal(t, "9007199254740993", n, "no digit is lost")
	_, ok = v.Get("n").Str()
	require.False(t, ok)
	require.Equal(t, strictjson.Bool, v.Get("b").Kind())
	require.False(t, v.Get("z").Given())
	require.Equal(t, strictjson.Missing, v.Get("nothing").Kind())
	require.Equal(t, strictjson.Missing, v.Get("nothing").Get("below").Kind())
	require.Equal(t, 3, v.Get("a").Len())
	require.Equal(t, `[2,{}]`, string(item(v.Get("a"), 1).Raw()))
	require.Equal(t, "1", string(v.Get("o").Get("k").Get("d").Raw()))
	s, _ = v.Get("S").Str()
	require.Equal(t, "other", s, "names are exact")
}

func item(v strictjson.Value, n int) strictjson.Value {
	for i, x := range v.Items() {
		if i == n {
			return x
		}
	}
	return strictjson.Value{}
}

func TestPlaces(t *testing.T) {
	tests := []struct{ body, place, reason string }{
		{"", "line 1, column 1", "text ends"},
		{"{\n  \"a\": tru\n}", "line 2, column 8", "no value"},
		{"{\"é\": !", "line 1, column 7", "no value"},
		{`{"a":1,}`, "line 1, column 8", "name in quotes"},
		{`[1 2]`, "line 1, column 4", "',' or ']'"},
		{`{} {}`, "line 1, column 4", "follows"},
		{"\"\xff\"", "line 1, column 2", "not UTF-8"},
		{"\"a\nb\"", "line 1, column 3", "control character"},
		{`{"alerts":[1,{"labels":{"a":"1","b":"2","a":"3"}}]}`, "alerts[1].labels.a", "twice"},
		{`{"a":1,"\u0061":2}`, "a", "twice"},
		{`{"x":` + strings.Repeat("[", 64), "x" + strings.Repeat("[0]", 63), "deeper than 64"},
		{"{" + strings.Repeat(`"k":1,`, 1) + manyMembers() + `"k":2}`, "k", "twice"},
		{"\xef\xbb\xbf", "line 1, column 1", "text ends"},
	}
	for _, tt := range tests {
		_, fault := strictjson.Parse([]byte(tt.body))
		require.NotNil(t, fault, tt.body)
		require.Equal(t, tt.place, fault.Place, tt.body)
		require.Contains(t, fault.Reason, tt.reason, tt.body)
	}
}

func manyMembers() string {
	var b strings.Builder
	for c := 'a'; c < 'j'; c++ {
		for d := 'a'; d < 'j'; d++ {
			b.WriteString(`"` + string(c) + string(d) + `":0,`)
		}
	}
	return b.String()
}

func TestDepth(t *testing.T) {
	_, fault := strictjson.Parse([]byte(strings.Repeat("[", 64) + strings.Repeat("]", 64)))
	require.Nil(t, fault)
	_, fault = strictjson.Parse([]byte(strings.Repeat("[", 65) + strings.Repeat("]", 65)))
	require.NotNil(t, fault)
}

// TestCorpus: y_ must be read but for names given twice, n_ must not, i_ may be either.
func TestCorpus(t *testing.T) {
	for name, body := range corpus.Files(t, "json/JSONTestSuite") {
		v, fault := strictjson.Parse(body)
		switch {
		case strings.HasPrefix(name, "n_"):
			require.NotNil(t, fault, name)
		case strings.Contains(name, "duplicated_key"):
			require.Contains(t, fault.Reason, "twice", name)
		case strings.HasPrefix(name, "y_"):
			require.Nil(t, fault, name)
			require.JSONEq(t, string(body), string(v.Raw()))
		}
	}
}

// walk touches everything.
func walk(v strictjson.Value) int {
	n := 1
	for _, item := range v.Items() {
		n += walk(item)
	}
	for name, member := range v.Members() {
		n += len(name) + walk(member)
	}
	s, _ := v.Text()
	return n + len(s)
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"\ud83d\ude00",null,true]}`, `[[[]]]`, `"\ud800"`, "\xef\xbb\xbf1", `{"a":1,"a":2}`, `[`, "\"\xed\xa0\x80\"", "{\"\":{}}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, fault := strictjson.Parse(body)
		if fault != nil {
			require.NotEmpty(t, fault.Reason)
			return
		}
		walk(v)
		// What we take, the standard library takes too, with the same content.
		var theirs any
		decoder := json.NewDecoder(bytes.NewReader(v.Raw()))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&theirs))
		require.Equal(t, theirs, plain(v))
	})
}

// plain turns a value into what encoding/json gives with UseNumber.
func plain(v strictjson.Value) any {
	text, _ := v.Text()
	switch v.Kind() {
	case strictjson.String:
		return text
	case strictjson.Number:
		return json.Number(text)
	case strictjson.Bool:
		return text == "true"
	case strictjson.Array:
		list := []any{}
		for _, item := range v.Items() {
			list = append(list, plain(item))
		}
		return list
	case strictjson.Object:
		object := map[string]any{}
		for name, member := range v.Members() {
			object[name] = plain(member)
		}
		return object
	default:
		return nil
	}
}

func BenchmarkParse(b *testing.B) {
	one := `{"labels":{"alertname":"HighLatency","instance":"web-1:9100","job":"web","severity":"critical"},` +
		`"annotations":{"summary":"latency is high"},"startsAt":"2026-03-29T00:59:00Z","generatorURL":"http://prometheus/graph"}`
	body := []byte("[" + strings.Repeat(one+",", 99) + one + "]")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, fault := strictjson.Parse(body); fault != nil {
			b.Fatal(fault)
		}
	}
}
