package backtest

import (
	"iter"
	"time"

	"tocsin.dev/pkg/events"
)

// Record is one commit of the ledger as a replay needs it.
type Record struct {
	Seq   uint64 // its place in the ledger
	Epoch uint64 // of the owner who wrote it
	Now   time.Time
	// Position is up to where INTAKE was used when it was written.
	Position Position
	// Lines are the encoded facts; none for a takeover, or where the position alone was recorded.
	Lines [][]byte
}

// Position is how far INTAKE was used: every message up to Seq, and the first Part events of the
// message after it.
type Position struct {
	Seq  uint64 `json:"seq"`
	Part int    `json:"part,omitempty"`
}

// Message is one message of INTAKE, read as the engine reads it.
type Message struct {
	Seq    uint64
	At     time.Time // when it was stored
	Events []events.Event
}

// Partition is what one partition has left behind. An iterator that fails hands on the error once,
// as its last pair.
type Partition struct {
	Number int
	// Installation names the streams: ids derive from it.
	Installation string
	// Records gives the ledger's records behind a sequence, in order.
	Records func(after uint64) iter.Seq2[Record, error]
	// Intake gives the messages behind a sequence, in order.
	Intake func(after uint64) iter.Seq2[Message, error]
	// Kept is the sequence of the oldest message that INTAKE still holds, of any partition.
	Kept uint64
}

// Period is a stretch of time, From included and To not. A zero bound bounds nothing.
type Period struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Holds says whether t lies in it.
func (p Period) Holds(t time.Time) bool {
	return (p.From.IsZero() || !t.Before(p.From)) && (p.To.IsZero() || t.Before(p.To))
}

// intake hands out the events of a partition up to a position, and knows what comes next.
type intake struct {
	next func() (Message, error, bool)
	stop func()
	at   Position
	// head is the message in work; valid says that there is one.
	head  Message
	valid bool
}

func openIntake(p Partition, at Position) *intake {
	next, stop := iter.Pull2(p.Intake(at.Seq))
	return &intake{next: next, stop: stop, at: at}
}

// peek gives the first message that is not used up; ok is false where INTAKE has no more.
func (i *intake) peek() (m Message, ok bool, err error) {
	for !i.valid || i.head.Seq <= i.at.Seq {
		m, err, ok := i.next()
		if err != nil || !ok {
			i.valid = false
			return Message{}, false, err
		}
		i.head, i.valid = m, true
	}
	return i.head, true, nil
}

// input is one event and the instant at which its message was stored.
type input struct {
	position uint64
	index    int
	at       time.Time
	event    events.Event
}

// upTo hands out what lies between the present position and to. Whole says that INTAKE still has all
// of it.
func (i *intake) upTo(to Position) (all []input, whole bool, err error) {
	for {
		m, ok, err := i.peek()
		if err != nil {
			return nil, false, err
		}
		if ok && m.Seq <= to.Seq {
			all = append(all, m.inputs(i.at.Part, len(m.Events))...)
			i.at = Position{Seq: m.Seq}
			continue
		}
		whole = i.at.Seq == to.Seq // a position always names a message of the partition
		if to.Part > 0 {
			from := 0
			if whole {
				from = i.at.Part
			}
			whole = whole && ok && to.Part <= len(m.Events)
			all = append(all, m.inputs(from, min(to.Part, len(m.Events)))...)
		}
		i.at = to
		return all, whole, nil
	}
}

func (m Message) inputs(from, to int) []input {
	var all []input
	for n := min(from, to); n < to; n++ {
		all = append(all, input{position: m.Seq, index: n, at: m.At, event: m.Events[n]})
	}
	return all
}
