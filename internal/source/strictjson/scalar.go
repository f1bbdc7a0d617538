package strictjson

import (
	"bytes"
	"strings"

	"tocsin.dev/internal/source"
)

// string reads a string. Control characters must be escaped.
func (p *parser) string() *source.Fault {
	start, escaped := p.pos, false
	p.pos++
	for {
		c := p.peek()
		switch {
		case p.pos >= len(p.text):
			return p.broken("the text ends inside a string")
		case c == '"':
			p.pos++
			p.add(String, start, escaped)
			return nil
		case c < ' ':
			return p.broken("a control character stands in a string")
		case c == '\\':
			escaped = true
			if fault := p.escape(); fault != nil {
				return fault
			}
		default:
			p.pos++
		}
	}
}

func (p *parser) escape() *source.Fault {
	p.pos++
	switch p.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		p.pos++
		return nil
	case 'u':
		p.pos++
	default:
		return p.broken("no escape looks like this")
	}
	for range 4 {
		if strings.IndexByte("0123456789abcdefABCDEF", p.peek()) < 0 {
			return p.broken("expected four hexadecimal digits")
		}
		p.pos++
	}
	return nil
}

// number reads a number by the grammar of RFC 8259, section 6, and converts nothing.
func (p *parser) number() *source.Fault {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	if p.peek() == '0' {
		p.pos++
	} else if !p.digits() {
		return p.broken("expected a digit")
	}
	if p.peek() == '.' {
		p.pos++
		if !p.digits() {
			return p.broken("expected a digit")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return p.broken("expected a digit")
		}
	}
	p.add(Number, start, false)
	return nil
}

func (p *parser) digits() bool {
	start := p.pos
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.pos++
	}
	return p.pos > start
}

// few is the number of members up to which comparing each with each is the cheapest.
const few = 12

// unique refuses an object with a name twice: which of the values counts differs from reader
// to reader, and an alert must mean one thing to all.
func (p *parser) unique(object int) *source.Fault {
	var names []uint32
	var stack [few]uint32
	names = stack[:0]
	end := p.nodes[object].next
	for i := uint32(object) + 1; i < end; i = p.nodes[i+1].next {
		names = append(names, i)
	}
	if len(names) <= few {
		for i, a := range names {
			for _, b := range names[:i] {
				if p.same(a, b) {
					return p.twice(a)
				}
			}
		}
		return nil
	}
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		name := p.str(n)
		if seen[name] {
			return p.twice(n)
		}
		seen[name] = true
	}
	return nil
}

func (p *parser) same(a, b uint32) bool {
	x, y := p.nodes[a], p.nodes[b]
	if x.escaped || y.escaped {
		return p.str(a) == p.str(b)
	}
	return bytes.Equal(p.text[x.start:x.end], p.text[y.start:y.end])
}

func (p *parser) twice(name uint32) *source.Fault {
	p.path = append(p.path, step{name: int(name)})
	fault := source.Faultf(p.place(), "the name is given twice")
	return &fault
}
