package history

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/pkg/events"
)

// seen is what a reader hands on, and how it ends.
func seen(read func(func(int, events.Event) error) error) (all []string, end string) {
	err := read(func(line int, e events.Event) error {
		all = append(all, fmt.Sprint(line, " ", e.ID))
		if e.ID == "stop" {
			return errors.New("told to stop")
		}
		return nil
	})
	if err != nil {
		end = err.Error()
	}
	return all, end
}

// TestReadAhead: read ahead or not, it is the same, errors included.
func TestReadAhead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var file bytes.Buffer
		special := rapid.MapOf(rapid.IntRange(0, 900), rapid.IntRange(1, 4)).Draw(t, "special")
		for n := range rapid.IntRange(0, 900).Draw(t, "lines") {
			id := fmt.Sprint("e", n)
			switch special[n] {
			case 1:
				file.WriteString("{broken\n")
				continue
			case 2:
				file.WriteString("\n")
				continue
			case 3:
				id = "stop"
			case 4:
				file.WriteString(strings.Repeat("x", MaxLine+1) + "\n")
				continue
			}
			fmt.Fprintf(&file, `{"type":"dev.tocsin.alert.received.v1","specversion":"1.0","id":%q,"source":"x","time":"2026-03-02T04:12:00Z","data":{"key":"a","summary":%q}}`+"\n",
				id, strings.Repeat("s", n%700))
		}
		want, wantEnd := seen(func(each func(int, events.Event) error) error { return Read(bytes.NewReader(file.Bytes()), each) })
		got, end := seen(func(each func(int, events.Event) error) error {
			return ReadAhead(bytes.NewReader(file.Bytes()), 3, each)
		})
		require.Equal(t, want, got)
		require.Equal(t, wantEnd, end)
	})
}
