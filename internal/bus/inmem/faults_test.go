package inmem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/pkg/events"
)

func only(call string) func(string) bool { return func(c string) bool { return c == call } }

func TestLostRequestStoresNothing(t *testing.T) {
	b := inmem.New(inmem.Config{Clock: time.Now, Faults: inmem.Faults{LoseRequest: only("append")}})
	_, err := b.Append(t.Context(), bus.Ledger, 0, 0, bus.Message{})
	require.ErrorIs(t, err, inmem.ErrLost)
	require.Empty(t, b.Messages(bus.Ledger))
}

func TestLostAnswerStores(t *testing.T) {
	b := inmem.New(inmem.Config{Clock: time.Now, Faults: inmem.Faults{LoseAnswer: only("append")}})
	_, err := b.Append(t.Context(), bus.Ledger, 0, 0, bus.Message{})
	require.ErrorIs(t, err, inmem.ErrLost)
	require.Len(t, b.Messages(bus.Ledger), 1)
	_, err = b.Append(t.Context(), bus.Ledger, 0, 0, bus.Message{})
	require.ErrorIs(t, err, bus.ErrFenced, "a refusal is an answer")
}

func TestTwiceSparesMessagesWithAnID(t *testing.T) {
	b := inmem.New(inmem.Config{Clock: time.Now, Faults: inmem.Faults{Twice: func() bool { return true }}})
	subject := events.IntakeSubject(0, "x")
	require.NoError(t, b.Publish(t.Context(), bus.Message{Subject: subject}))
	require.Len(t, b.Messages(bus.Intake), 2)
	require.NoError(t, b.Publish(t.Context(), bus.Message{Subject: subject, ID: "one"}))
	require.Len(t, b.Messages(bus.Intake), 3)
}

func TestDelayIsSignalledAgain(t *testing.T) {
	late := true
	b := inmem.New(inmem.Config{Clock: time.Now, Faults: inmem.Faults{Delay: func() bool { return late }}})
	_, err := b.Append(t.Context(), bus.Ledger, 0, 0, bus.Message{})
	require.NoError(t, err)
	r, err := b.Read(t.Context(), bus.Ledger, 0, 0)
	require.NoError(t, err)
	defer r.Close()
	<-r.Ready()
	got, err := r.Poll(10)
	require.NoError(t, err)
	require.Empty(t, got)
	late = false
	<-r.Ready()
	got, err = r.Poll(10)
	require.NoError(t, err)
	require.Len(t, got, 1)
}
