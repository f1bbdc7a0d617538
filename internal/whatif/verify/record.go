package verify

import (
	"iter"
	"time"

	"tocsin.dev/pkg/events"
)

// Record is one commit of the ledger.
type Record struct {
	Seq   uint64 // its place in the ledger
	Epoch uint64 // of the owner who wrote it
	Now   time.Time
	// Position is how far INTAKE was used when it was written.
	Position Position
	// Lines are the encoded facts; none for a takeover, or when only the position was recorded.
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

// Partition is what one partition has stored. An iterator that fails yields the error once, as its last
// pair.
type Partition struct {
	Number int
	// Installation names the streams: ids derive from it.
	Installation string
	// Records yields the ledger's records after a sequence, in order.
	Records func(after uint64) iter.Seq2[Record, error]
	// Intake yields the messages after a sequence, in order.
	Intake func(after uint64) iter.Seq2[Message, error]
	// Kept is the sequence of the oldest message that INTAKE still holds, of any partition.
	Kept uint64
}

// intake reads the events of a partition position by position.
type intake struct {
	next func() (Message, error, bool)
	stop func()
	at   Position
	// head is the message in use, if valid.
	head  Message
	valid bool
}

func openIntake(p Partition, at Position) *intake {
	next, stop := iter.Pull2(p.Intake(at.Seq))
	return &intake{next: next, stop: stop, at: at}
}

// peek returns the first message that is not used up; ok is false when INTAKE has no more.
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

// upTo returns the events between the present position and to. Whole means that INTAKE still has all of
// them.
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
