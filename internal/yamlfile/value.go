package yamlfile

import (
	"fmt"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Value is one value of a file, and its place. The zero Value is one that was not given.
type Value struct {
	node *yaml.Node // aliases followed
	at   *yaml.Node // where it is written: the alias itself
	file *file
}

// file is what the values of one file share.
type file struct {
	name   string
	source []byte
	lines  [][]byte // of source; split when first needed
	out    *Report
}

func newValue(n *yaml.Node, f *file) Value {
	v := Value{node: n, at: n, file: f}
	for v.node.Kind == yaml.AliasNode && v.node.Alias != nil {
		v.node = v.node.Alias
	}
	return v
}

// Given reports whether there is a value. A key with nothing behind it has none.
func (v Value) Given() bool {
	return v.node != nil && (v.node.Kind != yaml.ScalarNode || v.node.ShortTag() != "!!null")
}

// Present reports whether the value is written in a file at all, even as a key with nothing behind it.
func (v Value) Present() bool { return v.node != nil }

// Fault adds a fault at the value's place. An empty hint is left out.
func (v Value) Fault(hint, format string, args ...any) { v.report(false, hint, format, args...) }

// Warn adds a warning at the value's place.
func (v Value) Warn(hint, format string, args ...any) { v.report(true, hint, format, args...) }

func (v Value) report(warning bool, hint, format string, args ...any) {
	v.file.out.Add(Fault{File: v.file.name, Line: v.at.Line, Column: v.at.Column, Message: fmt.Sprintf(format, args...), Hint: hint, Warning: warning})
}

// Wrong adds the fault that something else is expected: "a list", "true or false".
func (v Value) Wrong(want string) { v.Fault("", "expected %s, found %s", want, v.Kind()) }

// File returns the name of the value's file.
func (v Value) File() string { return v.file.name }

// Line returns the line of the value, from 1.
func (v Value) Line() int { return v.at.Line }

// Column returns the column of the value, from 1.
func (v Value) Column() int { return v.at.Column }

// Place returns file, line and column: "catalog.yaml:12:5".
func (v Value) Place() string { return fmt.Sprintf("%s:%d:%d", v.file.name, v.at.Line, v.at.Column) }

// FileLine returns file and line: "catalog.yaml:12".
func (v Value) FileLine() string { return fmt.Sprintf("%s:%d", v.file.name, v.at.Line) }

// Kind names what the value is, for a message: "nothing", "a mapping", "a list", "a number", "true
// or false" or "text".
func (v Value) Kind() string {
	switch {
	case !v.Given():
		return "nothing"
	case v.node.Kind == yaml.MappingNode:
		return "a mapping"
	case v.node.Kind == yaml.SequenceNode:
		return "a list"
	}
	switch v.node.ShortTag() {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	}
	return "text"
}

// IsMapping reports whether the value is a mapping, be it an empty one.
func (v Value) IsMapping() bool { return v.Given() && v.node.Kind == yaml.MappingNode }

// IsList reports whether the value is a list, be it an empty one.
func (v Value) IsList() bool { return v.Given() && v.node.Kind == yaml.SequenceNode }

// Pair is one entry of a mapping.
type Pair struct {
	Name       string // the key's text
	Key, Value Value
}

// Pairs returns the entries of a mapping in order, those of merged mappings (<<) after its own. A
// value that is not given is an empty mapping; of repeated keys all are returned.
func (v Value) Pairs() []Pair {
	if !v.Given() {
		return nil
	}
	if !v.IsMapping() {
		v.Wrong("a mapping")
		return nil
	}
	var own, merged []Pair
	for n := 0; n+1 < len(v.node.Content); n += 2 {
		key, value := newValue(v.node.Content[n], v.file), newValue(v.node.Content[n+1], v.file)
		switch {
		case key.node.Kind != yaml.ScalarNode:
			key.Fault("", "a key must be a plain word, not %s", key.Kind())
		case key.node.ShortTag() == "!!merge":
			merged = append(merged, value.merged()...)
		default:
			own = append(own, Pair{key.node.Value, key, value})
		}
	}
	if len(merged) == 0 {
		return own
	}
	taken := map[string]bool{}
	for _, p := range own {
		taken[p.Name] = true
	}
	for _, p := range merged {
		if !taken[p.Name] {
			taken[p.Name] = true
			own = append(own, p)
		}
	}
	return own
}

// merged returns the entries that << brings in: of one mapping or of a list of them.
func (v Value) merged() []Pair {
	if !v.IsList() {
		return v.Pairs()
	}
	var all []Pair
	for _, one := range v.List() {
		all = append(all, one.Pairs()...)
	}
	return all
}

// plainKey is what a message may repeat of an unknown key: anything else may be a misplaced secret.
var plainKey = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,31}$`)

// Fields returns the values of a mapping whose keys are fixed. Unknown and repeated keys are faults.
func (v Value) Fields(known ...string) map[string]Value { return v.fields(true, known) }

// SecretFields is Fields that never repeats an unknown key in a message.
func (v Value) SecretFields(known ...string) map[string]Value { return v.fields(false, known) }

func (v Value) fields(repeat bool, known []string) map[string]Value {
	pairs := v.Pairs()
	got := make(map[string]Value, len(pairs))
	keys := make([]Value, len(known)) // the first of each
	for _, p := range pairs {
		switch n := slices.Index(known, p.Name); {
		case n < 0 && repeat && plainKey.MatchString(p.Name):
			p.Key.Fault(DidYouMean(p.Name, known), "unknown key %s", Quote(p.Name))
		case n < 0:
			p.Key.Fault(DidYouMean("", known), "unknown key")
		case keys[n].Present():
			p.Key.Fault("remove one of them", "%s is given twice, first in line %d", Quote(p.Name), keys[n].Line())
		default:
			keys[n], got[p.Name] = p.Key, p.Value
		}
	}
	return got
}

// List returns the values of a list. A value that is not given is an empty list.
func (v Value) List() []Value {
	if !v.Given() {
		return nil
	}
	if !v.IsList() {
		v.Wrong("a list")
		return nil
	}
	all := make([]Value, len(v.node.Content))
	for n, c := range v.node.Content {
		all[n] = newValue(c, v.file)
	}
	return all
}

// ListUpTo is List for what must not be long: a longer list is a fault and returns nothing.
func (v Value) ListUpTo(most int, what string) []Value {
	all := v.List()
	if len(all) > most {
		v.Fault("", "more than %d %s", most, what)
		return nil
	}
	return all
}

// ListOf is List for entries that must not be nothing: those are faults, and left out. What names them
// for a message: "a name".
func (v Value) ListOf(what string) []Value {
	return slices.DeleteFunc(v.List(), func(one Value) bool {
		if !one.Given() {
			one.Wrong(what)
		}
		return !one.Given()
	})
}

// Empty reports whether there is no list, or one with nothing in it.
func (v Value) Empty() bool { return !v.Given() || v.IsList() && len(v.node.Content) == 0 }
