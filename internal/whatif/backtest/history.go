package backtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/pkg/events"
)

// ErrMixed means that a history has both what was asked and what was decided: it would be played twice.
var ErrMixed = history.ErrMixed

// History is what a [Backtest] plays: what was asked, in order of time, and what became of it. The zero
// value is ready. Add facts with [History.Asked] and [History.Decided], or with [History.Add] when
// what was asked is not recorded; then call [History.Close].
type History struct {
	inputs   []Asked
	recorded Outcomes
	group    []events.Event // the newest facts of the ledger, which one input led to
	seen     map[string]bool
	alerts   map[[2]string]events.Alert // by incident and key, as they were last
	firing   map[string][]string        // keys of the alerts that fire, by incident
	derive   bool
	asked    bool
	decided  bool
	asDone   history.AsDone // without decisions
	last     time.Time      // of the facts that were decided

	openers map[string]bool      // ids of inputs that opened an incident
	delays  map[answerer][]delay // how people answered
	methods map[method][]sample  // what became of attempts
	covers  map[string]string    // the last request about each override, by its id
	// LeftOut counts what is not played, by the reason.
	LeftOut map[string]int
	// Disorder is how many facts came after later ones; they were sorted by time.
	Disorder int
}

// Asked is one input of a history.
type Asked struct {
	Event events.Event
	// opener is the id of the input that opened the incident a command is about; empty for others.
	opener string
	answer bool // an acknowledgement that follows a page of its person
}

// Why inputs are left out: the keys of [History.LeftOut].
const (
	NoOpening    = "commands about incidents whose opening is not in the history"
	OtherCatalog = "catalog revisions: the backtest has its own"
	Forwarded    = "merges on their way to another partition: they are forwarded anew"
	CameTwice    = "overrides that each partition was told of"
	Receipts     = "receipts: whether a page arrives is played anew"
)

// Recorded returns what became of the incidents then. The caller must not change it.
func (h *History) Recorded() *Outcomes { return &h.recorded }

// Len is the number of inputs once the history is closed.
func (h *History) Len() int { return len(h.inputs) }

// Span returns the instants of the first and the last input; zero for none.
func (h *History) Span() (from, to time.Time) {
	if len(h.inputs) == 0 {
		return from, to
	}
	return h.inputs[0].Event.Time, h.inputs[len(h.inputs)-1].Event.Time
}

// End is when a backtest of the history ends: after its last fact if decisions are recorded, because the
// record could not climb further either; otherwise [Settled] after its last input.
func (h *History) End() time.Time {
	_, last := h.Span()
	if !h.decided {
		return last.Add(Settled)
	}
	if h.last.After(last) {
		last = h.last
	}
	return last.Add(time.Nanosecond)
}

// FromDecisions reports whether what was asked was derived from what was decided.
func (h *History) FromDecisions() bool { return h.derive }

// Add adds one fact of either kind. From facts of the ledger it derives what was asked.
func (h *History) Add(e events.Event) error {
	switch e.Data.(type) {
	case events.AlertReceived, events.AlertCleared, events.CommandData, events.ReceiptReceived, events.OverrideReceived, events.OverrideWithdrawn:
		if h.decided {
			return ErrMixed
		}
		h.Asked(e)
	case events.CatalogRevised, events.MergeRequested, events.MergeAnswered:
		if h.decided {
			h.Decided(e)
		} else if e.Subject == "" {
			h.leaveOut(OtherCatalog)
		}
	default:
		if h.asked {
			return ErrMixed
		}
		h.derive = true
		h.Decided(e)
	}
	return nil
}

// Asked adds one input.
func (h *History) Asked(e events.Event) {
	h.asked = true
	switch ask := e.Data.(type) {
	case events.CatalogRevised:
		h.leaveOut(OtherCatalog)
		return
	case events.MergeRequested, events.MergeAnswered:
		h.leaveOut(Forwarded)
		return
	case events.OverrideReceived:
		if h.repeated(ask.ID, fmt.Sprint(ask.Override)) {
			return
		}
	case events.OverrideWithdrawn:
		if h.repeated(ask.ID, "withdrawn") {
			return
		}
	case events.RosterReceived:
		if h.repeated(ask.ID, "roster") {
			return
		}
	}
	h.put(e)
}

// repeated reports whether the last request about an override was the same: INTAKE has a copy for each
// partition.
func (h *History) repeated(id, what string) bool {
	if h.covers == nil {
		h.covers = map[string]string{}
	}
	if h.covers[id] == what {
		h.leaveOut(CameTwice)
		return true
	}
	h.covers[id] = what
	return false
}

func (h *History) put(e events.Event) {
	if e.ID == "" {
		e.ID = fmt.Sprint("input-", len(h.inputs)+1)
	}
	if n := len(h.inputs); n > 0 && e.Time.Before(h.inputs[n-1].Event.Time) {
		h.Disorder++
	}
	h.inputs = append(h.inputs, Asked{Event: e})
}

func (h *History) leaveOut(why string) {
	if h.LeftOut == nil {
		h.LeftOut = map[string]int{}
	}
	h.LeftOut[why]++
}

// Decided adds one fact of the ledger. Facts must come in its order.
func (h *History) Decided(e events.Event) {
	h.decided = true
	if e.Time.After(h.last) {
		h.last = e.Time
	}
	h.recorded.Fact(&e)
	switch d := e.Data.(type) {
	case events.PageDelivered:
		h.attempted(d.Target, d.Attempts)
	case events.PageDelayed:
		h.attempted(d.Target, d.Attempts)
	case events.PageFailed:
		h.attempted(d.Target, d.Attempts)
	}
	if !h.derive {
		return
	}
	h.remember(e)
	if len(h.group) > 0 && h.group[0].CausationID != e.CausationID {
		h.endGroup()
	}
	if e.CausationID != "" {
		h.group = append(h.group, e)
	}
}

// Close sorts the inputs by time, those of one instant in the order in which they came, and finds out
// which commands are about which incident, and how people answered.
func (h *History) Close() {
	h.endGroup()
	slices.SortStableFunc(h.inputs, func(a, b Asked) int { return a.Event.Time.Compare(b.Event.Time) })
	h.openers = map[string]bool{}
	for _, l := range h.recorded.lives {
		h.openers[l.Opener] = true
	}
	if !h.decided {
		h.recorded.Unpaged, h.recorded.Unclimbed = true, true
	}
	kept := h.inputs[:0]
	for _, in := range h.inputs {
		if h.place(&in) {
			kept = append(kept, in)
		}
	}
	clear(h.inputs[len(kept):])
	h.inputs = kept
	h.measureDelays()
	for m := range h.methods {
		slices.SortStableFunc(h.methods[m], func(a, b sample) int { return a.at.Compare(b.at) })
	}
}

// place finds the incident that an input is about. It reports whether the input is to be played. Without
// decisions, what was asked is recorded as done.
func (h *History) place(in *Asked) bool {
	if ask, ok := in.Event.Data.(events.CommandData); ok {
		l := h.life(ask.Ask().Incident)
		if l == nil {
			h.leaveOut(NoOpening)
			return false
		}
		in.opener = l.Opener
	}
	if d, ok := in.Event.Data.(events.ReceiptReceived); ok {
		h.leaveOut(Receipts)
		if !h.decided {
			h.receipt(h.life(d.Incident), d)
		}
		return false
	}
	if !h.decided {
		h.done(in.Event)
	}
	return true
}

// life returns the incident that a command or a receipt names: by its id, or without decisions by its dedup
// key, which then means the newest. It is nil for an unknown one.
func (h *History) life(incident string) *Life {
	if !h.decided {
		incident = h.asDone.Incident(incident)
	}
	return h.recorded.byID[incident]
}

// done records what an input asks for.
func (h *History) done(e events.Event) {
	record := func(fact events.Event) {
		if _, ok := fact.Data.(events.IncidentTriggered); ok {
			h.openers[e.ID] = true
		}
		h.recorded.Fact(&fact)
	}
	h.asDone.Add(e, record) //nolint:errcheck // inputs alone are never mixed with decisions
}

// receipt notes the page of a receipt when no decisions are recorded; l may be nil.
func (h *History) receipt(l *Life, r events.ReceiptReceived) {
	h.attempted(r.Target, r.Attempts)
	if l == nil || len(r.Attempts) == 0 || h.seen[r.Page] {
		return
	}
	if h.seen == nil {
		h.seen = map[string]bool{}
	}
	h.seen[r.Page] = true
	h.recorded.Unpaged = false
	l.Pages = append(l.Pages, Paged{Target: r.Target, At: r.Attempts[0].At})
}

const personPrefix = "person:"

// id returns "ana" for "person:ana", and any other word unchanged.
func id(word string) string { return strings.TrimPrefix(word, personPrefix) }
