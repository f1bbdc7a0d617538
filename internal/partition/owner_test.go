package partition_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
)

func TestTakeoverFencesTheOlderOwner(t *testing.T) {
	h := newHouse(t)
	first := h.take("first", &scribe{})
	h.publish("a")
	h.settle(first)
	successor := &scribe{}
	second := h.take("second", successor)
	require.Equal(t, []string{"a"}, successor.state.Facts, "it knows what was decided")

	h.publish("b")
	_, err := first.Turn(t.Context())
	require.ErrorIs(t, err, bus.ErrFenced)
	_, err = first.Turn(t.Context())
	require.Error(t, err, "who failed once is done")
	h.settle(second)

	all, facts := h.records()
	require.Equal(t, []string{"a", "b"}, facts)
	var epochs, numbers []uint64
	for _, r := range all {
		epochs, numbers = append(epochs, r.Epoch), append(numbers, r.Number)
	}
	require.Equal(t, []uint64{1, 1, 2, 2}, epochs)
	require.Equal(t, []uint64{0, 1, 0, 1}, numbers)
}

func TestAShortInputIsRefused(t *testing.T) {
	h := newHouse(t)
	first := h.take("first", &scribe{})
	h.publish("a", "b")
	h.settle(first)
	cfg := h.config("second")
	cfg.End = func(context.Context) (uint64, error) { return 1, nil } // INTAKE was restored from an older copy
	_, err := partition.Take(t.Context(), cfg, &scribe{})
	require.ErrorIs(t, err, partition.ErrShort)
	require.ErrorContains(t, err, "ends at 1, used up to 2")
	cfg.End = func(context.Context) (uint64, error) { return 2, nil }
	_, err = partition.Take(t.Context(), cfg, &scribe{})
	require.NoError(t, err)
}

func TestUncertainCommitIsStoredOnce(t *testing.T) {
	for name, lose := range map[string]func(h *house, f func(string) bool){
		"the request was lost": func(h *house, f func(string) bool) { h.faults.LoseRequest = f },
		"the answer was lost":  func(h *house, f func(string) bool) { h.faults.LoseAnswer = f },
	} {
		for _, call := range []string{"append", "append and last"} {
			t.Run(name+" of "+call, func(t *testing.T) {
				h := newHouse(t)
				s := &scribe{}
				o := h.take("first", s)
				left := map[string]int{"append": 2}
				if call != "append" {
					left["last"] = 2
				}
				lose(h, func(call string) bool { left[call]--; return left[call] >= 0 })
				h.publish("a")
				h.settle(o)
				h.publish("b")
				h.settle(o)
				_, facts := h.records()
				require.Equal(t, []string{"a", "b"}, facts)
				require.Len(t, s.committed, 2)
				require.Positive(t, h.pauses)
			})
		}
	}
}

func TestUncertainCommitOfOneWhoWasOvertaken(t *testing.T) {
	h := newHouse(t)
	s := &scribe{}
	o := h.take("first", s)
	lost := false
	h.faults.LoseAnswer = func(call string) bool {
		was := lost
		lost = lost || call == "append"
		return lost && !was
	}
	h.onPause = func() error {
		h.take("second", &scribe{})
		return nil
	}
	h.publish("a")
	_, err := o.Turn(t.Context())
	require.ErrorIs(t, err, bus.ErrFenced)
	require.Empty(t, s.committed, "its effects are left to the successor, who read the record")
	_, facts := h.records()
	require.Equal(t, []string{"a"}, facts)
}

func TestEndWhileUncertain(t *testing.T) {
	h := newHouse(t)
	o := h.take("first", &scribe{})
	h.faults.LoseRequest = func(call string) bool { return call == "append" }
	h.onPause = func() error { return context.Canceled }
	h.publish("a")
	_, err := o.Turn(t.Context())
	require.ErrorIs(t, err, context.Canceled)
}

func TestLargeInputIsSplitAndContinued(t *testing.T) {
	want, body := parts(10, 100<<10)
	for crashAfter := range 4 {
		h := newHouse(t)
		h.publish(body, "after")
		o := h.take("first", &scribe{})
		for range crashAfter {
			_, err := o.Turn(t.Context())
			require.NoError(t, err)
		}
		s := &scribe{}
		next := h.take("second", s)
		h.settle(next)
		all, facts := h.records()
		require.Equal(t, append(slices.Clone(want), "after"), facts, "crash after %d records", crashAfter)
		require.Equal(t, facts, s.state.Facts)
		for _, r := range all {
			size := 0
			for _, l := range r.Lines {
				size += len(l)
			}
			require.Less(t, size, partition.RecordLimit+100<<10+1)
		}
	}
}

func TestInputsComeBeforeDeadlines(t *testing.T) {
	h := newHouse(t)
	o := h.take("first", &scribe{})
	h.publish("alarm")
	h.settle(o)
	h.publish("asked in time")
	h.now = h.now.Add(time.Hour)
	late := true
	h.faults.Delay = func() bool { return late }
	h.settle(o)
	_, facts := h.records()
	require.Equal(t, []string{"alarm"}, facts, "the input is stored and has not arrived: the deadline waits")
	late = false
	h.settle(o)
	_, facts = h.records()
	require.Equal(t, []string{"alarm", "asked in time", "rang"}, facts)
}

func TestInputThatNeverArrives(t *testing.T) {
	h := newHouse(t)
	o := h.take("first", &scribe{})
	h.publish("alarm")
	h.settle(o)
	h.publish("lost")
	h.faults.Delay = func() bool { return true }
	h.now = h.now.Add(wait)
	h.settle(o)
	h.now = h.now.Add(time.Minute)
	_, err := o.Turn(t.Context())
	require.ErrorContains(t, err, "makes no progress", "the reader is dead: the partition must be taken over again")
}

func TestDeadlinesAreNeverEarly(t *testing.T) {
	h := newHouse(t)
	o := h.take("first", &scribe{})
	h.publish("alarm")
	h.settle(o)
	h.now = h.now.Add(wait - time.Nanosecond)
	h.settle(o)
	_, facts := h.records()
	require.Len(t, facts, 1)
	h.now = h.now.Add(time.Nanosecond)
	h.settle(o)
	_, facts = h.records()
	require.Equal(t, []string{"alarm", "rang"}, facts)
}

func TestTimeNeverRunsBack(t *testing.T) {
	h := newHouse(t)
	o := h.take("first", &scribe{})
	h.publish("a")
	h.settle(o)
	h.now = h.now.Add(-time.Hour)
	next := h.take("second", &scribe{})
	h.publish("b")
	h.settle(next)
	all, _ := h.records()
	for i := 1; i < len(all); i++ {
		require.False(t, all[i].Now.Before(all[i-1].Now))
	}
}

func TestIdlePositionIsRecorded(t *testing.T) {
	h := newHouse(t)
	cfg := h.config("first")
	cfg.IdleLimit = 3
	o, err := partition.Take(t.Context(), cfg, &scribe{})
	require.NoError(t, err)
	h.publish("", "")
	h.settle(o)
	require.Zero(t, o.Position().Seq)
	h.publish("")
	h.settle(o)
	require.EqualValues(t, 3, o.Position().Seq)
}

func TestFailedInputStopsTheOwner(t *testing.T) {
	h := newHouse(t)
	s := &scribe{}
	o := h.take("first", s)
	h.publish("a", "poison")
	_, err := o.Turn(t.Context())
	require.ErrorIs(t, err, errPoison)
	_, facts := h.records()
	require.Empty(t, facts, "nothing of a turn that failed is stored")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, o.Run(stopped))
	_, err = h.bus.Get(t.Context(), "snapshot.ledger.0")
	require.ErrorIs(t, err, bus.ErrNotFound, "nor is a state that is ahead of the log")
}

// TestStartIsCommittedWithTheTakeover: a stop before the first turn must not lose what Start decided.
func TestStartIsCommittedWithTheTakeover(t *testing.T) {
	h := newHouse(t)
	h.take("first", &scribe{starts: []string{"begun"}})
	_, facts := h.records()
	require.Equal(t, []string{"begun"}, facts)
}

func TestStopWaitsForWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.now = time.Now()
		s := &scribe{busy: true, ready: make(chan struct{}, 1)}
		o := h.take("first", s)
		h.publish("a")
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx) }()
		time.Sleep(10 * time.Millisecond) // of the bubble's time: it has gathered all there is
		synctest.Wait()
		stop()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatal("it left while a send was under way", err)
		default:
		}
		s.outside, s.busy = []string{"answer"}, false
		s.ready <- struct{}{}
		require.NoError(t, <-done)
		_, facts := h.records()
		require.Equal(t, []string{"a", "answer"}, facts)
	})
}

func TestRecordsAreGatheredForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		cfg := h.config("first")
		cfg.Clock = time.Now
		o, err := partition.Take(t.Context(), cfg, &scribe{})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx) }()
		synctest.Wait()
		h.publish("a")
		synctest.Wait()
		all, _ := h.records()
		require.Len(t, all, 2, "the first after a rest does not wait")
		h.publish("b")
		synctest.Wait()
		h.publish("c")
		synctest.Wait()
		all, _ = h.records()
		require.Len(t, all, 2, "what follows at once is gathered")
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		all, facts := h.records()
		require.Len(t, all, 3)
		require.Equal(t, []string{"a", "b", "c"}, facts)
		stop()
		require.NoError(t, <-done)
	})
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		o := h.take("first", &scribe{busy: true})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx) }()
		stop()
		begun := time.Now()
		<-done
		require.Equal(t, 5*time.Second, time.Since(begun))
	})
}

func TestRunFollowsInputsAndDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		cfg := h.config("first")
		cfg.Clock = time.Now
		o, err := partition.Take(t.Context(), cfg, &scribe{})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx) }()
		synctest.Wait()
		begun := time.Now()
		h.publish("alarm")
		synctest.Wait()
		all, _ := h.records()
		require.Len(t, all, 2, "it does not wait for anything but the input")
		time.Sleep(wait + time.Millisecond)
		synctest.Wait()
		all, _ = h.records()
		require.Len(t, all, 3)
		require.WithinDuration(t, begun.Add(wait), all[2].Now, time.Millisecond)
		stop()
		require.NoError(t, <-done)
	})
}

var errFull = errors.New("no room")
