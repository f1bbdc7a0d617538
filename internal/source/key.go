package source

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
)

// KeyOf names an alert by its labels: the first 16 bytes of SHA-256 over the sorted set, in hex. Each
// name and value is preceded by its length, so no two sets run together. The same labels give the
// same key whatever door they come by; senders' own fingerprints do not.
func KeyOf(labels map[string]string) string {
	parts := make([]string, 0, 2*len(labels))
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, name, labels[name])
	}
	return Digest(parts...)
}

// Digest is the same over any strings: one key for one sequence of them.
func Digest(parts ...string) string {
	buf := make([]byte, 0, 512)
	for _, p := range parts {
		buf = binary.AppendUvarint(buf, uint64(len(p)))
		buf = append(buf, p...)
	}
	sum := sha256.Sum256(buf)
	return hex.EncodeToString(sum[:16])
}
