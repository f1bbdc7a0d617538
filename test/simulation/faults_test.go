package simulation

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"tocsin.dev/internal/bus/inmem"
)

// profile is how often the bus fails in one run.
type profile struct{ request, answer, twice, delay float64 }

// drawProfile returns one run in eight a bus without faults, so that crashes alone are seen too.
func drawProfile(rng *rand.Rand) profile {
	if rng.IntN(8) == 0 {
		return profile{}
	}
	return profile{
		request: rng.Float64() * 0.06, answer: rng.Float64() * 0.12,
		twice: rng.Float64() * 0.3, delay: rng.Float64() * 0.4,
	}
}

func (w *world) faults() inmem.Faults {
	happens := func(p float64) bool { return !w.calm && w.chance(p) }
	return inmem.Faults{
		LoseRequest: func(call string) bool {
			lost := happens(w.fault.request)
			if lost {
				w.count.LostRequests++
				w.note("  request of %s lost", call)
			}
			return lost
		},
		LoseAnswer: func(call string) bool {
			lost := happens(w.fault.answer)
			if lost {
				w.count.LostAnswers++
				w.note("  answer of %s lost", call)
			}
			return lost
		},
		Twice: func() bool { return happens(w.fault.twice) },
		Delay: func() bool { return happens(w.fault.delay) },
	}
}

var errCrashed = errors.New("the process ended while it waited")

// pause is what a process does between two tries. While it waits somebody may take its partition
// over, and it may die.
func (n *node) pause(ctx context.Context, d time.Duration) error {
	w := n.w
	if !n.up {
		return errCrashed
	}
	w.advance(d)
	if w.calm || w.nested {
		return ctx.Err()
	}
	if n.turning >= 0 && w.chance(0.15) {
		w.nested = true
		other := n.other()
		w.note("  %s takes %d meanwhile", other.name, n.turning)
		other.take(n.turning)
		w.nested = false
	}
	if w.chance(0.08) {
		w.count.Crashes++
		w.note("  %s gives up", n.name)
		return errCrashed
	}
	return ctx.Err()
}
