// Package verify proves that the rules decide what was recorded: a [Verifier] decides the inputs of the
// streams once more and compares byte for byte, a [Recheck] compares recorded decisions with those of a
// backtest, where the inputs are gone.
//
// In: what was asked and what was decided, handed in through iterators or fact by fact, and catalogs.
// Out: the differences. It reads no clock, starts no goroutine, does no I/O and pages nobody.
package verify
