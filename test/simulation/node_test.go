package simulation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/engine"
	"tocsin.dev/internal/notifier"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/source/cloudevents"
)

const (
	engineRole   = "engine"
	notifierRole = "notifier"
)

// node is one process, engine or notifier, over its lives.
type node struct {
	w    *world
	role string
	slot int

	life int
	name string // of this life
	up   bool
	// back is the step at which it returns: started anew when it died, stepped again when it froze.
	back int
	skew time.Duration // its clock against the true one; never ahead, unless that is the planted bug
	bus  bus.Bus

	engine   *engine.Engine
	notifier *notifier.Notifier
	owners   []*partition.Owner
	tellers  []*engine.Teller
	flights  []func() // launched and not yet run
	inline   bool     // launches run at once
	turning  int      // partition whose turn it is; -1 for none
}

func (n *node) start() {
	w := n.w
	n.life++
	n.name = fmt.Sprintf("%s-%d-%d", n.role, n.slot, n.life)
	n.up, n.turning, n.inline, n.flights = true, -1, false, nil
	n.skew = -pick(w, []time.Duration{0, 0, 20 * time.Millisecond, 2 * time.Second})
	n.bus = bus.Bus(w.bus)
	clock := func() time.Time { return w.now.Add(n.skew) }
	var err error
	if n.role == engineRole {
		if w.bug.skew != 0 && n.slot == 0 {
			n.skew = w.bug.skew
		}
		n.bus = w.bug.engineBus(w, n.bus)
		n.owners, n.tellers = make([]*partition.Owner, w.services), make([]*engine.Teller, w.services)
		n.engine, err = engine.New(engine.Config{
			Bus: n.bus, Catalogs: revisions.NewStore(n.bus, clock), Foreign: cloudevents.FromNATS,
			Instance: n.name, Clock: clock, Pause: n.pause,
		})
	} else {
		n.bus = w.bug.notifierBus(w, n.bus)
		n.owners = make([]*partition.Owner, w.targets)
		n.notifier, err = notifier.New(notifier.Config{
			Bus: n.bus, Catalogs: revisions.NewStore(n.bus, clock),
			Channels: func(*catalog.Catalog) (map[string]channel.Channel, error) {
				return map[string]channel.Channel{w.provider.Name(): w.provider}, nil
			},
			Secret:   func(catalog.Secret) (string, error) { return "", nil },
			Instance: n.name, PerEndpoint: 1 + w.rng.IntN(3), Clock: clock, Pause: n.pause, Launch: n.launch,
		})
	}
	if err != nil {
		panic(err)
	}
	w.note("%s starts", n.name)
}

// launch keeps an attempt until the simulator lets it run.
func (n *node) launch(attempt func()) {
	if n.inline {
		attempt()
		return
	}
	n.flights = append(n.flights, attempt)
}

func (n *node) peers() []*node {
	if n.role == engineRole {
		return n.w.engines
	}
	return n.w.notifiers
}

func (n *node) other() *node { return n.peers()[1-n.slot] }

// awake says that the process is stepped.
func (n *node) awake() bool { return n.up && n.back == 0 }

// owns says that the process believes to own a partition.
func (n *node) owns(p int) bool { return n.up && n.owners[p] != nil }

// some returns one of the partitions that the process believes to own; -1 for none.
func (n *node) some() int {
	var all []int
	for p, o := range n.owners {
		if o != nil {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return -1
	}
	return pick(n.w, all)
}

// take takes a partition over from whoever has it, who is not told.
func (n *node) take(p int) {
	if !n.up || n.owners[p] != nil {
		return
	}
	was := n.turning
	n.turning = p
	defer func() { n.turning = was }()
	var o *partition.Owner
	var err error
	if n.engine != nil {
		o, err = n.engine.Take(n.w.ctx, p)
	} else {
		o, err = n.notifier.Take(n.w.ctx, p)
	}
	if err != nil {
		n.w.note("  %s cannot take %d: %v", n.name, p, err)
		return
	}
	if n.other().owns(p) {
		n.w.count.Zombies++
		n.w.note("  %s still holds %d", n.other().name, p)
	}
	n.owners[p] = o
	if n.engine != nil {
		n.tellers[p] = n.engine.NewTeller(p)
	}
}

func (n *node) drop(p int) {
	n.owners[p].Close()
	n.owners[p] = nil
	if n.engine != nil {
		n.tellers[p] = nil
	}
}

// turn takes one turn of a partition; an owner that fails is given up.
func (n *node) turn(p int) (progress bool) {
	o := n.owners[p]
	n.turning = p
	progress, err := o.Turn(n.w.ctx)
	n.turning = -1
	n.w.quietly(n.w.laws.check) // what it says to another partition may be decided within this very step
	if err == nil {
		return progress
	}
	if errors.Is(err, bus.ErrFenced) {
		n.w.count.Fenced++
	}
	n.w.note("  %s loses %d: %v", n.name, p, err)
	n.drop(p)
	return true
}

// feed hands new pages on and takes the newest catalog, as the notifier's own loops do.
func (n *node) feed() {
	if err := n.notifier.Refresh(n.w.ctx); err != nil {
		n.w.note("  %s: %v", n.name, err)
	}
	if err := n.notifier.Feed(n.w.ctx); err != nil {
		n.w.note("  %s: %v", n.name, err)
	}
}

func (n *node) tell(p int) (progress bool) {
	progress, err := n.tellers[p].Turn(n.w.ctx)
	if err != nil {
		n.w.note("  %s cannot tell %d: %v", n.name, p, err)
		return n.w.calm
	}
	return progress
}

// turnAll steps everything the process does once.
func (n *node) turnAll() (progress bool) {
	if n.notifier != nil {
		n.feed()
	}
	for p, o := range n.owners {
		if o != nil {
			progress = n.turn(p) || progress
		}
		if n.engine != nil && n.tellers[p] != nil {
			progress = n.tell(p) || progress
		}
	}
	for len(n.flights) > 0 {
		progress = true
		n.runFlight(0)
		n.w.laws.check()
	}
	return progress
}

func (n *node) runFlight(i int) {
	f := n.flights[i]
	n.flights = append(n.flights[:i:i], n.flights[i+1:]...)
	f()
}

// kill ends the process: what it knew is gone, what it was sending may still arrive.
func (n *node) kill() {
	for p, o := range n.owners {
		if o != nil {
			n.drop(p)
		}
	}
	for _, f := range n.flights {
		if n.w.chance(0.5) {
			n.w.orphans = append(n.w.orphans, f)
		}
	}
	n.up, n.flights = false, nil
}

// leaveAll stops every partition in order, so that each leaves a snapshot behind.
func (n *node) leaveAll() {
	for p, o := range n.owners {
		if o != nil {
			n.leave(p)
		}
	}
}

// leave stops one partition as a process does that is asked to: nothing new begins, what is under
// way ends, the snapshot is written.
func (n *node) leave(p int) {
	for len(n.flights) > 0 {
		n.runFlight(0)
	}
	n.inline, n.turning = true, p
	stopped, cancel := context.WithCancel(n.w.ctx)
	cancel()
	err := n.owners[p].Run(stopped)
	n.inline, n.turning = false, -1
	n.drop(p)
	if err != nil {
		n.w.note("  %s left %d: %v", n.name, p, err)
		return
	}
	n.w.quietly(n.w.laws.check)
	if n.engine != nil {
		n.w.count.Snapshots++
		n.w.quietly(func() { n.w.laws.snapshot(p) })
	}
}
