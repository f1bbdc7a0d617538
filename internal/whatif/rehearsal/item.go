package rehearsal

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"

	"tocsin.dev/internal/catalog"
)

// Limits of a test file. They are far above what people write.
const (
	// MaxSize is the most bytes of one file.
	MaxSize = 4 << 20
	// maxDepth is the most levels of nesting.
	maxDepth = 32
	// maxItems is the most values that one file may stand for, aliases followed.
	maxItems = 1_000_000
	// maxText is the most bytes of one text.
	maxText = 4096
	// maxDuration keeps every sum of instants and durations far from overflow.
	maxDuration = 366 * 24 * time.Hour
)

// report gathers the faults of one file.
type report struct {
	file   string
	faults []catalog.Fault
	items  int
}

// place is where something stands in a file; both count from 1.
type place struct{ Line, Column int }

func (r *report) fault(at place, hint, format string, args ...any) {
	if r.items > maxItems {
		return // what follows was not read
	}
	r.faults = append(r.faults, catalog.Fault{File: r.file, Line: at.Line, Column: at.Column, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// load reads the one document of a file.
func (r *report) load(source []byte) (item, bool) {
	if len(source) > MaxSize {
		r.fault(place{1, 1}, "split it", "the file is larger than 4 MiB")
		return item{}, false
	}
	var doc, second yaml.Node
	loader, err := yaml.NewLoader(strings.NewReader(string(source)), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(maxDepth))))
	if err == nil {
		err = loader.Load(&doc)
	}
	if errors.Is(err, io.EOF) {
		return item{}, true
	}
	if err == nil {
		if err = loader.Load(&second); err == nil {
			r.fault(place{second.Line, second.Column}, "put it into a file of its own", "a second document in one file")
			return item{}, false
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		at, message := place{1, 1}, "not YAML that can be read"
		var broken *yaml.LoadError
		if errors.As(err, &broken) {
			at, message = place{max(broken.Mark.Line, 1), max(broken.Mark.Column, 1)}, "YAML: "+broken.Message
		}
		r.fault(at, "", "%s", message)
		return item{}, false
	}
	root := &doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		root = doc.Content[0]
	}
	return r.item(root), true
}

// item is one value of the file. The zero item is a value that was not given.
type item struct {
	place
	node *yaml.Node // aliases followed
	out  *report
}

func (r *report) item(n *yaml.Node) item {
	i := item{place: place{n.Line, n.Column}, node: n, out: r}
	for i.node.Kind == yaml.AliasNode && i.node.Alias != nil {
		i.node = i.node.Alias
	}
	if r.items == maxItems {
		r.fault(i.place, "", "the file stands for more than %d values", maxItems)
	}
	r.items++
	return i
}

func (i item) given() bool {
	return i.node != nil && i.out.items <= maxItems && (i.node.Kind != yaml.ScalarNode || i.node.ShortTag() != "!!null")
}

func (i item) fault(hint, format string, args ...any) { i.out.fault(i.place, hint, format, args...) }

func (i item) kind() string {
	switch {
	case !i.given():
		return "nothing"
	case i.node.Kind == yaml.MappingNode:
		return "a mapping"
	case i.node.Kind == yaml.SequenceNode:
		return "a list"
	}
	return "a single value"
}

func (i item) wrong(want string) { i.fault("", "%s is expected here, not %s", want, i.kind()) }

// fields gives the values of a mapping whose keys are fixed; unknown and repeated keys are faults.
func (i item) fields(known ...string) map[string]item {
	got := map[string]item{}
	if !i.given() {
		return got
	}
	if i.node.Kind != yaml.MappingNode {
		i.wrong("a mapping")
		return got
	}
	for n := 0; n+1 < len(i.node.Content); n += 2 {
		key := i.out.item(i.node.Content[n])
		name := key.node.Value
		switch _, twice := got[name]; {
		case key.node.Kind != yaml.ScalarNode:
			key.fault("", "a key must be a plain word")
		case twice:
			key.fault("", "%s stands here a second time", quote(name))
		case !slices.Contains(known, name):
			key.fault("known here: "+strings.Join(known, ", "), "unknown key %s", quote(name))
		default:
			got[name] = i.out.item(i.node.Content[n+1])
		}
	}
	return got
}

// pairs gives the entries of a mapping whose keys are the writer's own.
func (i item) pairs() (keys []string, values []item) {
	if !i.given() {
		return nil, nil
	}
	if i.node.Kind != yaml.MappingNode {
		i.wrong("a mapping")
		return nil, nil
	}
	for n := 0; n+1 < len(i.node.Content); n += 2 {
		key := i.out.item(i.node.Content[n])
		switch {
		case key.node.Kind != yaml.ScalarNode:
			key.fault("", "a key must be a plain word")
		case slices.Contains(keys, key.node.Value):
			key.fault("", "%s stands here a second time", quote(key.node.Value))
		default:
			keys, values = append(keys, key.node.Value), append(values, i.out.item(i.node.Content[n+1]))
		}
	}
	return keys, values
}

func (i item) list() []item {
	if !i.given() {
		return nil
	}
	if i.node.Kind != yaml.SequenceNode {
		i.wrong("a list")
		return nil
	}
	all := make([]item, 0, len(i.node.Content))
	for _, c := range i.node.Content {
		all = append(all, i.out.item(c))
	}
	return all
}

// text gives one line as it is written, whatever YAML takes it for; empty when there is none.
func (i item) text() string {
	if !i.given() {
		return ""
	}
	if i.node.Kind != yaml.ScalarNode {
		i.wrong("text")
		return ""
	}
	s := strings.TrimSpace(i.node.Value)
	if len(s) > maxText || strings.ContainsFunc(s, unicode.IsControl) {
		i.fault("", "one line of at most %d bytes is expected here", maxText)
		return ""
	}
	return s
}

// choice gives one of the words, or empty.
func (i item) choice(words ...string) string {
	s := i.text()
	if s == "" || slices.Contains(words, s) {
		return s
	}
	i.fault("known here: "+strings.Join(words, ", "), "%s is not one of the words", quote(s))
	return ""
}

// flag gives nil where nothing is said.
func (i item) flag() *bool {
	if !i.given() {
		return nil
	}
	v := i.node.Value == "true"
	if i.node.Kind != yaml.ScalarNode || !v && i.node.Value != "false" {
		i.wrong("true or false")
		return nil
	}
	return &v
}

// number gives nil where nothing is said.
func (i item) number(least, most int) *int {
	if !i.given() {
		return nil
	}
	n, err := strconv.Atoi(i.node.Value)
	if i.node.Kind != yaml.ScalarNode || err != nil || n < least || n > most {
		i.fault("", "a whole number from %d to %d is expected here", least, most)
		return nil
	}
	return &n
}

// duration gives nil where nothing is said.
func (i item) duration() *time.Duration {
	s := i.text()
	if s == "" {
		return nil
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		i.fault("write it like 90s, 5m or 1h30m", "%s is not a duration", quote(s))
	case d < 0 || d > maxDuration:
		i.fault("", "a duration from nothing to a year is expected here")
	default:
		return &d
	}
	return nil
}

// when gives a duration or an instant.
func (i item) when() When {
	if strings.Contains(i.text(), "T") {
		at := i.instant()
		return When{At: at, set: !at.IsZero()}
	}
	if d := i.duration(); d != nil {
		return When{For: *d, set: true}
	}
	return When{}
}

// instant gives the zero time where nothing is said.
func (i item) instant() time.Time {
	s := i.text()
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		i.fault("write it with its offset, like 2026-03-29T01:30:00+01:00", "%s is not an instant", quote(s))
		return time.Time{}
	}
	return t
}

// quote shows a word of the file in a message, cut where it is long.
func quote(s string) string {
	const most = 64
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}
