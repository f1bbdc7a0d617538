package recorder

import (
	"fmt"
	"sync"
)

// The kinds of fault in a ledger; also the values of the metric's label.
const (
	gap        = "gap"
	stepBack   = "step_back"
	unreadable = "unreadable"
)

// fault is one place where the ledger is damaged.
type fault struct {
	kind     string
	incident string // empty where it is not known
	position uint64 // the ledger's sequence of the record
	index    int    // the fact's index in it, from 0
	reason   string
}

// Error describes the fault in one line.
func (f fault) Error() string {
	where := fmt.Sprintf("record %d, fact %d", f.position, f.index)
	if f.incident != "" {
		where += ", incident " + f.incident
	}
	return fmt.Sprintf("%s (%s): %s", f.kind, where, f.reason)
}

// health is read by other goroutines while the recorder runs.
type health struct {
	mu     sync.Mutex
	last   error // of the last turn
	first  error // the first fault
	faults int
}

func (h *health) turned(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = err
}

func (h *health) blame(f fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults++
	if h.first == nil {
		h.first = f
	}
}

func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.last != nil:
		return h.last
	case h.first != nil:
		return fmt.Errorf("%w, %d in all, the first: %w", errFaults, h.faults, h.first)
	}
	return nil
}
