package events

import (
	"strconv"

	"github.com/google/uuid"
)

// namespace is the namespace of every id that Tocsin derives.
var namespace = uuid.MustParse("7b0f3d0e-6f0c-5d3a-9b1f-0c4a52f2a7c1")

// DeriveID returns the UUIDv5 (RFC 9562, section 5.5) of the parts: the same parts always give the same id.
func DeriveID(parts ...string) string {
	name := make([]byte, 0, 128)
	for _, p := range parts {
		name = strconv.AppendInt(name, int64(len(p)), 10) // lengths keep "ab","c" apart from "a","bc"
		name = append(name, ':')
		name = append(name, p...)
	}
	return uuid.NewSHA1(namespace, name).String()
}
