package yamlfile

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// defaultMaxText is what [Report.MaxText] defaults to.
const defaultMaxText = 1000

// MaxDuration is the longest that [Value.Duration] accepts; sums of such durations and instants stay
// far from overflow.
const MaxDuration = 366 * 24 * time.Hour

// Scalar returns a value as it is written, whatever YAML takes it for: 012 stays 012. It returns
// false where there is none, and adds a fault where there is a mapping or list.
func (v Value) Scalar() (string, bool) {
	if !v.Given() {
		return "", false
	}
	if v.node.Kind != yaml.ScalarNode {
		v.Wrong("text")
		return "", false
	}
	return v.node.Value, true
}

// Text returns one line of text without the space around it; empty when there is none. It holds no
// control characters, so it may become part of the header of a mail.
func (v Value) Text() string {
	s, ok := v.Scalar()
	if !ok {
		return ""
	}
	most := v.file.out.MaxText
	if most == 0 {
		most = defaultMaxText
	}
	s = strings.TrimSpace(s)
	if len(s) > most || strings.ContainsFunc(s, unicode.IsControl) {
		v.Fault("", "expected one line of at most %d bytes", most)
		return ""
	}
	return s
}

// OneOf returns one of a few words; empty when there is none or another one. What names them all for
// a message: "a kind of level".
func (v Value) OneOf(what string, known ...string) string {
	s, ok := v.Scalar()
	if !ok || slices.Contains(known, s) {
		return s
	}
	v.Fault(OneOfHint(known...), "%s is not %s", Quote(s), what)
	return ""
}

// Flag returns a boolean; false when there is none.
func (v Value) Flag() bool {
	if !v.Given() {
		return false
	}
	var flag bool
	if v.node.Kind != yaml.ScalarNode || v.node.ShortTag() != "!!bool" || v.node.Decode(&flag) != nil {
		v.Wrong("true or false")
		return false
	}
	return flag
}

// Number returns a whole number between least and most; least when there is none or a wrong one.
func (v Value) Number(least, most int) int {
	s, ok := v.Scalar()
	if !ok {
		return least
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		v.Fault("", "expected a whole number from %d to %d", least, most)
		return least
	}
	return n
}

// Duration returns a Go duration of at least the given one; fallback when there is none or a wrong one.
func (v Value) Duration(least, fallback time.Duration) time.Duration {
	s, ok := v.Scalar()
	if !ok {
		return fallback
	}
	d, err := time.ParseDuration(strings.TrimSpace(s))
	switch {
	case err != nil:
		v.Fault("write it like 90s, 5m or 1h30m", "%s is not a duration", Quote(s))
	case d < 0:
		v.Fault("write it like 90s, 5m or 1h30m", "a duration cannot be negative")
	case d < least:
		v.Fault("", "a duration of zero makes no sense here")
	case d > MaxDuration:
		v.Fault("", "a duration may be at most %d days", MaxDuration/(24*time.Hour))
	default:
		return d
	}
	return fallback
}
