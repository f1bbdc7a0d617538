// Package why explains what became of an incident: whom each level and trigger meant, by which line
// of the catalog, what each page came to, what kept a level from being reached, and for any person
// why they were paged or were not.
//
// In: a [Case]: the facts of one incident, the catalog that it keeps, and the overrides that were
// known. Out: an [Explanation], as values and as prose.
//
// It looks from the past: each fact is explained by the state that the facts before it had led to, with the
// catalog of that time and the overrides known at that instant. What the facts say is never doubted; the rest
// is found by asking the same rules again. Without the catalog the facts alone are told.
//
// The package decides nothing, reads no clock and does no I/O.
package why
