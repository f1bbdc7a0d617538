// Package strictjson reads JSON from strangers.
//
// In: bytes. Out: a [Value] that can be walked, or one fault with its place. It takes what RFC 8259
// allows and refuses what readers disagree on: names given twice, text that is not UTF-8, anything
// behind the value, nesting deeper than [source.MaxDepth]. Numbers stay the text they are, so no
// digit is lost. Names are compared exactly.
//
// Memory is bounded by a small multiple of the bytes: the document is one flat list of nodes, and
// strings are unescaped only when asked for. It never panics and does no I/O.
package strictjson
