package yamlfile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

// Limits of a file. They are far above what people write and keep a hostile file from using up the
// memory.
const (
	// MaxDepth is the most levels of nesting, aliases followed.
	MaxDepth = 64
	// MaxExpansion is the most nodes that the aliases of one file may stand for.
	MaxExpansion = 1_000_000
)

// Load reads the one document of a file. The value of an empty file is the zero [Value]. It returns
// false, with a fault in the report, when the file cannot be read any further.
func (r *Report) Load(name string, source []byte) (Value, bool) {
	var doc, second yaml.Node
	loader, err := yaml.NewLoader(strings.NewReader(string(source)), yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(MaxDepth))))
	if err == nil {
		err = loader.Load(&doc)
	}
	if errors.Is(err, io.EOF) {
		return Value{}, true
	}
	if err != nil {
		r.syntax(name, err)
		return Value{}, false
	}
	if err := loader.Load(&second); err == nil {
		r.Add(Fault{File: name, Line: second.Line, Column: second.Column, Message: "a second document in one file", Hint: "put it into a file of its own"})
		return Value{}, false
	} else if !errors.Is(err, io.EOF) {
		r.syntax(name, err)
		return Value{}, false
	}
	root := &doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		root = doc.Content[0]
	}
	s := sizer{known: map[*yaml.Node]extent{}}
	if all := s.measure(root); all.nodes-s.written > MaxExpansion {
		s.fail(root, "aliases stand for more than %d values", MaxExpansion)
	}
	if s.fault != "" {
		r.Add(Fault{File: name, Line: s.at.Line, Column: s.at.Column, Message: s.fault})
		return Value{}, false
	}
	return newValue(root, &file{name: name, source: source, out: r}), true
}

// syntax turns an error of the YAML library into a fault.
func (r *Report) syntax(name string, err error) {
	var broken *yaml.LoadError
	if !errors.As(err, &broken) {
		r.Add(Fault{File: name, Message: "the file cannot be read as YAML"})
		return
	}
	message := broken.Message
	// These two repeat words of the file, which may be a secret.
	switch {
	case strings.HasPrefix(message, "unknown anchor"):
		message = "an alias without its anchor"
	case strings.HasPrefix(message, "cannot construct"):
		message = "a value that does not fit its tag"
	}
	r.Add(Fault{File: name, Line: broken.Mark.Line, Column: broken.Mark.Column, Message: "YAML: " + message})
}

// extent is the size of a node with its aliases followed.
type extent struct{ nodes, depth int }

// sizer measures nodes without following an alias twice, so that a small file that expands to
// billions of nodes costs no more than its own length.
type sizer struct {
	known   map[*yaml.Node]extent // anchored nodes; a depth of -1 marks one that is being measured
	written int                   // nodes without their aliases
	fault   string
	at      *yaml.Node
}

func (s *sizer) fail(n *yaml.Node, format string, args ...any) {
	if s.fault == "" {
		s.at, s.fault = n, fmt.Sprintf(format, args...)
	}
}

func (s *sizer) measure(n *yaml.Node) extent {
	if s.fault != "" {
		return extent{}
	}
	if n.Kind == yaml.AliasNode {
		target := n.Alias
		e, ok := s.known[target]
		if !ok {
			e = s.measure(target)
		}
		if e.depth < 0 {
			s.fail(n, "an alias within the value that it stands for")
		}
		return e
	}
	if n.Style&yaml.TaggedStyle != 0 && !coreTag(n.Tag) {
		s.fail(n, "YAML tags such as !name are not supported")
	}
	if n.Anchor != "" {
		s.known[n] = extent{depth: -1}
	}
	s.written++
	total := extent{nodes: 1}
	for _, child := range n.Content {
		e := s.measure(child)
		total.nodes = min(total.nodes+e.nodes, math.MaxInt32) // growth is exponential: never overflow
		total.depth = max(total.depth, e.depth)
	}
	total.depth++
	if total.depth > MaxDepth {
		s.fail(n, "nested more than %d levels deep", MaxDepth)
	}
	if n.Anchor != "" {
		s.known[n] = total
	}
	return total
}

func coreTag(tag string) bool {
	switch tag {
	case "!!str", "!!int", "!!bool", "!!float", "!!null", "!!map", "!!seq", "!!timestamp":
		return true
	}
	return false
}
