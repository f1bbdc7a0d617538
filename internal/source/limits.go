package source

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin.dev/pkg/events"
)

// Limits of one alert. What names the alert is refused beyond them, what describes it is cut.
const (
	MaxLabels      = 64       // labels, those with an empty value not counted
	MaxName        = 128      // bytes of the name of a label or annotation
	MaxValue       = 2 << 10  // bytes of a label's value
	MaxKey         = 512      // bytes of a key or dedup key
	MaxText        = 8 << 10  // bytes of a description or an annotation's value; longer ones are cut
	MaxAnnotations = 64 << 10 // bytes of all annotations together; what is beyond is left out
	MaxSummary     = 1024     // characters of a summary; longer ones are cut
	MaxLink        = 2 << 10  // bytes of a link; a longer one is left out
)

// CheckName returns what is wrong with the name of a label, or "": any UTF-8 without control
// characters will do.
func CheckName(name string) string {
	switch {
	case name == "":
		return "a name is empty"
	case len(name) > MaxName:
		return fmt.Sprintf("a name has more than %d bytes", MaxName)
	case !utf8.ValidString(name), strings.IndexFunc(name, unicode.IsControl) >= 0:
		return "a name holds control characters or is not UTF-8"
	}
	return ""
}

// CheckLabels returns what is wrong with the labels, or "".
func CheckLabels(labels map[string]string) string {
	if len(labels) > MaxLabels {
		return fmt.Sprintf("more than %d labels", MaxLabels)
	}
	for name, value := range labels {
		if wrong := CheckName(name); wrong != "" {
			return wrong
		}
		if len(value) > MaxValue {
			return fmt.Sprintf("the value of a label has more than %d bytes", MaxValue)
		}
	}
	return ""
}

// Describe bounds annotations: values are cut at [MaxText], unfit names and what is beyond
// [MaxAnnotations], in the order of names, are left out. An empty result is nil.
func Describe(annotations map[string]string) events.Labels {
	names := make([]string, 0, len(annotations))
	for name := range annotations {
		names = append(names, name)
	}
	slices.Sort(names)
	var kept map[string]string
	left := MaxAnnotations
	for _, name := range names {
		value := Cut(annotations[name], MaxText)
		if CheckName(name) != "" || len(name)+len(value) > left {
			continue
		}
		left -= len(name) + len(value)
		if kept == nil {
			kept = make(map[string]string, len(names))
		}
		kept[name] = value
	}
	return events.NewLabels(kept)
}

// Cut shortens s to at most limit bytes, the ellipsis that marks the cut among them. It never
// leaves half a character behind.
func Cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// Summary makes one line of at most [MaxSummary] characters: controls and line ends become spaces.
func Summary(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
	if len(s) <= MaxSummary || utf8.RuneCountInString(s) <= MaxSummary {
		return s
	}
	return string([]rune(s)[:MaxSummary-1]) + "…"
}

// FirstLine returns the first line of s that is not blank.
func FirstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// Link returns s if it is one to follow in a browser, and "" otherwise: a link ends up in mails and
// pages, where other schemes could do harm.
func Link(s string) string {
	if len(s) > MaxLink || strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || unicode.IsControl(r) }) >= 0 {
		return ""
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || rest == "" || (!strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https")) {
		return ""
	}
	return s
}

// Time reads RFC 3339 and returns UTC. The year 1 of Go's zero time, and anything before it, mean that
// no time was given.
func Time(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, false
	}
	at = at.UTC()
	if at.Year() <= 1 {
		return time.Time{}, true
	}
	return at, at.Year() <= 9999 // later years cannot be written again
}
