package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

func added(id string) events.Event {
	return events.New(events.OverrideAdded{Override: events.Override{ID: id, Schedule: "primary"}})
}

func removed(id string) events.Event {
	return events.New(events.OverrideRemoved{ID: id, Schedule: "primary"})
}

// TestStandings folds what partitions tell, each at its own pace.
func TestStandings(t *testing.T) {
	var k overrideIndex
	for _, e := range []events.Event{added("one"), added("two"), added("one"), removed("one"), added("one"), removed("nobody's"), removed("one")} {
		k.fold(e)
	}
	one, ok := k.find("one")
	require.True(t, ok)
	require.Equal(t, []int{3, 2}, []int{one.added, one.removed})
	left := k.of("primary")
	require.Len(t, left, 1, "taken back anywhere is taken back, whoever follows late")
	require.Equal(t, "two", left[0].ID)
	require.Empty(t, k.of("secondary"))
}

func TestOverridesByTheBeginningOfTheirIDs(t *testing.T) {
	var k overrideIndex
	for _, id := range []string{"abcd1111", "abcd2222", "abcd22", "ef001111"} {
		k.fold(added(id))
	}
	for id, want := range map[string]string{"abcd1111": "abcd1111", "abcd1": "abcd1111", "abcd22": "abcd22", "ef00": "ef001111"} {
		got, err := k.named("primary", id)
		require.NoError(t, err, id)
		require.Equal(t, want, got.ID)
	}
	for _, id := range []string{"", "ef0", "beef0000", "ef0011111"} {
		_, err := k.named("primary", id)
		require.ErrorContains(t, err, "no such override", id)
	}
	_, err := k.named("primary", "abcd")
	require.ErrorIs(t, err, errAmbiguous)
	_, err = k.named("secondary", "abcd1111")
	require.Error(t, err)
}
