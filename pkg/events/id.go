package events

import (
	"crypto/sha1" //nolint:gosec // RFC 9562 defines UUIDv5 over SHA-1; nothing secret rests on it
	"encoding/hex"
	"strconv"
)

// space is the namespace of every id that Tocsin derives.
var space = [16]byte{0x7b, 0x0f, 0x3d, 0x0e, 0x6f, 0x0c, 0x5d, 0x3a, 0x9b, 0x1f, 0x0c, 0x4a, 0x52, 0xf2, 0xa7, 0xc1}

// DeriveID gives the UUIDv5 (RFC 9562, section 5.5) of the parts: the same parts always give the same id.
func DeriveID(parts ...string) string {
	buf := append(make([]byte, 0, 128), space[:]...)
	for _, p := range parts {
		buf = strconv.AppendInt(buf, int64(len(p)), 10) // lengths keep "ab","c" apart from "a","bc"
		buf = append(buf, ':')
		buf = append(buf, p...)
	}
	sum := sha1.Sum(buf) //nolint:gosec // see the import
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], sum[0:4])
	hex.Encode(out[9:13], sum[4:6])
	hex.Encode(out[14:18], sum[6:8])
	hex.Encode(out[19:23], sum[8:10])
	hex.Encode(out[24:36], sum[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}
