package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
)

// Labels is a set of names with text values, such as an alert's labels or annotations. It is stored
// as its JSON object, because it is passed on far more often than it is read: this takes a tenth of
// the memory of a map and needs no encoding. The zero value is the empty set.
type Labels string

// NewLabels returns the set in canonical form: names sorted, so that equal sets are equal strings.
func NewLabels(m map[string]string) Labels {
	if len(m) == 0 {
		return ""
	}
	out := append(make([]byte, 0, 32*len(m)), '{')
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendJSON(out, name)
		out = append(out, ':')
		out = appendJSON(out, m[name])
	}
	return Labels(append(out, '}'))
}

// Map returns the set as a new map; nil for the empty set.
func (l Labels) Map() map[string]string {
	if l == "" {
		return nil
	}
	var m map[string]string
	if json.Unmarshal([]byte(l), &m) != nil {
		return nil // never made by NewLabels or UnmarshalJSON
	}
	return m
}

// Get returns the value of one name; empty where the set does not have it.
func (l Labels) Get(name string) string {
	if len(l) < 2 {
		return ""
	}
	for rest := l[1:]; len(rest) > 1; {
		key, after, ok := plainString(rest)
		if !ok || len(after) == 0 || after[0] != ':' {
			return l.Map()[name]
		}
		value, after, ok := plainString(after[1:])
		if !ok {
			return l.Map()[name] // a value has escapes
		}
		if string(key) == name {
			return string(value)
		}
		if len(after) < 2 {
			return ""
		}
		rest = after[1:]
	}
	return ""
}

// MarshalJSON implements [json.Marshaler].
func (l Labels) MarshalJSON() ([]byte, error) {
	if l == "" {
		return []byte("{}"), nil
	}
	return []byte(l), nil
}

var errLabels = errors.New("labels are no object of texts")

// UnmarshalJSON accepts an object whose values are strings.
func (l *Labels) UnmarshalJSON(b []byte) error {
	if canonical(b) {
		*l = Labels(b)
		return nil
	}
	var m map[string]string
	if len(b) == 0 || json.Unmarshal(b, &m) != nil {
		return errLabels
	}
	*l = NewLabels(m)
	return nil
}

// canonical reports whether b is an object as [NewLabels] writes it, without escapes.
func canonical(b []byte) bool {
	if len(b) < 2 || b[0] != '{' {
		return false
	}
	last := []byte(nil)
	for rest := b[1:]; ; rest = rest[1:] {
		name, after, ok := plainString(rest)
		if !ok || last != nil && bytes.Compare(last, name) >= 0 || len(after) == 0 || after[0] != ':' {
			return false
		}
		if _, rest, ok = plainString(after[1:]); !ok || len(rest) == 0 {
			return false
		}
		if rest[0] == '}' {
			return len(rest) == 1
		}
		if rest[0] != ',' {
			return false
		}
		last = name
	}
}

// plainString reads a JSON string without escapes and returns what follows it.
func plainString[T ~string | ~[]byte](b T) (s, rest T, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return s, rest, false
	}
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			return b[1:i], b[i+1:], true
		case c == '\\' || c < ' ':
			return s, rest, false
		}
	}
	return s, rest, false
}

// plain reports whether s needs no escaping in JSON.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

// appendJSON adds s as a JSON string.
func appendJSON(out []byte, s string) []byte {
	if plain(s) {
		out = append(out, '"')
		out = append(out, s...)
		return append(out, '"')
	}
	b, _ := json.Marshal(s) // strings never fail
	return append(out, b...)
}
