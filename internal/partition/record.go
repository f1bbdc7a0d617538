package partition

import (
	"fmt"
	"strconv"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// Headers of a record. The body is a CloudEvents batch with one fact a line.
const (
	HeaderEpoch    = "Tocsin-Epoch"    // grows by one with each owner
	HeaderOwner    = "Tocsin-Owner"    // the instance
	HeaderNumber   = "Tocsin-Number"   // counts the owner's records from 0, the takeover
	HeaderNow      = "Tocsin-Now"      // the time of the decisions, RFC 3339 with nanoseconds
	HeaderPosition = "Tocsin-Position" // "<seq>" or "<seq>/<part>", see [Position]
	HeaderMark     = "Tocsin-Mark"     // a number that the machine keeps for itself
	headerContent  = "content-type"
)

// Position is how far an input log has been used: every message up to Seq, and the first Part
// events of the message after it.
type Position struct {
	Seq  uint64
	Part int
}

// String returns the form used in the header.
func (p Position) String() string {
	if p.Part == 0 {
		return strconv.FormatUint(p.Seq, 10)
	}
	return fmt.Sprintf("%d/%d", p.Seq, p.Part)
}

func parsePosition(s string) (p Position, err error) {
	if _, err = fmt.Sscanf(s, "%d/%d", &p.Seq, &p.Part); err != nil {
		p.Part = 0
		_, err = fmt.Sscanf(s, "%d", &p.Seq)
	}
	return p, err
}

// Record is one commit: the facts of a group of decisions, with owner, time and position.
type Record struct {
	Epoch    uint64
	Owner    string
	Number   uint64
	Now      time.Time
	Position Position
	// Mark is a number of the machine's own. The notifier's is the record up to which receipts were sent.
	Mark uint64
	// Lines are the encoded facts in order; none for a takeover.
	Lines [][]byte
	// Seq is the record's sequence in its log. Set when read.
	Seq uint64
}

func (r Record) message() bus.Message {
	return bus.Message{
		Header: map[string][]string{
			HeaderEpoch:    {strconv.FormatUint(r.Epoch, 10)},
			HeaderOwner:    {r.Owner},
			HeaderNumber:   {strconv.FormatUint(r.Number, 10)},
			HeaderNow:      {r.Now.UTC().Format(time.RFC3339Nano)},
			HeaderPosition: {r.Position.String()},
			HeaderMark:     {strconv.FormatUint(r.Mark, 10)},
			headerContent:  {events.ContentBatch},
		},
		Body: events.JoinLines(r.Lines),
	}
}

// ParseRecord reads a message of LEDGER or DELIVERIES.
func ParseRecord(m bus.Message) (Record, error) {
	r := Record{Owner: m.Get(HeaderOwner), Lines: events.Lines(m.Body), Seq: m.Seq}
	var errs [5]error
	r.Epoch, errs[0] = strconv.ParseUint(m.Get(HeaderEpoch), 10, 64)
	r.Number, errs[1] = strconv.ParseUint(m.Get(HeaderNumber), 10, 64)
	r.Now, errs[2] = time.Parse(time.RFC3339Nano, m.Get(HeaderNow))
	r.Position, errs[3] = parsePosition(m.Get(HeaderPosition))
	r.Mark, errs[4] = strconv.ParseUint(m.Get(HeaderMark), 10, 64)
	for _, err := range errs {
		if err != nil {
			return Record{}, fmt.Errorf("message %d of partition %d is not a record: %w", m.Seq, m.Partition, err)
		}
	}
	return r, nil
}

func (r Record) same(o Record) bool {
	return r.Epoch == o.Epoch && r.Owner == o.Owner && r.Number == o.Number
}
