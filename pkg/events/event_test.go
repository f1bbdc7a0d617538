package events

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func sample() Event {
	e := New(IncidentTriggered{
		Title: "Checkout <slow> & \"sad\"", DedupKey: "k", Severity: "critical", Priority: "P1", Policy: "p", Catalog: "c",
		Alert: Alert{Key: "k", Summary: "s", Labels: NewLabels(map[string]string{"b": "2", "a": "1"})},
	})
	e.ID, e.Source, e.Subject = DeriveID("x"), "tocsin/engine", DeriveID("y")
	e.Time = time.Date(2026, 3, 29, 1, 30, 0, 123456789, time.UTC)
	e.Service, e.Team, e.IncidentSeq, e.CausationID, e.Actor, e.Reason = "checkout", "payments", 7, "c", "alert", "because"
	return e
}

// slow is the general decoder that splitOwn must agree with.
func slow(t *testing.T, line []byte) rawWire {
	t.Helper()
	var w rawWire
	require.NoError(t, json.Unmarshal(line, &w))
	return w
}

func TestSplitAgreesWithTheGeneralDecoder(t *testing.T) {
	for name, change := range map[string]func(*Event){
		"full":        func(*Event) {},
		"escapes":     func(e *Event) { e.Reason = "a \"quoted\" <word> and \n a line" },
		"beyond":      func(e *Event) { e.Reason = "ünïcode – ☃" },
		"no incident": func(e *Event) { e.Subject, e.IncidentSeq = "", 0 },
		"a zone":      func(e *Event) { e.Time = e.Time.In(time.FixedZone("", 3600)) },
	} {
		t.Run(name, func(t *testing.T) {
			e := sample()
			change(&e)
			line, err := e.Encode()
			require.NoError(t, err)
			env, data, err := Split(line)
			require.NoError(t, err)
			want := slow(t, line)
			require.True(t, want.Time.Equal(env.Time))
			want.Time = env.Time
			require.Equal(t, want.Envelope, env)
			require.Equal(t, string(want.Data), string(data))
			general, err := json.Marshal(struct {
				Envelope
				Data any `json:"data"`
			}{e.Envelope, e.Data})
			require.NoError(t, err)
			require.Equal(t, string(general), string(line), "as encoding/json writes it")
			back, err := Decode(line)
			require.NoError(t, err)
			again, err := back.Encode()
			require.NoError(t, err)
			require.Equal(t, string(line), string(again), "encoding is canonical")
		})
	}
}

func TestOwnLinesTakeTheShortWay(t *testing.T) {
	line, err := sample().Encode()
	require.NoError(t, err)
	_, _, ok := splitOwn(line)
	require.True(t, ok)
}

func TestNamesMayComeInAnyOrder(t *testing.T) {
	e, err := Decode([]byte(`{"type":"dev.tocsin.note.received.v1","data":{"incident":"i","note":"n"},"id":"1","specversion":"1.0","source":"/x","time":"2026-01-01T00:00:00Z"}`))
	require.NoError(t, err)
	require.Equal(t, NoteReceived{Command{Incident: "i", Note: "n"}}, e.Data)
	require.Equal(t, "1", e.ID)
}

func TestBatchesComeApartAsTheyWerePutTogether(t *testing.T) {
	for n := range 3 {
		all := make([]Event, n)
		for i := range all {
			all[i] = sample()
		}
		b, err := EncodeBatch(all)
		require.NoError(t, err)
		require.Len(t, Lines(b), n)
		back, err := DecodeBatch(b)
		require.NoError(t, err)
		require.Len(t, back, n)
		for _, line := range Lines(b) {
			require.Equal(t, "dev.tocsin.incident.triggered.v1", TypeAt(line))
		}
	}
}

func TestBinaryModeRoundTrip(t *testing.T) {
	e := sample()
	e.Reason = "50 % \"sure\" – ☃"
	line, err := e.Encode()
	require.NoError(t, err)
	_, data, err := Split(line)
	require.NoError(t, err)
	h := BinaryHeader(e.Envelope)
	for _, v := range h {
		require.NotContains(t, v[0], " ")
	}
	back, err := DecodeNATS(h, data)
	require.NoError(t, err)
	e.DataContentType = ContentJSON
	require.Equal(t, e, back)
}

func TestDecodeHeader(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "a%20b": "a b", "%e2%98%83": "☃", `"quoted \"x\""`: `quoted "x"`, "": "",
	} {
		got, err := DecodeHeader(in)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, bad := range []string{"%", "%2", "%zz", "%ff%fe"} {
		_, err := DecodeHeader(bad)
		require.Error(t, err, bad)
	}
}

func TestUnknownTypesAreNamed(t *testing.T) {
	_, err := Decode([]byte(`{"type":"com.example.x","specversion":"1.0","id":"1","source":"/","time":"2026-01-01T00:00:00Z","data":{}}`))
	require.ErrorIs(t, err, ErrUnknownType)
	require.ErrorContains(t, err, "com.example.x")
}

func TestPublicSubjects(t *testing.T) {
	s, ok := PublicSubject(Envelope{Type: TypeOf(EscalationAdvanced{}), Team: "payments", Service: "checkout"})
	require.True(t, ok)
	require.Equal(t, "tocsin.escalations.payments.checkout.advanced", s)
	_, ok = PublicSubject(Envelope{Type: TypeOf(AlertRenewed{})})
	require.False(t, ok)
}

func TestCheckID(t *testing.T) {
	for _, good := range []string{"a", "checkout", "db-1", "A_b", "0"} {
		require.NoError(t, CheckID(good))
	}
	for _, bad := range []string{"", "a.b", "a b", "*", ">", "-a", "é", strings.Repeat("a", 65)} {
		require.Error(t, CheckID(bad), bad)
	}
}

func TestLabels(t *testing.T) {
	l := NewLabels(map[string]string{"b": "2", "a": "x\"y\n☃"})
	require.Equal(t, map[string]string{"b": "2", "a": "x\"y\n☃"}, l.Map())
	for _, in := range []string{`{"b":"2","a":"1"}`, `{ "a":"1", "b" : "2" }`, `{"a":"1","b":"2"}`} {
		var got Labels
		require.NoError(t, json.Unmarshal([]byte(in), &got))
		require.Equal(t, Labels(`{"a":"1","b":"2"}`), got, in)
	}
	for _, bad := range []string{`[]`, `"x"`, `{"a":1}`} {
		var got Labels
		require.Error(t, json.Unmarshal([]byte(bad), &got), bad)
	}
	var none Labels
	require.NoError(t, json.Unmarshal([]byte(`{}`), &none))
	require.Empty(t, none.Map())
}

func FuzzSplit(f *testing.F) {
	line, err := sample().Encode()
	require.NoError(f, err)
	f.Add(line)
	f.Add([]byte(`{"type":"x","time":"2026-01-01T00:00:00Z","incidentseq":3,"data":{"a":[1,2]}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		env, data, ok := splitOwn(in)
		if !ok || !json.Valid(in) || !utf8.Valid(in) || !json.Valid(data) {
			return
		}
		var w rawWire
		require.NoError(t, json.Unmarshal(in, &w))
		require.True(t, w.Time.Equal(env.Time))
		w.Time = env.Time
		require.Equal(t, w.Envelope, env)
		require.Equal(t, string(w.Data), string(data))
	})
}

func BenchmarkEncode(b *testing.B) {
	e := sample()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Encode(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	line, _ := sample().Encode()
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Split(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	line, _ := sample().Encode()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(line); err != nil {
			b.Fatal(err)
		}
	}
}
