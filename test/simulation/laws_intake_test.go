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
	switch d.(type) {
	case events.AcknowledgementReceived, events.AcknowledgementWithdrawn, events.ResolutionReceived,
		events.ReopeningReceived, events.EscalationReceived, events.NoteReceived:
		return true
	}
	return false
}

// upTo gives the inputs that a position covers and no record before it did.
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

// waiting gives the first message after a position if it was there at an instant, else 0.
func (q *intake) waiting(p partition.Position, at time.Time) uint64 {
	for i, seq := range q.seqs {
		if seq > p.Seq && !q.ats[i].After(at) {
			return seq
		}
	}
	return 0
}

// barrierHolds is how long before a deadline is taken its owner looked for inputs at the latest.
const barrierHolds = time.Second

const lawDecided = "1 every input is decided"

// ledgerRecord walks the inputs that a record covers and its facts together: each input led to the
// facts that name it, in order, or there is a reason why it led to none; the rest is due to time.
func (l *laws) ledgerRecord(m bus.Message) {
	p := m.Partition
	r := l.ledger[p].next(m)
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
		s := l.byKey[[2]string{e.Service, d.Dedup()}]
		if s == nil {
			bad("no incident has its key")
			return
		}
		a, ok := s.alerts[d.Key]
		switch {
		case !ok || !a.firing:
			bad("it was not firing")
		case !a.ends.Equal(d.EndsAt):
			bad("its expiry is new")
		case s.status == resolved && (!s.byHand || d.StartsAt.IsZero() || !a.starts.Equal(d.StartsAt)):
			bad("the incident is resolved")
		}
	case events.AlertCleared:
		if s := l.byKey[[2]string{e.Service, d.Dedup()}]; s != nil && s.alerts[d.Key].firing {
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
	default:
		if isCommand(e.Data) && !l.causes[e.ID] {
			bad("a command is done or refused")
		}
	}
}
