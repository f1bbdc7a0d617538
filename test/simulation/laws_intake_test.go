package simulation

import (
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/pkg/events"
)

// input is one event of INTAKE.
type input struct {
	seq   uint64
	index int
	event events.Event
}

// intake is what one partition was asked, and how far the ledger has used it.
type intake struct {
	inputs []input
	seqs   []uint64 // of all messages, also of those that hold no event
	ats    []time.Time
	next   int // index of the first input that no record covers
	nonces map[string]bool
}

// take reads a message as the contract of the subjects says.
func (q *intake) take(w *world, m bus.Message) {
	if q.nonces == nil {
		q.nonces = map[string]bool{}
	}
	q.nonces[m.Get(headerNonce)] = true
	if m.ID != "" {
		q.nonces[m.ID] = true
	}
	q.seqs, q.ats = append(q.seqs, m.Seq), append(q.ats, m.At)
	for i, e := range readIntake(m) {
		q.inputs = append(q.inputs, input{seq: m.Seq, index: i, event: e})
	}
}

func readIntake(m bus.Message) (all []events.Event) {
	tokens := strings.Split(m.Subject, ".")
	switch {
	case len(tokens) == 4:
		for _, line := range events.Lines(m.Body) {
			if e, err := events.Decode(line); err == nil {
				all = append(all, e)
			}
		}
	case len(tokens) == 5 && tokens[3] == "alerts":
		signals, _ := cloudevents.FromNATS(m.Header, m.Body, m.At)
		for i, s := range signals {
			e := events.New(events.AlertReceived{Alert: s.Alert})
			if s.Cleared {
				e = events.New(events.AlertCleared{Alert: s.Alert})
			}
			e.ID, e.Service = events.DeriveID("nats", strconv.FormatUint(m.Seq, 10), strconv.Itoa(i)), tokens[4]
			all = append(all, e)
		}
	case len(tokens) == 5 && tokens[3] == "commands":
		if e, err := events.Decode(m.Body); err == nil && isCommand(e.Data) {
			e.Service = tokens[4]
			all = append(all, e)
		}
	}
	return all
}

func isCommand(d events.Data) bool {
	_, problem := d.(events.ProblemCommandData)
	_, ok := d.(events.CommandData)
	return ok || problem
}

// last returns the newest message that was read; 0 for none.
func (q *intake) last() uint64 {
	if len(q.seqs) == 0 {
		return 0
	}
	return q.seqs[len(q.seqs)-1]
}

// upTo returns the inputs that a position covers and no record before it did.
func (q *intake) upTo(p partition.Position) []input {
	from := q.next
	part := uint64(0)
	for _, seq := range q.seqs {
		if seq > p.Seq {
			part = seq
			break
		}
	}
	for q.next < len(q.inputs) {
		in := q.inputs[q.next]
		if in.seq > p.Seq && (in.seq != part || in.index >= p.Part) {
			break
		}
		q.next++
	}
	return q.inputs[from:q.next]
}

// waiting returns the first message after a position if it was there at an instant, else 0.
func (q *intake) waiting(p partition.Position, at time.Time) uint64 {
	for i, seq := range q.seqs {
		if seq > p.Seq && !q.ats[i].After(at) {
			return seq
		}
	}
	return 0
}

// feeds returns the incidents that an alert may be one of: the one that its dedup key names, or, where
// it was split off from that one, the one to which it went; both while the latter is resolved.
func (l *laws) feeds(service string, a events.Alert) []*story {
	s := l.byKey[[2]string{service, a.Dedup()}]
	if s == nil {
		return nil
	}
	part := l.stories[s.elsewhere[a.Key]]
	switch {
	case part == nil:
		return []*story{s}
	case part.status == resolved:
		return []*story{s, part}
	}
	return []*story{part}
}

// mustTake says why the incident cannot pass over an alert that fires; empty when it can.
func (s *story) mustTake(a events.Alert) string {
	known, ok := s.alerts[a.Key]
	switch {
	case !ok || !known.firing:
		return "it was not firing"
	case !known.ends.Equal(a.EndsAt):
		return "its expiry is new"
	case s.status == resolved && (!s.byHand || a.StartsAt.IsZero() || !known.starts.Equal(a.StartsAt)):
		return "the incident is resolved"
	}
	return ""
}

// barrierHolds is how long before a deadline is taken its owner looked for inputs at the latest.
const barrierHolds = time.Second

const lawDecided = "1 every input is decided"

// ledgerRecord walks the inputs that a record covers and its facts together: each input led to the
// facts that name it, in order, or there is a reason why it led to none; the rest is due to time.
func (l *laws) ledgerRecord(m bus.Message) {
	p := m.Partition
	r := l.ledger[p].next(m)
	if l.intake[p].last() < r.Position.Seq {
		l.read(bus.Intake) // another partition's teller put it there in the same turn
	}
	facts := l.decode(r)
	for i, e := range facts {
		l.lines = append(l.lines, ledgerLine{p, m.Seq, r.Lines[i], e})
		l.told[p].expect(e)
	}
	rest := facts
	use := func(cause string) (n int) {
		for len(rest) > 0 && rest[0].CausationID == cause {
			l.fact(p, m, rest[0])
			l.causes[cause] = true
			rest = rest[1:]
			n++
		}
		return n
	}
	if len(rest) > 0 && rest[0].CausationID == "" && rest[0].Data.Name() == "catalog.revised" {
		l.fact(p, m, rest[0]) // the first catalog of a partition is nobody's input
		rest = rest[1:]
	}
	for _, in := range l.intake[p].upTo(r.Position) {
		if in.event.ID == "" || use(in.event.ID) == 0 {
			l.mayBeIgnored(p, in)
		}
	}
	if waits := l.intake[p].waiting(r.Position, r.Now.Add(-barrierHolds)); waits > 0 && len(rest) > 0 {
		fail("5 inputs before deadlines", "record %d of partition %d: %s by time at position %s, input %d waits",
			m.Seq, p, rest[0].Data.Name(), r.Position, waits)
	}
	use("")
	if len(rest) > 0 {
		fail(lawDecided, "record %d of partition %d: %s was caused by %q, which is none of the inputs up to %s",
			m.Seq, p, rest[0].Data.Name(), rest[0].CausationID, r.Position)
	}
	l.atRest(m, facts)
}

// mayBeIgnored fails when an input without a fact should have had one.
func (l *laws) mayBeIgnored(p int, in input) {
	e := in.event
	bad := func(why string) {
		fail(lawDecided, "partition %d, input %d/%d, %s %.8s of %s led to nothing: %s",
			p, in.seq, in.index, e.Data.Name(), e.ID, e.Service, why)
	}
	switch d := e.Data.(type) {
	case events.AlertReceived:
		why := "no incident has its key"
		for _, s := range l.feeds(e.Service, d.Alert) {
			if why = s.mustTake(d.Alert); why == "" {
				return
			}
		}
		bad(why)
	case events.AlertCleared:
		feeds := l.feeds(e.Service, d.Alert)
		for _, s := range feeds {
			if !s.alerts[d.Key].firing {
				return
			}
		}
		if len(feeds) > 0 {
			bad("it was firing")
		}
	case events.ReceiptReceived:
		if pg := l.pages[d.Page]; pg != nil && pg.end == "" && (d.Final || !pg.delayed) {
			bad("the page is open")
		}
	case events.CatalogRevised:
		if l.revision[p] != d.Revision {
			bad("another catalog is in force")
		}
	case events.MergeRequested:
		bad("whoever asks for a merge is answered")
	case events.MergeAnswered:
		if s := l.stories[d.Incident]; s != nil && s.merging == d.Into {
			bad("the incident waits for it")
		}
	case events.OverrideReceived:
		if _, known := l.overrides[overrideKey{p, d.ID}]; !known && d.To.After(l.w.now) {
			bad("it is not known")
		}
	case events.OverrideWithdrawn:
		if l.overrides[overrideKey{p, d.ID}].After(l.w.now) {
			bad("it is in force or will be")
		}
	default:
		if isCommand(e.Data) && !l.causes[e.ID] {
			bad("a command is done or refused")
		}
	}
}
