// Package yamlfile reads YAML files into values that know their file, line and column, so that
// whoever reads them can report every fault at once, each at its place.
//
// In: the bytes of a file. Out: the tree of its [Value]s, and the [Fault]s found, in a [Report]. A
// hostile file costs no more than its own length: nesting, aliases and text are bounded. The package
// does no I/O and does not know what the files are about.
package yamlfile
