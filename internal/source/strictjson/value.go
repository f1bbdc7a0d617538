package strictjson

import (
	"encoding/json"
	"iter"
	"strings"
)

// Kind is what a value is.
type Kind byte

// The kinds. Missing is the kind of the zero [Value].
const (
	Missing Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String returns the kind as a word with its article, for faults.
func (k Kind) String() string {
	return [...]string{"missing", "null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// node is one value, or one name of an object. next is the index after the whole of it.
type node struct {
	kind    Kind
	escaped bool // the string holds escapes
	start   uint32
	end     uint32
	next    uint32
}

type document struct {
	text  []byte
	nodes []node
}

// Value is a place in a document. The zero value is missing: every method is safe on it.
type Value struct {
	doc *document
	at  uint32
}

// Kind tells what it is.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return Missing
	}
	return v.doc.nodes[v.at].kind
}

// Given says that there is a value other than null.
func (v Value) Given() bool { return v.Kind() > Null }

// Raw returns the JSON text of the value. It shares memory with the document.
func (v Value) Raw() []byte {
	if v.doc == nil {
		return nil
	}
	n := v.doc.nodes[v.at]
	return v.doc.text[n.start:n.end]
}

// Text returns the content of a string, the digits of a number and the word of a boolean; ok is false
// for all else.
func (v Value) Text() (text string, ok bool) {
	switch v.Kind() {
	case String:
		return v.doc.str(v.at), true
	case Number, Bool:
		return string(v.Raw()), true
	default:
		return "", false
	}
}

// Str returns the content of a string; ok is false for all else.
func (v Value) Str() (text string, ok bool) {
	if v.Kind() != String {
		return "", false
	}
	return v.doc.str(v.at), true
}

// Get returns the member of an object by its exact name; missing where there is none.
func (v Value) Get(name string) Value {
	if v.Kind() != Object {
		return Value{}
	}
	nodes, end := v.doc.nodes, v.doc.nodes[v.at].next
	for i := v.at + 1; i < end; i = nodes[i+1].next {
		if v.doc.named(i, name) {
			return Value{v.doc, i + 1}
		}
	}
	return Value{}
}

// named compares without copying, for all names that hold no escape.
func (d *document) named(i uint32, name string) bool {
	n := d.nodes[i]
	if n.escaped {
		return d.str(i) == name
	}
	return string(d.text[n.start+1:n.end-1]) == name
}

// Members walks an object in the order of its text; nothing for all else.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Object {
			return
		}
		end := v.doc.nodes[v.at].next
		for i := v.at + 1; i < end; i = v.doc.nodes[i+1].next {
			if !yield(v.doc.str(i), Value{v.doc, i + 1}) {
				return
			}
		}
	}
}

// Items walks an array in order; nothing for all else.
func (v Value) Items() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.Kind() != Array {
			return
		}
		end, n := v.doc.nodes[v.at].next, 0
		for i := v.at + 1; i < end; i = v.doc.nodes[i].next {
			if !yield(n, Value{v.doc, i}) {
				return
			}
			n++
		}
	}
}

// Len returns the number of items or members, and 0 for all else.
func (v Value) Len() int {
	n := 0
	for range v.Items() {
		n++
	}
	for range v.Members() {
		n++
	}
	return n
}

// str returns the content of the string at node i. Escaped lone surrogates become U+FFFD.
func (d *document) str(i uint32) string {
	n := d.nodes[i]
	raw := d.text[n.start:n.end]
	if !n.escaped {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD") // cannot be: the parser checked it
	}
	return s
}
