package ical

import (
	"bytes"
	"strings"
)

// line is a content line after unfolding: NAME;PARAM=value;…:value.
type line struct {
	number int // of its first part in the source, from 1
	name   string
	params string // what is between name and value, undivided; see param
	value  string
}

// unfold calls yield with each logical line and its number. Lines end with CRLF, LF or a lone CR, and
// a line that begins with a space or tab continues the one before. Folding may cut a rune, so bytes
// are joined first. Empty lines are skipped.
func unfold(source []byte, yield func(number int, text string) bool) {
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	var whole []byte
	began := 0
	for number := 1; len(source) > 0; number++ {
		var part []byte
		part, source = cutLine(source)
		if len(part) > 0 && (part[0] == ' ' || part[0] == '\t') && began > 0 {
			whole = append(whole, part[1:]...)
			continue
		}
		if len(whole) > 0 && !yield(began, decode(whole)) {
			return
		}
		whole, began = append(whole[:0], part...), number
	}
	if len(whole) > 0 {
		yield(began, decode(whole))
	}
}

func cutLine(source []byte) (part, rest []byte) {
	end := bytes.IndexAny(source, "\r\n")
	switch {
	case end < 0:
		return source, nil
	case source[end] == '\r' && end+1 < len(source) && source[end+1] == '\n':
		return source[:end], source[end+2:]
	}
	return source[:end], source[end+1:]
}

// decode replaces bytes that are not UTF-8 by replacement characters.
func decode(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }

// splitLine splits a logical line. It returns false where there is no name or no colon.
func splitLine(number int, text string) (line, bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return !isNameRune(r) })
	if end <= 0 {
		return line{}, false
	}
	l := line{number: number, name: strings.ToUpper(text[:end])}
	rest := text[end:]
	colon := colonOutsideQuotes(rest)
	if colon < 0 {
		// A quote that nobody closed; some writers put bare quotes into parameters.
		colon = strings.IndexByte(rest, ':')
	}
	if colon < 0 || (colon > 0 && rest[0] != ';') {
		return line{}, false
	}
	l.params, l.value = strings.TrimPrefix(rest[:colon], ";"), rest[colon+1:]
	return l, true
}

func isNameRune(r rune) bool {
	return r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func colonOutsideQuotes(text string) int {
	inQuotes := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			inQuotes = !inQuotes
		case text[i] == ':' && !inQuotes:
			return i
		}
	}
	return -1
}

// param returns the value of the first parameter of that name, without quotes; empty where there is
// none.
func (l line) param(name string) string {
	for rest := l.params; rest != ""; {
		var one string
		one, rest = cutOutsideQuotes(rest, ';')
		key, value, _ := strings.Cut(one, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return unquote(value)
		}
	}
	return ""
}

func cutOutsideQuotes(text string, separator byte) (before, after string) {
	inQuotes := false
	for i := range len(text) {
		switch {
		case text[i] == '"':
			inQuotes = !inQuotes
		case text[i] == separator && !inQuotes:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

// carets are the escapes of parameter values (RFC 6868).
var carets = strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^")

func unquote(value string) string {
	return strings.TrimSpace(carets.Replace(strings.Trim(strings.TrimSpace(value), `"`)))
}

var (
	unescaper = strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`)
	escaper   = strings.NewReplacer("\r\n", `\n`, "\r", `\n`, "\n", `\n`, ",", `\,`, ";", `\;`, `\`, `\\`)
)

// text returns the value with its escapes resolved.
func (l line) text() string { return unescaper.Replace(l.value) }
