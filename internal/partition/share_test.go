package partition_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/partition"
)

// instance is one process that shares eight partitions.
type instance struct {
	name   string
	stop   context.CancelFunc
	done   chan error
	leases *mortal

	mu    sync.Mutex
	holds map[int]bool
	runs  int
	fail  chan error // what the next run ends with
}

// mortal are leases that a dead process can neither renew nor give back.
type mortal struct {
	bus.Leases
	mu   sync.Mutex
	dead bool
}

var errDead = errors.New("dead")

func (m *mortal) gone() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dead
}

func (m *mortal) Hold(ctx context.Context, name, owner string) error {
	if m.gone() {
		return errDead
	}
	return m.Leases.Hold(ctx, name, owner)
}

func (m *mortal) Release(ctx context.Context, name, owner string) error {
	if m.gone() {
		return errDead
	}
	return m.Leases.Release(ctx, name, owner)
}

const (
	shared = 8
	ttl    = 3 * time.Second
	beat   = time.Second
)

func join(t *testing.T, b bus.Leases, name string) *instance {
	ctx, stop := context.WithCancel(t.Context())
	i := &instance{name: name, stop: stop, done: make(chan error, 1), leases: &mortal{Leases: b}, holds: map[int]bool{}, fail: make(chan error)}
	go func() {
		i.done <- partition.Share(ctx, partition.ShareConfig{
			Leases: i.leases, Service: "engine", Instance: name, Partitions: shared, Beat: beat, Run: i.run, Log: zap.NewNop(),
		})
	}()
	return i
}

func (i *instance) run(ctx context.Context, p int) error {
	i.set(p, true)
	defer i.set(p, false)
	select {
	case <-ctx.Done():
		return nil
	case err := <-i.fail:
		return err
	}
}

func (i *instance) set(p int, holds bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if holds {
		i.runs++
		i.holds[p] = true
	} else {
		delete(i.holds, p)
	}
}

func (i *instance) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.holds)
}

// kill ends the process without a word to anybody.
func (i *instance) kill() {
	i.leases.mu.Lock()
	i.leases.dead = true
	i.leases.mu.Unlock()
	i.stop()
	<-i.done
}

func bubble(t *testing.T, f func(t *testing.T, b bus.Leases)) {
	synctest.Test(t, func(t *testing.T) {
		f(t, inmem.New(inmem.Config{Partitions: shared, LeaseTTL: ttl, Clock: time.Now}))
	})
}

func TestShareTakesAllAlone(t *testing.T) {
	bubble(t, func(t *testing.T, b bus.Leases) {
		a := join(t, b, "a")
		synctest.Wait()
		require.Equal(t, shared, a.count(), "at the first beat, without waiting")
		a.stop()
		require.NoError(t, <-a.done)
		held, err := b.Held(t.Context(), "engine.")
		require.NoError(t, err)
		require.Empty(t, held, "who leaves in order leaves no lease behind")
	})
}

func TestShareSplitsAndMoves(t *testing.T) {
	bubble(t, func(t *testing.T, b bus.Leases) {
		first := join(t, b, "a")
		synctest.Wait()
		second := join(t, b, "b")
		time.Sleep(4 * beat)
		synctest.Wait()
		require.Equal(t, []int{4, 4}, []int{first.count(), second.count()})

		first.kill()
		time.Sleep(ttl + beat)
		synctest.Wait()
		require.Equal(t, shared, second.count(), "within the TTL and a beat")
		second.stop()
		<-second.done
	})
}

func TestShareAfterAnOrderlyStopIsQuick(t *testing.T) {
	bubble(t, func(t *testing.T, b bus.Leases) {
		first, second := join(t, b, "a"), join(t, b, "b")
		time.Sleep(4 * beat)
		first.stop()
		<-first.done
		time.Sleep(beat)
		synctest.Wait()
		require.Equal(t, shared, second.count(), "within a beat")
		second.stop()
		<-second.done
	})
}

func TestShareTakesALostPartitionAgain(t *testing.T) {
	for name, err := range map[string]error{"fenced": bus.ErrFenced, "failed": errDead} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, b bus.Leases) {
				a := join(t, b, "a")
				synctest.Wait()
				a.fail <- err
				synctest.Wait()
				require.Equal(t, shared-1, a.count())
				time.Sleep(2 * beat)
				synctest.Wait()
				require.Equal(t, shared, a.count())
				require.Equal(t, shared+1, a.runs)
				a.stop()
				<-a.done
			})
		})
	}
}

func TestShareGivesUpWhatAnotherHolds(t *testing.T) {
	bubble(t, func(t *testing.T, b bus.Leases) {
		a := join(t, b, "a")
		synctest.Wait()
		require.NoError(t, b.Release(t.Context(), "engine.partition.3", "a"))
		require.NoError(t, b.Hold(t.Context(), "engine.partition.3", "thief"))
		time.Sleep(beat)
		synctest.Wait()
		a.mu.Lock()
		require.False(t, a.holds[3])
		a.mu.Unlock()
		a.stop()
		<-a.done
	})
}

// TestShareWithoutTheBus: what runs goes on, since the fence guards it.
func TestShareWithoutTheBus(t *testing.T) {
	bubble(t, func(t *testing.T, b bus.Leases) {
		a := join(t, b, "a")
		synctest.Wait()
		a.leases.mu.Lock()
		a.leases.dead = true
		a.leases.mu.Unlock()
		time.Sleep(10 * beat)
		require.Equal(t, shared, a.count())
		a.stop()
		<-a.done
	})
}
