package history

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
)

const utf8Mark = "\ufeff"

var errOddBytes = errors.New("UTF-16 with half a character at its end")

// text reads a file as what spreadsheets write: UTF-8 with or without a byte order mark, or UTF-16
// with one. Bytes that are no UTF-8 become U+FFFD, as their meaning is not known.
func text(raw []byte) (string, error) {
	switch {
	case hasPrefix(raw, 0xff, 0xfe):
		return wide(raw[2:], binary.LittleEndian)
	case hasPrefix(raw, 0xfe, 0xff):
		return wide(raw[2:], binary.BigEndian)
	}
	return strings.ToValidUTF8(strings.TrimPrefix(string(raw), utf8Mark), "\uFFFD"), nil
}

func hasPrefix(raw []byte, a, b byte) bool { return len(raw) >= 2 && raw[0] == a && raw[1] == b }

func wide(raw []byte, order binary.ByteOrder) (string, error) {
	if len(raw)%2 != 0 {
		return "", errOddBytes
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units)), nil
}
