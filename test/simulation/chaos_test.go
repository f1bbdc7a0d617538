package simulation

// turnSome lets one process turn one of its partitions a few times.
func (w *world) turnSome(nodes []*node) {
	n := pick(w, nodes)
	if !n.awake() {
		return
	}
	if n.notifier != nil && w.chance(0.8) {
		n.feed()
	}
	p := n.some()
	if p < 0 {
		return
	}
	w.note("  %s turns %d", n.name, p)
	for range 1 + w.rng.IntN(4) {
		if n.owners[p] == nil || !n.turn(p) {
			return
		}
	}
}

func (w *world) tellSome() {
	n := pick(w, w.engines)
	if !n.awake() {
		return
	}
	p := n.some()
	if p < 0 {
		return
	}
	if w.chance(0.05) {
		n.tellers[p] = n.engine.NewTeller(p)
	}
	n.tell(p)
}

// fly lets one attempt that is under way run: of a process, or of one that is dead.
func (w *world) fly() {
	if len(w.orphans) > 0 && w.chance(0.2) {
		i := w.rng.IntN(len(w.orphans))
		f := w.orphans[i]
		w.orphans = append(w.orphans[:i:i], w.orphans[i+1:]...)
		if w.chance(0.7) {
			w.note("  of a dead process")
			f()
		}
		return
	}
	n := pick(w, w.notifiers)
	if n.awake() && len(n.flights) > 0 {
		n.runFlight(w.rng.IntN(len(n.flights)))
	}
}

// place lets a process take a partition that nobody who is awake has, as leases would run out.
func (w *world) place() {
	nodes := w.engines
	if w.chance(0.5) {
		nodes = w.notifiers
	}
	for _, p := range w.rng.Perm(len(nodes[0].owners)) {
		held := false
		for _, n := range nodes {
			held = held || n.awake() && n.owns(p)
		}
		if n := pick(w, nodes); !held && n.awake() {
			w.note("  %s takes %d", n.name, p)
			n.take(p)
			return
		}
	}
}

// placeAll returns every partition one owner; only the last that took it is kept.
func (w *world) placeAll() (taken bool) {
	for _, nodes := range [][]*node{w.engines, w.notifiers} {
		for p := range nodes[0].owners {
			if nodes[0].owns(p) || nodes[1].owns(p) {
				continue
			}
			pick(w, nodes).take(p)
			taken = true
		}
	}
	return taken
}

// crash kills a process; it comes back after a while.
func (w *world) crash() {
	if w.chance(0.15) {
		w.count.Crashes++
		w.recorder.restart()
		return
	}
	if n := pick(w, w.nodes()); n.awake() {
		w.count.Crashes++
		w.note("  %s dies", n.name)
		n.kill()
		n.back = w.step + 1 + w.rng.IntN(25)
	}
}

// steal lets a process take a partition whose owner is well and not told.
func (w *world) steal() {
	n := pick(w, w.nodes())
	if n.awake() {
		p := w.rng.IntN(len(n.owners))
		w.note("  %s takes %d", n.name, p)
		n.take(p)
	}
}

// freeze makes a process stand still while its successor takes its partitions; later it goes on
// as if nothing had happened.
func (w *world) freeze() {
	n := pick(w, w.nodes())
	if !n.awake() || !n.other().awake() {
		return
	}
	w.note("  %s freezes", n.name)
	n.back = w.step + 2 + w.rng.IntN(40)
	for p := range n.owners {
		if n.owns(p) && w.chance(0.8) {
			n.other().take(p)
		}
	}
}

// leave stops a partition in order.
func (w *world) leave() {
	n := pick(w, w.nodes())
	if !n.awake() {
		return
	}
	if p := n.some(); p >= 0 {
		w.note("  %s leaves %d", n.name, p)
		n.leave(p)
	}
}
