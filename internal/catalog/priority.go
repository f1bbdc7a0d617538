package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin.dev/internal/yamlfile"
)

// priorities are the words for priorities, the most urgent first.
var priorities = []string{"P1", "P2", "P3", "P4", "P5"}

// defaultPriorities is the priority of a severity where the catalog has none. Any other severity is
// P3.
func defaultPriorities() map[string]string {
	return map[string]string{
		"critical": "P1",
		"error":    "P2", "high": "P2", "major": "P2",
		"warning": "P3", "medium": "P3",
		"minor": "P4", "low": "P4",
		"info": "P5", "informational": "P5", "none": "P5", "ok": "P5",
	}
}

// severityPattern leaves sources free in their words, except for those that no source would send.
var severityPattern = regexp.MustCompile(`^[\pL\pN][\pL\pN ._-]{0,63}$`)

// priority reads one entry of `priorities`: a severity and its priority.
func (p *parser) priority(word string, key, value item) {
	seen := map[string]item{}
	if lower := strings.ToLower(word); lower != word {
		if first, twice := p.defined[severity][lower]; twice {
			seen[lower] = first
		}
		p.defined[severity][lower] = key
	}
	if name := p.severityName(key, seen); name != "" {
		if level := readPriority(value); level != "" {
			p.cat.Rules.Priorities[name] = level
		}
	}
}

// severityName reads a severity in lower case; empty for one that was seen already.
func (p *parser) severityName(key item, seen map[string]item) string {
	word, _ := key.Scalar()
	name := strings.ToLower(word)
	if _, twice := seen[name]; twice {
		key.Fault("remove one of them", "severity %s is given twice: upper and lower case are the same", quote(word))
		return ""
	}
	seen[name] = key
	if !severityPattern.MatchString(name) {
		key.Fault("write it in letters and digits, such as critical", "%s is not a severity", quote(word))
	}
	if known := defaultPriorities(); known[name] == "" {
		// Sources have words of their own, so a new one is fine; one letter off is a typing mistake.
		for usual := range known {
			if len(name) > 4 && yamlfile.Edits(name, usual) == 1 {
				key.Warn("did you mean "+quote(usual)+"?", "severity %s is one letter off a usual one", quote(word))
			}
		}
	}
	return name
}

// readPriority reads P1 to P5; empty, with a fault, for anything else.
func readPriority(i item) string {
	level, ok := i.Scalar()
	switch {
	case !ok && !i.Given():
		i.Wrong("a priority")
	case ok && !slices.Contains(priorities, level):
		i.Fault(yamlfile.OneOfHint(priorities...), "%s is not a priority", quote(level))
	case ok:
		return level
	}
	return ""
}

// count formats a number of things: "1 row", "2 policies".
func count(n int, word string) string {
	switch {
	case n == 1:
		return "1 " + word
	case strings.HasSuffix(word, "y"):
		return strconv.Itoa(n) + " " + strings.TrimSuffix(word, "y") + "ies"
	}
	return strconv.Itoa(n) + " " + word + "s"
}
