package intake_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/pkg/events"
)

var at = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func note(id, text string) events.Event {
	e := events.New(events.NoteReceived{Command: events.Command{Incident: "i", Note: text}})
	e.ID, e.Source, e.Time, e.Service = id, "test", at, "checkout"
	return e
}

func read(t *testing.T, m bus.Message) []events.Event {
	t.Helper()
	all, faults := intake.Read(m, cloudevents.FromNATS)
	require.Empty(t, faults)
	return all
}

func TestReadGivesWhatWasPut(t *testing.T) {
	b := inmem.New(inmem.Config{Partitions: 3, Clock: func() time.Time { return at }})
	put := []events.Event{note("1", "first"), note("2", "line\nfeed, \"quotes\" and ünïcode")}
	for range 2 { // the second time the stream knows the id
		require.NoError(t, intake.Put(t.Context(), b, 2, intake.Commands, "once", put...))
	}
	stored := b.Messages(bus.Intake)
	require.Len(t, stored, 1)
	require.Equal(t, "tocsin.intake.2.commands", stored[0].Subject)
	require.Equal(t, put, read(t, stored[0]))
}

func TestPutEverywhere(t *testing.T) {
	b := inmem.New(inmem.Config{Partitions: 3, Clock: func() time.Time { return at }})
	e := note("1", "first")
	for range 2 {
		require.NoError(t, intake.PutEverywhere(t.Context(), b, 3, intake.Overrides, e))
	}
	stored := b.Messages(bus.Intake)
	require.Len(t, stored, 3, "each partition has it once")
	for _, m := range stored {
		require.Equal(t, []events.Event{e}, read(t, m))
	}
}

// TestReadRefuses: a message that cannot be read gives an error, and its neighbours are read.
func TestReadRefuses(t *testing.T) {
	line, err := note("1", "x").Encode()
	require.NoError(t, err)
	receipt, err := events.New(events.ReceiptReceived{Page: "p"}).Encode()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		subject, body, fault string
		read                 int
	}{
		"subject":           {"tocsin.intake.0.alerts.a.b", string(line), "is not a subject of INTAKE that Tocsin reads", 0},
		"one event of two":  {"tocsin.intake.0.commands", "[\nnonsense,\n" + string(line) + "\n]", "event 0: decode event", 1},
		"broken command":    {"tocsin.intake.0.commands.checkout", "{", "not a CloudEvent", 0},
		"not a command":     {"tocsin.intake.0.commands.checkout", string(receipt), "dev.tocsin.receipt.received.v1 is not a command", 0},
		"not an alert":      {"tocsin.intake.0.alerts.checkout", "{", "line 1, column 2", 0},
		"the service's own": {"tocsin.intake.0.commands.other", string(line), "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			all, faults := intake.Read(bus.Message{Subject: c.subject, Body: []byte(c.body), Seq: 7, At: at}, cloudevents.FromNATS)
			require.Len(t, all, c.read)
			if name == "the service's own" {
				require.Empty(t, faults)
				require.Equal(t, "other", all[0].Service, "the subject names the service, not the data")
				return
			}
			require.Len(t, faults, 1)
			require.True(t, strings.Contains(faults[0].Error(), c.fault), faults[0].Error())
		})
	}
}
