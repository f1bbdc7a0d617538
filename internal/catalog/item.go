package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v4"

	"tocsin.dev/pkg/events"
)

// item is one value of a file, where it stands, and where its faults go. The zero item is a
// value that was not given.
type item struct {
	node *yaml.Node // aliases followed
	at   *yaml.Node // where it is written: the alias itself
	file string
	out  *report
}

func newItem(n *yaml.Node, file string, out *report) item {
	it := item{node: n, at: n, file: file, out: out}
	for it.node.Kind == yaml.AliasNode && it.node.Alias != nil {
		it.node = it.node.Alias
	}
	return it
}

// given says whether there is a value; a key with nothing behind it has none.
func (i item) given() bool {
	return i.node != nil && (i.node.Kind != yaml.ScalarNode || i.node.ShortTag() != "!!null")
}

// present says whether the item stands in a file at all, be it with nothing behind its key.
func (i item) present() bool { return i.node != nil }

func (i item) fault(hint, format string, args ...any) { i.tell(false, hint, format, args...) }

func (i item) warn(hint, format string, args ...any) { i.tell(true, hint, format, args...) }

func (i item) tell(warning bool, hint, format string, args ...any) {
	i.out.add(Fault{File: i.file, Line: i.at.Line, Column: i.at.Column, Message: fmt.Sprintf(format, args...), Hint: hint, Warning: warning})
}

// place is where the item stands, "catalog.yaml:12:5".
func (i item) place() string { return fmt.Sprintf("%s:%d:%d", i.file, i.at.Line, i.at.Column) }

// fileLine is where the item stands, "catalog.yaml:12", as facts and logs tell it.
func (i item) fileLine() string { return fmt.Sprintf("%s:%d", i.file, i.at.Line) }

// kind names what the item is in words for a message.
func (i item) kind() string {
	switch {
	case !i.given():
		return "nothing"
	case i.node.Kind == yaml.MappingNode:
		return "a mapping"
	case i.node.Kind == yaml.SequenceNode:
		return "a list"
	}
	switch i.node.ShortTag() {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	return "text"
}

func (i item) wrong(want string) { i.fault("", "%s is expected here, not %s", want, i.kind()) }

// pair is one key with its value.
type pair struct{ key, value item }

// pairs gives the entries of a mapping in order, those of merged mappings (<<) after its own.
// Nothing behind a key is an empty mapping.
func (i item) pairs() []pair {
	if !i.given() {
		return nil
	}
	if i.node.Kind != yaml.MappingNode {
		i.wrong("a mapping")
		return nil
	}
	var own, merged []pair
	for n := 0; n+1 < len(i.node.Content); n += 2 {
		key, value := newItem(i.node.Content[n], i.file, i.out), newItem(i.node.Content[n+1], i.file, i.out)
		switch {
		case key.node.Kind != yaml.ScalarNode:
			key.fault("", "a key must be a plain word")
		case key.node.ShortTag() == "!!merge":
			merged = append(merged, value.merged()...)
		default:
			own = append(own, pair{key, value})
		}
	}
	if len(merged) == 0 {
		return own
	}
	taken := map[string]bool{}
	for _, p := range own {
		taken[p.key.node.Value] = true
	}
	for _, p := range merged {
		if !taken[p.key.node.Value] {
			taken[p.key.node.Value] = true
			own = append(own, p)
		}
	}
	return own
}

// merged gives the entries that << brings in: of one mapping or of a list of them.
func (i item) merged() []pair {
	if i.given() && i.node.Kind == yaml.SequenceNode {
		var all []pair
		for _, one := range i.list() {
			all = append(all, one.pairs()...)
		}
		return all
	}
	return i.pairs()
}

// plainKey is what a message may repeat of an unknown key: anything else may be a secret gone astray.
var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,31}$`)

// fields gives the values of a mapping whose keys are fixed; unknown and repeated keys are faults.
func (i item) fields(of shape) map[string]item { return i.fieldsOf(true, shapes[of]) }

// secretFields is fields without ever repeating an unknown key.
func (i item) secretFields(of shape) map[string]item { return i.fieldsOf(false, shapes[of]) }

func (i item) fieldsOf(repeat bool, known []string) map[string]item {
	pairs := i.pairs()
	got := make(map[string]item, len(pairs))
	first := make([]item, len(known)) // the key of each value
	for _, p := range pairs {
		name := p.key.node.Value
		switch n := slices.Index(known, name); {
		case n < 0 && repeat && plainKey.MatchString(name):
			p.key.fault(didYouMean(name, known), "unknown key %s", quote(name))
		case n < 0:
			p.key.fault(didYouMean("", known), "unknown key")
		case first[n].present():
			p.key.fault("", "%s stands here a second time, first in line %d", quote(name), first[n].at.Line)
		default:
			first[n], got[name] = p.key, p.value
		}
	}
	return got
}

// list gives the values of a list.
func (i item) list() []item {
	if !i.given() {
		return nil
	}
	if i.node.Kind != yaml.SequenceNode {
		i.wrong("a list")
		return nil
	}
	all := make([]item, len(i.node.Content))
	for n, c := range i.node.Content {
		all[n] = newItem(c, i.file, i.out)
	}
	return all
}

// atMost is list for what should not be long; a longer one is a fault, and gives nothing.
func (i item) atMost(most int, what string) []item {
	all := i.list()
	if len(all) > most {
		i.fault("", "more than %d %s", most, what)
		return nil
	}
	return all
}

// empty says whether there is no list, or one with nothing in it.
func (i item) empty() bool {
	return !i.given() || i.node.Kind == yaml.SequenceNode && len(i.node.Content) == 0
}

// scalar gives a value as it is written, whatever YAML takes it for: 012 stays 012.
func (i item) scalar() (string, bool) {
	if !i.given() {
		return "", false
	}
	if i.node.Kind != yaml.ScalarNode {
		i.wrong("text")
		return "", false
	}
	return i.node.Value, true
}

// sound says whether the item may be an id; where it may not, that is a fault.
func (i item) sound(id, shown string) bool {
	if events.CheckID(id) != nil {
		i.fault("", "%s is not an id: 1 to 64 letters, digits, '-' or '_', the first a letter or digit", shown)
		return false
	}
	return true
}

// line gives one line of text; it may end up in the header of a mail.
func (i item) line() string {
	s, ok := i.scalar()
	if !ok {
		return ""
	}
	s = strings.TrimSpace(s)
	if len(s) > 1000 || strings.ContainsFunc(s, unicode.IsControl) {
		i.fault("", "one line of at most 1000 bytes is expected here")
		return ""
	}
	return s
}

func (i item) flag() bool {
	if !i.given() {
		return false
	}
	var v bool
	if i.node.Kind != yaml.ScalarNode || i.node.ShortTag() != "!!bool" || i.node.Decode(&v) != nil {
		i.wrong("true or false")
		return false
	}
	return v
}

// number gives a whole number between least and most; least when there is none or a wrong one.
func (i item) number(least, most int) int {
	s, ok := i.scalar()
	if !ok {
		return least
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		i.fault("", "a whole number from %d to %d is expected here", least, most)
		return least
	}
	return n
}

// maxDuration keeps every sum of durations and instants far from overflow.
const maxDuration = 366 * 24 * time.Hour

// duration gives a Go duration of at least the given one; fallback when there is none or a wrong one.
func (i item) duration(least, fallback time.Duration) time.Duration {
	s, ok := i.scalar()
	if !ok {
		return fallback
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		i.fault("write it like 90s, 5m or 1h30m", "%s is not a duration", quote(s))
	case d < 0:
		i.fault("", "a duration cannot be negative")
	case d < least:
		i.fault("", "a duration of zero means nothing here")
	case d > maxDuration:
		i.fault("", "a duration of more than a year")
	default:
		return d
	}
	return fallback
}
