// Package why explains what happened to an incident: whom each level and trigger meant, by which line of
// the catalog, how each page ended, why a level was not reached, and why any person was or was not paged.
//
// In: a [Case]: the facts of one incident, the catalog it opened with, and the overrides of that time.
// Out: an [Explanation], as values and as prose.
//
// Each fact is explained by the state that the facts before it led to, with the catalog of that time and
// the overrides known at that instant. Facts are never doubted; for the rest the same rules are evaluated
// again. Without the catalog the explanation comes from the facts alone.
//
// The package decides nothing, reads no clock and does no I/O.
package why
