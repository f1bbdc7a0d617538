// Package backtest plays a recorded history through the rules with another catalog: whom it would have
// paged, when, and how they would have answered.
//
// In: what was asked and what was decided, fact by fact, and a catalog. Out: what became of each incident,
// summary numbers, and the differences from the record.
//
// It reads no clock, starts no goroutine and does no I/O: time is that of the history, and the same
// history always has the same result. It never pages anybody.
package backtest
