package archive

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"
)

// Every change of an archive appends an entry to one chain: each record of the ledger that is kept, each
// hold, release and removal. An entry's hash covers the entry before it, and the head repeats the newest
// one. So [View.Chain] says what the archive must have, and package audit compares that with what it has.

// The kinds of chain entries.
const (
	KindRecord  = "record"  // a record of the ledger was kept
	KindHold    = "hold"    // an incident was put on hold, or the reason changed
	KindRelease = "release" // its hold ended
	KindRemoval = "removal" // it was removed
)

// Record summarizes the facts of one record of the ledger, or those that a removal took out of it.
type Record struct {
	Position uint64
	// Facts is their number. Sum is the XOR of their digests, so facts can be subtracted from it.
	Facts int
	Sum   [sha256.Size]byte
}

// Records summarizes facts in ledger order.
func Records(facts []Fact) []Record {
	var all []Record
	for i := range facts {
		if n := len(all); n == 0 || all[n-1].Position != facts[i].Position {
			all = append(all, Record{Position: facts[i].Position})
		}
		r := &all[len(all)-1]
		r.Facts++
		Xor(&r.Sum, facts[i].Digest())
	}
	return all
}

// Xor adds a digest to a sum, or subtracts it.
func Xor(sum *[sha256.Size]byte, digest [sha256.Size]byte) {
	for i := range sum {
		sum[i] ^= digest[i]
	}
}

// Digest is SHA-256 over the fact's position and index, 8 bytes each, and its line.
func (f *Fact) Digest() [sha256.Size]byte {
	b := make([]byte, 16, 16+len(f.Line))
	binary.BigEndian.PutUint64(b, f.Position)
	binary.BigEndian.PutUint64(b[8:], uint64(f.Index))
	return sha256.Sum256(append(b, f.Line...))
}

// ChainEntry is one entry of the chain.
type ChainEntry struct {
	N    uint64 // counts from 1
	Kind string
	// Record is the one that was kept; a record without facts moves the position only. For the other kinds
	// Position is the archive's at that time, Facts is 0, and Sum is the digest of the stored hold or
	// removal; zero for a release.
	Record
	Incident string // empty for a record
	// Hash is SHA-256 over the hash of the entry before it (32 zero bytes for the first) and all of the above.
	Hash [sha256.Size]byte
}

// Head repeats the newest chain entry: its number, position and hash. It is zero for an empty archive.
// Position is the ledger's sequence up to which everything is kept.
type Head struct {
	N, Position uint64
	Hash        [sha256.Size]byte
}

// Head returns the head of a chain that ends with this entry.
func (e *ChainEntry) Head() Head { return Head{e.N, e.Position, e.Hash} }

// Append completes an entry that follows the head, and moves the head to it.
func (h *Head) Append(e ChainEntry) ChainEntry {
	e.N = h.N + 1
	e.Hash = e.HashAfter(h.Hash)
	*h = e.Head()
	return e
}

// HashAfter returns the hash that the entry must have when prev is the hash of the entry before it.
func (e *ChainEntry) HashAfter(prev [sha256.Size]byte) [sha256.Size]byte {
	b := append(make([]byte, 0, 256), prev[:]...)
	b = binary.BigEndian.AppendUint64(b, e.N)
	b = sized(b, []byte(e.Kind))
	b = binary.BigEndian.AppendUint64(b, e.Position)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Facts))
	b = sized(b, []byte(e.Incident))
	return sha256.Sum256(append(b, e.Sum[:]...))
}

// NextHash returns the [Fact.Hash] of a line that follows the fact with hash prev; nil for the first.
func NextHash(prev, line []byte) []byte {
	if prev == nil {
		prev = make([]byte, sha256.Size)
	}
	sum := sha256.New()
	sum.Write(prev) //nolint:errcheck // a hash never fails
	sum.Write(line) //nolint:errcheck // as above
	return sum.Sum(nil)
}

// Digest is SHA-256 over the hold.
func (h *Hold) Digest() [sha256.Size]byte {
	return sha256.Sum256(sized(instant(sized(nil, []byte(h.Incident)), h.Since), []byte(h.Reason)))
}

// Digest is SHA-256 over the removal.
func (r *Removal) Digest() [sha256.Size]byte {
	b := instant(sized(nil, []byte(r.ID)), r.At)
	b = binary.BigEndian.AppendUint64(b, r.Seq)
	return sha256.Sum256(sized(sized(sized(b, r.Hash), r.Document), r.Taken))
}

// sized appends a part after its length.
func sized(b, part []byte) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(part))), part...)
}

func instant(b []byte, at time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(at.Unix()))
	return binary.BigEndian.AppendUint64(b, uint64(at.Nanosecond()))
}

// packedSize is the size of a packed [Record]: position and count, 8 bytes each, and the sum.
const packedSize = 16 + sha256.Size

func pack(b []byte, records []Record) []byte {
	for i := range records {
		b = binary.BigEndian.AppendUint64(b, records[i].Position)
		b = binary.BigEndian.AppendUint64(b, uint64(records[i].Facts))
		b = append(b, records[i].Sum[:]...)
	}
	return b
}

// TakenRecords unpacks what the removal took out of each record, and ignores an incomplete record at the end.
func (r *Removal) TakenRecords() []Record {
	var all []Record
	for b := r.Taken; len(b) >= packedSize; b = b[packedSize:] {
		one := Record{Position: binary.BigEndian.Uint64(b), Facts: int(binary.BigEndian.Uint64(b[8:]))}
		copy(one.Sum[:], b[16:])
		all = append(all, one)
	}
	return all
}

// newRemoval keeps enough of an incident to distinguish a removal from a loss, and nothing about people or
// alerts. facts are in ledger order; earlier is an earlier removal of the same incident.
func newRemoval(in Incident, facts []Fact, earlier Removal, now time.Time) (Removal, error) {
	document, err := json.Marshal(Incident{
		ID: in.ID, Service: in.Service, Team: in.Team, Status: in.Status,
		OpenedAt: in.OpenedAt, ResolvedAt: in.ResolvedAt, Seq: in.Seq, UpdatedAt: in.UpdatedAt,
	})
	if err != nil {
		return Removal{}, fmt.Errorf("incident %s: %w", in.ID, err)
	}
	// Every store keeps at least microseconds.
	r := Removal{ID: in.ID, At: now.UTC().Truncate(time.Microsecond), Seq: in.Seq, Document: document, Taken: pack(earlier.Taken, Records(facts))}
	if n := len(facts); n > 0 {
		r.Hash = facts[n-1].Hash
	}
	return r, nil
}
