package simulation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
)

// begin is the first instant of every run.
var begin = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// counts say how hard a run was; a simulation in which nothing went wrong proves nothing.
type counts struct {
	Steps, Crashes, Zombies, Fenced, LostRequests, LostAnswers, Alerts, Commands, Snapshots, Outages int
	Incidents, Pages, Packets, Repeats, Beside, Merges, FarMerges, Splits, Problems, Replayed        int
}

func (c *counts) add(o counts) {
	c.Steps += o.Steps
	c.Crashes += o.Crashes
	c.Zombies += o.Zombies
	c.Fenced += o.Fenced
	c.LostRequests += o.LostRequests
	c.LostAnswers += o.LostAnswers
	c.Alerts += o.Alerts
	c.Commands += o.Commands
	c.Snapshots += o.Snapshots
	c.Outages += o.Outages
	c.Incidents += o.Incidents
	c.Pages += o.Pages
	c.Packets += o.Packets
	c.Repeats += o.Repeats
	c.Beside += o.Beside
	c.Merges += o.Merges
	c.FarMerges += o.FarMerges
	c.Splits += o.Splits
	c.Problems += o.Problems
	c.Replayed += o.Replayed
}

// world is one run: the clock, the bus, the processes and the outside.
type world struct {
	seed uint64
	rng  *rand.Rand
	now  time.Time
	ctx  context.Context //nolint:containedctx // a run has one, and no deadline

	services, targets int
	bus               *inmem.Bus
	fault             profile
	// calm switches every fault off: while the laws are checked, and in the quiet period.
	calm bool

	engines, notifiers []*node
	recorder           *keeper
	orphans            []func() // sends of processes that are dead: they may still arrive
	provider           *provider
	traffic            *traffic
	laws               *laws
	bug                mutant

	step   int
	nested bool // within a pause of somebody's turn
	count  counts
	trace  trace
}

func newWorld(seed uint64, bug mutant) *world {
	w := &world{seed: seed, rng: rand.New(rand.NewPCG(seed, 0x70c51d)), now: begin, ctx: context.Background(), bug: bug}
	w.services, w.targets = 2+w.rng.IntN(3), 2+w.rng.IntN(3)
	w.fault = drawProfile(w.rng)
	w.bus = inmem.New(inmem.Config{
		Partitions: w.services, Targets: w.targets,
		Clock: func() time.Time { return w.now }, Faults: w.faults(),
	})
	w.calm = true
	w.provider = newProvider(w)
	w.laws = newLaws(w)
	w.traffic = newTraffic(w)
	w.recorder = newKeeper(w)
	for slot := range 2 {
		w.engines = append(w.engines, &node{w: w, role: engineRole, slot: slot})
		w.notifiers = append(w.notifiers, &node{w: w, role: notifierRole, slot: slot})
	}
	for _, n := range w.nodes() {
		n.start()
	}
	w.calm = false
	return w
}

func (w *world) nodes() []*node { return append(append([]*node(nil), w.engines...), w.notifiers...) }

// chance says yes with probability p.
func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

// pick returns one of all.
func pick[T any](w *world, all []T) T { return all[w.rng.IntN(len(all))] }

// quietly runs f without faults.
func (w *world) quietly(f func()) {
	was := w.calm
	w.calm = true
	f()
	w.calm = was
}

// action is one thing that may happen in a step.
type action struct {
	weight int
	name   string
	do     func()
}

func (w *world) actions() []action {
	return []action{
		{220, "engine", func() { w.turnSome(w.engines) }},
		{200, "notifier", func() { w.turnSome(w.notifiers) }},
		{70, "teller", w.tellSome},
		{60, "recorder", w.recorder.turn},
		{170, "flight", w.fly},
		{90, "traffic", w.traffic.act},
		{100, "time", w.pass},
		{70, "place", w.place},
		{12, "crash", w.crash},
		{12, "steal", w.steal},
		{8, "freeze", w.freeze},
		{10, "leave", w.leave},
		{6, "catalog", w.traffic.revise},
		{2, "outage", w.outage},
	}
}

// run takes n random steps, then calms down, and gives what was broken.
func (w *world) run(n int) (broken *violation) {
	defer func() {
		w.count.Steps = w.step
		if r := recover(); r != nil {
			v, ok := r.(*violation)
			if !ok {
				v = &violation{law: "panic", text: fmt.Sprint(r), stack: stack()}
			}
			broken = v
		}
	}()
	w.quietly(w.traffic.revise)
	all, total := w.actions(), 0
	for _, a := range all {
		total += a.weight
	}
	for range n {
		at := w.rng.IntN(total)
		for _, a := range all {
			if at -= a.weight; at < 0 {
				w.note("%s", a.name)
				a.do()
				break
			}
		}
		w.endStep()
	}
	w.calmDown()
	return nil
}

// endStep brings back who rests and checks what the step left on the bus.
func (w *world) endStep() {
	w.step++
	for _, n := range w.nodes() {
		if n.back > 0 && w.step >= n.back {
			n.back = 0
			if !n.up {
				n.start()
			}
		}
	}
	w.quietly(w.laws.check)
}

// pass lets a little time pass, seldom more.
func (w *world) pass() {
	d := time.Duration(1+w.rng.IntN(500)) * time.Millisecond
	switch n := w.rng.IntN(100); {
	case n < 12:
		d = time.Duration(15+w.rng.IntN(105)) * time.Second
	case n < 50:
		d = time.Duration(1+w.rng.IntN(15)) * time.Second
	}
	w.advance(d)
}

func (w *world) outage() {
	w.count.Outages++
	w.advance(time.Hour + time.Duration(w.rng.IntN(3600))*time.Second)
}

func (w *world) advance(d time.Duration) {
	w.now = w.now.Add(d)
	w.note("  +%s", d)
}

// The quiet period lasts until every page has ended, long enough for incidents to climb undisturbed.
// Every wait of the rules has to end within quietFor.
const (
	quietAtLeast = 2 * time.Minute
	quietFor     = 3 * time.Hour
)

// calmDown ends all faults, steps everything until nothing is left to do, and checks the laws of
// the end.
func (w *world) calmDown() {
	w.note("calm")
	w.calm = true
	w.orphans = nil
	for _, n := range w.nodes() {
		n.back = 0
		if !n.up {
			n.start()
		}
	}
	atLeast, until := w.now.Add(quietAtLeast), w.now.Add(quietFor)
	for pause := time.Second; ; pause = min(pause*5/4, time.Minute) {
		w.settle()
		if w.laws.settled() && !w.now.Before(atLeast) {
			break
		}
		if w.now.After(until) {
			w.laws.stillOpen()
		}
		w.advance(pause)
	}
	for _, n := range w.nodes() {
		n.leaveAll()
	}
	w.laws.check()
	w.laws.end()
}

// settle steps everything at one instant until nobody makes progress.
func (w *world) settle() {
	for round := 0; ; round++ {
		if round > 1000 {
			fail("3 every page ends", "the system makes progress for ever without time passing")
		}
		progress := w.placeAll()
		for _, n := range w.nodes() {
			progress = n.turnAll() || progress
		}
		progress = w.recorder.keep() || progress
		w.laws.check()
		if !progress {
			return
		}
	}
}

// digest tells runs apart that are not the same to the byte.
func (w *world) digest() string {
	var s string
	for _, st := range []bus.Stream{bus.Intake, bus.Ledger, bus.Deliveries, bus.Events} {
		s += digestOf(w.bus.Messages(st))
	}
	return s
}
