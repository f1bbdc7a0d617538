package archive

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
)

// DigestNow is the [Digest] of an archive at this instant.
func DigestNow(ctx context.Context, a Viewer) (string, error) {
	v, err := a.View(ctx)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	defer v.Close() //nolint:errcheck // read-only
	return Digest(ctx, v)
}

// Digest is SHA-256 over what a view shows: the lines and hashes of all facts in ledger order, each after
// its length, then the id and last hash of each incident that was removed.
func Digest(ctx context.Context, v View) (string, error) {
	sum := sha256.New()
	add := func(a, b []byte) error {
		var size [16]byte
		binary.BigEndian.PutUint64(size[:8], uint64(len(a)))
		binary.BigEndian.PutUint64(size[8:], uint64(len(b)))
		for _, part := range [][]byte{size[:], a, b} {
			sum.Write(part) //nolint:errcheck // a hash never fails
		}
		return nil
	}
	if err := v.Facts(ctx, func(f Fact) error { return add(f.Line, f.Hash) }); err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	if err := v.Removals(ctx, func(r Removal) error { return add([]byte(r.ID), r.Hash) }); err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
