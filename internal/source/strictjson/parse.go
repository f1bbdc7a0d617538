package strictjson

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"tocsin.dev/internal/source"
)

// Parse reads one value. The fault is nil, or says what is wrong and where: "line 2, column 14" for
// broken text, a path such as "alerts[3].labels" for names given twice and for depth. The document
// shares memory with body.
func Parse(body []byte) (Value, *source.Fault) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")) // some senders cannot leave the mark out
	if uint64(len(body)) > 1<<31 {
		fault := source.Faultf("", "the body is too large")
		return Value{}, &fault
	}
	p := &parser{document: document{text: body, nodes: make([]node, 0, len(body)/12+4)}}
	if at, ok := invalidUTF8(body); !ok {
		p.pos = at
		return Value{}, p.broken("the text is not UTF-8")
	}
	if fault := p.value(); fault != nil {
		return Value{}, fault
	}
	p.space()
	if p.pos < len(p.text) {
		return Value{}, p.broken("something follows the value")
	}
	return Value{doc: &p.document}, nil
}

func invalidUTF8(b []byte) (at int, ok bool) {
	if utf8.Valid(b) {
		return 0, true
	}
	for at < len(b) {
		r, size := utf8.DecodeRune(b[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at, false
}

type parser struct {
	document
	pos  int
	path []step
}

// step is one level of the way down: the name's node in an object, or the index in an array.
type step struct {
	name  int // -1 in arrays
	index int
}

func (p *parser) broken(format string, args ...any) *source.Fault {
	before := p.text[:min(p.pos, len(p.text))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	fault := source.Faultf(fmt.Sprintf("line %d, column %d", line, column), format, args...)
	return &fault
}

// place writes the way down as a path.
func (p *parser) place() string {
	var b strings.Builder
	for _, s := range p.path {
		switch {
		case s.name < 0:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(source.Cut(p.str(uint32(s.name)), source.MaxName))
		}
	}
	return b.String()
}

func (p *parser) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// value reads a value and all white space before it.
func (p *parser) value() *source.Fault {
	p.space()
	if p.pos >= len(p.text) {
		return p.broken("the text ends where a value should be")
	}
	switch c := p.text[p.pos]; {
	case c == '{':
		return p.nested(Object, '}', p.member)
	case c == '[':
		return p.nested(Array, ']', p.item)
	case c == '"':
		return p.string()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	case c == 't':
		return p.word("true", Bool)
	case c == 'f':
		return p.word("false", Bool)
	case c == 'n':
		return p.word("null", Null)
	default:
		return p.broken("no value begins like this")
	}
}

func (p *parser) add(kind Kind, start int, escaped bool) {
	p.nodes = append(p.nodes, node{kind: kind, escaped: escaped, start: uint32(start), end: uint32(p.pos), next: uint32(len(p.nodes) + 1)})
}

func (p *parser) word(word string, kind Kind) *source.Fault {
	if !bytes.HasPrefix(p.text[p.pos:], []byte(word)) {
		return p.broken("no value begins like this")
	}
	start := p.pos
	p.pos += len(word)
	p.add(kind, start, false)
	return nil
}

// nested reads what is between brackets, one element after the other.
func (p *parser) nested(kind Kind, closing byte, element func(index int) *source.Fault) *source.Fault {
	if len(p.path) >= source.MaxDepth {
		fault := source.Faultf(p.place(), "nested deeper than %d levels", source.MaxDepth)
		return &fault
	}
	self := len(p.nodes)
	p.add(kind, p.pos, false)
	p.pos++
	p.path = append(p.path, step{name: -1})
	for index := 0; ; index++ {
		p.space()
		if index == 0 && p.peek() == closing {
			break
		}
		if fault := element(index); fault != nil {
			return fault
		}
		p.space()
		if c := p.peek(); c == closing {
			break
		} else if c != ',' {
			return p.broken("expected ',' or '%c'", closing)
		}
		p.pos++
	}
	p.pos++
	p.path = p.path[:len(p.path)-1]
	p.nodes[self].end, p.nodes[self].next = uint32(p.pos), uint32(len(p.nodes))
	if kind == Object {
		return p.unique(self)
	}
	return nil
}

// peek returns the next byte, and 0, which begins nothing, at the end.
func (p *parser) peek() byte {
	if p.pos >= len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

func (p *parser) item(index int) *source.Fault {
	p.path[len(p.path)-1] = step{name: -1, index: index}
	return p.value()
}

func (p *parser) member(int) *source.Fault {
	if p.peek() != '"' {
		return p.broken("expected a name in quotes")
	}
	p.path[len(p.path)-1] = step{name: len(p.nodes)}
	if fault := p.string(); fault != nil {
		return fault
	}
	p.space()
	if p.peek() != ':' {
		return p.broken("expected ':'")
	}
	p.pos++
	return p.value()
}
