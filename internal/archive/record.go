package archive

import (
	"crypto/sha256"
	"encoding/binary"
)

// Record is what an archive keeps about one record of the ledger, so that a fact that is missing,
// or was changed, is noticed also where no chain of an incident passes it.
type Record struct {
	Position uint64
	// Facts is how many there were in it, and Sum the XOR of their marks, see [Fact.Mark].
	Facts int
	Sum   [sha256.Size]byte
	// Removed is how many of them were removed with their incidents, Without the XOR of their marks.
	Removed int
	Without [sha256.Size]byte
	// Hash is SHA-256 over the hash of the archive's record before it, position, Facts and Sum; the
	// first one follows 32 zero bytes.
	Hash [sha256.Size]byte
}

// Mark is SHA-256 over the fact's place, as two numbers of 8 bytes, and its line.
func (f *Fact) Mark() [sha256.Size]byte {
	b := make([]byte, 16, 16+len(f.Line))
	binary.BigEndian.PutUint64(b, f.Position)
	binary.BigEndian.PutUint64(b[8:], uint64(f.Index))
	return sha256.Sum256(append(b, f.Line...))
}

// Xor adds a mark to a sum, or takes it away again.
func Xor(sum *[sha256.Size]byte, mark [sha256.Size]byte) {
	for i := range sum {
		sum[i] ^= mark[i]
	}
}

// Records makes those of facts in ledger order; prev is the hash of the record before them.
func Records(prev [sha256.Size]byte, facts []Fact) []Record {
	var all []Record
	for i := range facts {
		if n := len(all); n == 0 || all[n-1].Position != facts[i].Position {
			all = append(all, Record{Position: facts[i].Position})
		}
		r := &all[len(all)-1]
		r.Facts++
		Xor(&r.Sum, facts[i].Mark())
	}
	for i := range all {
		all[i].Hash = all[i].Chain(prev)
		prev = all[i].Hash
	}
	return all
}

// Chain gives the hash that the record has after the one with hash prev.
func (r *Record) Chain(prev [sha256.Size]byte) [sha256.Size]byte {
	b := make([]byte, 0, 3*sha256.Size)
	b = append(b, prev[:]...)
	b = binary.BigEndian.AppendUint64(b, r.Position)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Facts))
	return sha256.Sum256(append(b, r.Sum[:]...))
}
