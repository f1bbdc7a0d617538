package simulation

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
	"tocsin.dev/pkg/events"
)

// violation is a broken law; it travels as a panic to the end of the run.
type violation struct{ law, text, stack string }

func (v *violation) Error() string { return "law " + v.law + ": " + v.text + v.stack }

func fail(law, format string, args ...any) {
	panic(&violation{law: law, text: fmt.Sprintf(format, args...)})
}

func stack() string { return "\n" + string(debug.Stack()) }

// trace keeps the last steps.
type trace struct{ lines []string }

const traceSteps = 50

// note tells what happens, for the trace of a run that fails.
func (w *world) note(format string, args ...any) {
	if strings.HasPrefix(format, " ") && len(w.trace.lines) > 0 {
		w.trace.lines[len(w.trace.lines)-1] += "\n      " + strings.TrimSpace(fmt.Sprintf(format, args...))
		return
	}
	head := fmt.Sprintf("%4d %s ", w.step, w.now.Format("15:04:05.000"))
	w.trace.lines = append(w.trace.lines, head+fmt.Sprintf(format, args...))
	if len(w.trace.lines) > traceSteps {
		w.trace.lines = w.trace.lines[1:]
	}
}

// laws watches the bus as a reader of all streams that understands the facts by itself.
type laws struct {
	w       *world
	readers [4]bus.Reader
	facts   map[string]bool // ids of LEDGER and DELIVERIES
	causes  map[string]bool // ids of the inputs that led to a fact

	intake  []*intake // by partition
	ledger  []fence
	claims  []fence
	told    []*public
	stories map[string]*story
	byKey   map[[2]string]*story
	known   []*story // in the order of their opening
	pages   map[string]*page
	// revision is the catalog in force, by partition.
	revision []string
	requests map[string]bool          // incident, round, level and target of first requests
	byNotice map[string]*contactState // by idempotency key
	lines    []ledgerLine             // every fact of LEDGER in order
	// overrides holds when each override that was not withdrawn ends, by partition.
	overrides map[overrideKey]time.Time
	// forwarded are messages between partitions that were read before the ledger was: see [laws.check].
	forwarded []bus.Message
	problems  problems
}

type ledgerLine struct {
	partition int
	seq       uint64
	line      []byte
	event     events.Event
}

func newLaws(w *world) *laws {
	l := &laws{
		w: w, facts: map[string]bool{}, causes: map[string]bool{}, stories: map[string]*story{}, byKey: map[[2]string]*story{},
		pages: map[string]*page{}, requests: map[string]bool{}, byNotice: map[string]*contactState{},
		overrides: map[overrideKey]time.Time{}, problems: newProblems(),
		ledger: make([]fence, w.services), claims: make([]fence, w.targets), revision: make([]string, w.services),
	}
	for range w.services {
		l.intake = append(l.intake, &intake{})
		l.told = append(l.told, &public{})
	}
	for s := range l.readers {
		var err error
		if l.readers[s], err = w.bus.Read(w.ctx, bus.Stream(s), bus.All, 0); err != nil {
			panic(err)
		}
	}
	return l
}

// check takes in what the last turn or step left. INTAKE comes last: what it published was not there
// when it decided, but for what a teller put before another partition, see [laws.ledgerRecord].
func (l *laws) check() {
	for _, s := range []bus.Stream{bus.Ledger, bus.Deliveries, bus.Events, bus.Intake} {
		l.read(s)
		if s == bus.Ledger {
			l.checkForwarded()
		}
	}
	l.checkForwarded()
}

func (l *laws) read(s bus.Stream) {
	for {
		got, err := l.readers[s].Poll(1 << 20)
		if err != nil {
			panic(err)
		}
		if len(got) == 0 {
			return
		}
		for _, m := range got {
			l.message(s, m)
		}
	}
}

func (l *laws) message(s bus.Stream, m bus.Message) {
	switch s {
	case bus.Ledger:
		l.ledgerRecord(m)
	case bus.Deliveries:
		l.deliveryRecord(m)
	case bus.Events:
		l.public(m)
	case bus.Intake:
		l.forwarded = append(l.forwarded, m)
		l.intake[m.Partition].take(l.w, m)
	}
}

// fence is what the last record of a partition says.
type fence struct {
	any  bool
	last partition.Record
}

// next checks that a record follows the one before: law 9.
func (f *fence) next(m bus.Message) partition.Record {
	const law = "9 fences"
	r, err := partition.ParseRecord(m)
	if err != nil {
		fail(law, "%v", err)
	}
	was := f.last
	switch {
	case r.Epoch == was.Epoch && (r.Owner != was.Owner || r.Number != was.Number+1):
		fail(law, "record %d: epoch %d number %d of %s follows number %d of %s", m.Seq, r.Epoch, r.Number, r.Owner, was.Number, was.Owner)
	case r.Epoch != was.Epoch && (r.Epoch != was.Epoch+1 || r.Number != 0):
		fail(law, "record %d: epoch %d number %d follows epoch %d", m.Seq, r.Epoch, r.Number, was.Epoch)
	case r.Number == 0 && (len(r.Lines) > 0 || r.Position != was.Position):
		fail(law, "record %d: a takeover decides", m.Seq)
	case r.Position.Seq < was.Position.Seq || r.Position.Seq == was.Position.Seq && r.Position.Part < was.Position.Part:
		fail(law, "record %d: position %s after %s", m.Seq, r.Position, was.Position)
	case r.Now.Before(was.Now):
		fail(law, "record %d: time runs back", m.Seq)
	}
	if r.Now.After(m.At) {
		fail("6 never early", "record %d is decided at %s, before that instant", m.Seq, r.Now.Format(time.TimeOnly))
	}
	f.any, f.last = true, r
	f.last.Lines = nil
	return r
}

// decode reads the facts of a record; each id is given once, and the time is the record's.
func (l *laws) decode(r partition.Record) []events.Event {
	var out []events.Event
	for _, line := range r.Lines {
		e, err := events.Decode(line)
		if err != nil {
			fail("7 the ledger is whole", "record %d: %v", r.Seq, err)
		}
		if l.facts[e.ID] {
			fail("2 one decision", "record %d: fact %s %s a second time", r.Seq, e.Data.Name(), e.ID)
		}
		l.facts[e.ID] = true
		if !e.Time.Equal(r.Now) {
			fail("7 the ledger is whole", "record %d: %s has another time than the record", r.Seq, e.Data.Name())
		}
		out = append(out, e)
	}
	return out
}
