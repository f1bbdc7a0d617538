package history

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

func TestThereAndBack(t *testing.T) {
	all := read(t, header+"A,Active,0,0,0,TRUE,01-03-2016 08:00,01-03-2016 08:00,Mail,3 - Moderate,G,Bo,?,?,?\n")
	var b bytes.Buffer
	require.NoError(t, Write(&b, all))
	for name, text := range map[string]string{
		"as written":      b.String(),
		"byte order mark": "\ufeff" + b.String(),
		"line ends":       strings.ReplaceAll(b.String(), "\n", "\r\n\r\n"),
	} {
		var got []events.Event
		require.NoError(t, Read(strings.NewReader(text), func(_ int, e events.Event) error {
			got = append(got, e)
			return nil
		}), name)
		require.Equal(t, all, got, name)
	}
}

func TestReadFaults(t *testing.T) {
	line := `{"type":"dev.tocsin.note.received.v1","time":"2026-03-01T08:00:00Z","data":{"incident":"A"}}` + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":      {line + "\nhello\n", "line 3: decode event"},
		"foreign type": {line + `{"type":"com.example"}`, `line 2: unknown event type "com.example"`},
		"no time":      {`{"type":"dev.tocsin.note.received.v1","data":{}}`, "line 1: the event has no time"},
		"too long":     {line + strings.Repeat("x", MaxLine+1), "line 2: longer than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, Read(strings.NewReader(c.text), func(int, events.Event) error { return nil }), c.want)
		})
	}
	stop := errors.New("stop")
	require.Equal(t, stop, Read(strings.NewReader(line), func(int, events.Event) error { return stop }))
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"dev.tocsin.alert.received.v1","time":"2026-03-01T08:00:00Z","data":{"key":"a"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		_ = Read(bytes.NewReader(b), func(line int, e events.Event) error {
			require.Greater(t, line, n)
			n = line
			require.False(t, e.Time.IsZero())
			return nil
		})
	})
}
