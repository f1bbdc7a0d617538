// Package examples holds the files that documentation, tests and the demo share: catalogs and
// alerts, written by us in the real formats.
//
// In: nothing. Out: the files.
package examples

import "embed"

// Demo is what `tocsin demo` plays: a catalog at speed, and alerts in two formats.
//
//go:embed demo
var Demo embed.FS
