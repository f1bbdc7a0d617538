// Package shadow lays what a shadow run would have paged beside what the present pager paged.
//
// In: alerts of the present pager, as internal/insight/shadow/exports reads them, and facts of Tocsin's ledger, see
// [Collector]. Out: a [Comparison] by [Compare], and its renderings: which alerts and incidents are about
// the same thing, who was paged by both, by one, earlier or later, and what one of the two missed.
//
// Nothing is guessed about people or things that the two name differently: they are listed as they are.
// The package reads no clock and does no I/O.
package shadow
