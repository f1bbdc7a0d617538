// Package rules is the decider: [State.Decide] turns state, an input and the time into facts, and
// [State.Evolve] folds facts into state. Both are pure: no clock, no randomness, no goroutine, no lock,
// no I/O.
//
// In: alerts, commands, receipts and the passing of time. Out: facts, in order, page requests among
// them. The same state, input and time always lead to the same facts with the same ids, so the ledger
// can be replayed to the same bytes.
package rules
