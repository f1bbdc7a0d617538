package archive

import (
	"encoding/hex"
	"encoding/json"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// indexBits is the size of a fact's index within its key. A message of 1 MiB, the bus's limit, cannot hold
// more lines.
const indexBits = 20

// MaxIndex is the highest index of a fact in its record.
const MaxIndex = 1<<indexBits - 1

// Key is position and index as one number, in ledger order.
func (f *Fact) Key() int64 { return int64(f.Position<<indexBits | uint64(f.Index)) }

// SetKey sets position and index.
func (f *Fact) SetKey(key int64) { f.Position, f.Index = uint64(key)>>indexBits, int(key&MaxIndex) }

// Most returns how many incidents the query may find at once.
func (q Query) Most() int {
	if q.Limit <= 0 {
		return DefaultLimit
	}
	return min(q.Limit, MaxLimit)
}

// EntryOf returns the timeline entry of a stored line. From a line that this build cannot decode it takes what
// it can, but no data that is not JSON, because a timeline is sent as JSON. The entry's data aliases line.
func EntryOf(line, hash []byte) Entry {
	env, raw, err := events.Split(line)
	if err != nil {
		env = events.Envelope{}
	}
	e := events.Event{Envelope: env}
	data, err := events.DecodeData(env.Type, raw)
	if err == nil {
		e.Data = data
	} else if !json.Valid(raw) {
		raw = nil
	}
	entry := timeline.Tell(e)
	entry.Data, entry.Hash = raw, hex.EncodeToString(hash)
	return entry
}
