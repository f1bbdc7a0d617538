// Package backtest plays a recorded history through the rules again: to prove that the same decisions
// come out ([Verifier]), or to see what another catalog would have decided ([Backtest]).
//
// In: what was asked and what was decided, handed in through iterators, and catalogs. Out: the
// differences, or whom another catalog would have paged, when, and what answer it would have had.
//
// It reads no clock, starts no goroutine and does no I/O: time is that of the history, and the same
// history gives the same result. It never pages anybody.
package backtest
