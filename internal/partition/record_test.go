package partition_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
)

func TestPositionString(t *testing.T) {
	require.Equal(t, "7", partition.Position{Seq: 7}.String())
	require.Equal(t, "7/3", partition.Position{Seq: 7, Part: 3}.String())
}

// FuzzParseRecord reads headers that anybody might have written: an error, never a panic.
func FuzzParseRecord(f *testing.F) {
	f.Add("1", "0", "2026-03-02T09:00:00Z", "7/3", "0", "[\n{}\n]")
	f.Add("1", "0", "2026-03-02T09:00:00.123456789Z", "7", "5", "")
	f.Add("", "", "", "", "", "")
	f.Add("-1", "x", "yesterday", "7/", "0", "[")
	f.Fuzz(func(t *testing.T, epoch, number, now, position, mark, body string) {
		m := bus.Message{Seq: 9, Body: []byte(body), Header: map[string][]string{
			partition.HeaderEpoch: {epoch}, partition.HeaderNumber: {number}, partition.HeaderNow: {now},
			partition.HeaderPosition: {position}, partition.HeaderMark: {mark},
		}}
		r, err := partition.ParseRecord(m)
		if err != nil {
			require.Empty(t, r)
			return
		}
		require.EqualValues(t, 9, r.Seq)
		require.GreaterOrEqual(t, r.Position.Part, 0)
	})
}
