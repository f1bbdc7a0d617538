package catalog

import (
	"regexp"
	"strings"
)

// defaultPriorities is what severities mean where the catalog does not say otherwise; whatever
// is not named is P3.
func defaultPriorities() map[string]string {
	return map[string]string{
		"critical": "P1",
		"error":    "P2", "high": "P2", "major": "P2",
		"warning": "P3", "medium": "P3",
		"minor": "P4", "low": "P4",
		"info": "P5", "informational": "P5", "none": "P5", "ok": "P5",
	}
}

var priorityPattern = regexp.MustCompile(`^P[1-5]$`)

// severityPattern leaves sources free in their words, short of those that no source would send.
var severityPattern = regexp.MustCompile(`^[\pL\pN][\pL\pN ._-]{0,63}$`)

// priority reads one entry of `priorities`: a severity and its priority.
func (p *parser) priority(word string, key, value item) {
	name := strings.ToLower(word)
	if name != word && p.known(severity, name) {
		key.fault("", "severity %s stands here a second time: case does not count", quote(word))
		return
	}
	if name != word {
		p.defined[severity][name] = key
	}
	if !severityPattern.MatchString(name) {
		key.fault("", "%s is not a severity", quote(word))
	}
	if known := defaultPriorities(); known[name] == "" {
		// Sources have words of their own, so a new one is fine; one letter off is a slip.
		for usual := range known {
			if len(name) > 4 && edits(name, usual) == 1 {
				key.warn("did you mean "+quote(usual)+"?", "severity %s is one letter off a usual one", quote(word))
			}
		}
	}
	level, ok := value.scalar()
	if !ok && !value.given() {
		value.wrong("a priority")
	}
	if !ok {
		return
	}
	if !priorityPattern.MatchString(level) {
		value.fault("known here: P1, P2, P3, P4, P5", "%s is not a priority", quote(level))
		return
	}
	p.cat.Rules.Priorities[name] = level
}
