package archive

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// What a keeper does.
const (
	Held     = "held"     // an incident is held, or for another reason than before
	Released = "released" // it is held no more
	Removed  = "removed"  // it was taken out
)

// Deed is one thing that a keeper did. The ledger knows nothing of it, so the archive chains it: a
// hold or a removal that nobody made is noticed, and one that is gone or was changed.
type Deed struct {
	// N counts from 1.
	N        uint64
	Kind     string
	Incident string
	// Mark is that of the hold or removal as it stood then, see [Hold.Mark] and [Removal.Mark];
	// zero for a release.
	Mark [sha256.Size]byte
	// Facts is how many facts were taken out, and Without the XOR of their marks. The first deed of
	// an archive that is older than its deeds has those of all removals before it.
	Facts   int
	Without [sha256.Size]byte
	// Hash is SHA-256 over the hash of the deed before it and all of the above; the first one
	// follows 32 zero bytes.
	Hash [sha256.Size]byte
}

// Chain gives the hash that the deed has after the one with hash prev.
func (d *Deed) Chain(prev [sha256.Size]byte) [sha256.Size]byte {
	b := append(make([]byte, 0, 256), prev[:]...)
	b = binary.BigEndian.AppendUint64(b, d.N)
	b = sized(b, []byte(d.Kind))
	b = sized(b, []byte(d.Incident))
	b = append(b, d.Mark[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(d.Facts))
	return sha256.Sum256(append(b, d.Without[:]...))
}

// After gives the deed as the one that follows what stands so far, and how the archive stands then.
func (d Deed) After(at Progress) (Deed, Progress) {
	d.N = at.Deeds + 1
	d.Hash = d.Chain(at.Deed)
	at.Deeds, at.Deed = d.N, d.Hash
	return d, at
}

// Mark is SHA-256 over the hold.
func (h *Hold) Mark() [sha256.Size]byte {
	return sha256.Sum256(sized(instant(sized(nil, []byte(h.Incident)), h.Since), []byte(h.Reason)))
}

// Mark is SHA-256 over what is left of the incident, as it is kept.
func (r *Removal) Mark() [sha256.Size]byte {
	b := instant(sized(nil, []byte(r.ID)), r.At)
	b = binary.BigEndian.AppendUint64(b, r.Seq)
	return sha256.Sum256(sized(sized(b, r.Hash), r.Document))
}

// sized appends a part with its length before it.
func sized(b, part []byte) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(part))), part...)
}

func instant(b []byte, at time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(at.Unix()))
	return binary.BigEndian.AppendUint64(b, uint64(at.Nanosecond()))
}

// Progress is how far an archive stands.
type Progress struct {
	// Position is the ledger's sequence up to which everything is kept.
	Position uint64
	// Hash is that of the newest record; 32 zero bytes before the first.
	Hash [sha256.Size]byte
	// Deeds counts what keepers did, Deed is the hash of the newest; 32 zero bytes before the first.
	Deeds uint64
	Deed  [sha256.Size]byte
	// Seal is SHA-256 over all of the above.
	Seal [sha256.Size]byte
}

// Sealed gives the seal that it must have.
func (p *Progress) Sealed() [sha256.Size]byte {
	b := binary.BigEndian.AppendUint64(nil, p.Position)
	b = append(b, p.Hash[:]...)
	b = binary.BigEndian.AppendUint64(b, p.Deeds)
	return sha256.Sum256(append(b, p.Deed[:]...))
}

// Adopt makes the deeds of an archive that is older than them: what stands is taken for what was
// done. taken and without are the count and sum of the facts that its records know as removed.
func Adopt(at Progress, removals []Removal, holds []Hold, taken int, without [sha256.Size]byte) ([]Deed, Progress) {
	var all []Deed
	add := func(d Deed) {
		if len(all) == 0 {
			d.Facts, d.Without = taken, without
		}
		d, at = d.After(at)
		all = append(all, d)
	}
	for i := range removals {
		add(Deed{Kind: Removed, Incident: removals[i].ID, Mark: removals[i].Mark()})
	}
	for i := range holds {
		add(Deed{Kind: Held, Incident: holds[i].Incident, Mark: holds[i].Mark()})
	}
	at.Seal = at.Sealed()
	return all, at
}
