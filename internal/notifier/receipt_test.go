package notifier_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/channel"
)

func TestReceiptTellsTheAttempts(t *testing.T) {
	h := newHarness(t)
	h.answers = []channel.Result{permanent}
	h.start()
	h.decide(page("p", "person:ana"))
	h.settle()
	all := h.receipts()
	require.Len(t, all, 1)
	r := all[0]
	require.True(t, r.Delivered && r.Final)
	require.Equal(t, []string{"inc", "p", "person:ana"}, []string{r.Incident, r.Page, r.Target})
	require.Len(t, r.Attempts, 2)
	require.Equal(t, []string{"permanent", "accepted"}, []string{r.Attempts[0].Outcome, r.Attempts[1].Outcome})
}

func TestReceiptOfAFailure(t *testing.T) {
	h := newHarness(t)
	h.start()
	h.decide(page("p", "person:nobody"))
	h.settle()
	h.after(10 * time.Second)
	all := h.receipts()
	require.Len(t, all, 1)
	require.True(t, all[0].Final)
	require.False(t, all[0].Delivered)
}

func TestReceiptAgainWhenAskedAgain(t *testing.T) {
	h := newHarness(t)
	h.start()
	p := page("p", "person:bo")
	h.decide(p)
	h.turn()
	h.decide(again(p)) // while it is open: nothing changes
	h.settle()
	require.Len(t, h.receipts(), 1)
	h.decide(again(again(p)))
	h.settle()
	require.Len(t, h.receipts(), 2)
	require.Len(t, h.sent, 1, "the person is not paged again")
	require.Equal(t, "opened claimed:phone accepted closed:delivered", h.log())
}

func TestReceiptIsPostedByTheSuccessor(t *testing.T) {
	h := newHarness(t)
	h.start()
	h.decide(page("p", "person:bo"))
	h.turn()
	h.fly()
	h.turn() // closed; the receipt is launched and never sent
	require.Empty(t, h.receipts())
	h.crash()
	h.settle()
	require.Len(t, h.receipts(), 1)
	h.decide(page("q", "person:bo"))
	h.settle() // the record of q says that the receipt of p is on INTAKE
	h.crash()
	h.settle()
	require.Len(t, h.receipts(), 3, "of the last one it is not known")
}

// TestEndIsKeptWhileItMayBeAskedFor: the receipt was lost, everybody slept for hours, other pages
// ended meanwhile, and only then the engine asks again.
func TestEndIsKeptWhileItMayBeAskedFor(t *testing.T) {
	h := newHarness(t)
	h.start()
	p := page("p", "person:bo")
	h.decide(p)
	h.turn()
	h.fly()
	h.turn()
	receipt := h.flights
	h.flights = nil // it hangs
	h.now = h.now.Add(5 * time.Hour)
	h.decide(page("q", "person:ana"))
	h.turn()
	h.fly()
	h.turn()
	h.decide(again(p))
	h.settle()
	require.Len(t, h.sent, 2, "p is not sent again")
	for _, f := range receipt {
		f()
	}
	h.settle()
	require.Len(t, h.sent, 2)
}

func TestDelayIsToldOnce(t *testing.T) {
	h := newHarness(t)
	h.answers = make([]channel.Result, 10)
	for i := range h.answers {
		h.answers[i] = later
	}
	h.start()
	h.decide(page("p", "person:bo"))
	h.settle()
	for range 6 {
		h.after(2 * time.Minute)
	}
	all := h.receipts()
	require.Len(t, all, 1)
	require.False(t, all[0].Final)
	require.Len(t, all[0].Attempts, 3)
}

func TestReceiptsArePacked(t *testing.T) {
	h := newHarness(t)
	h.start()
	before := len(h.bus.Messages(bus.Intake))
	for i := range 10 {
		h.decide(page(string(rune('a'+i)), "person:bo"))
	}
	h.turn()
	for range 10 { // all attempts are answered before the notifier looks
		h.fly()
	}
	h.settle()
	require.Len(t, h.receipts(), 10)
	require.Len(t, h.bus.Messages(bus.Intake), before+1, "in one message")
}
