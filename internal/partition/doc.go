// Package partition is the one pattern behind engine and notifier: own a partition, read its
// input in order, decide, and append one record behind the fence that carries the decisions and
// the position up to which the input is used.
//
// In: a [Machine] that decides, the input log and the log to append to. Out: records. A record is
// atomic: its facts and its position are stored together or not at all, so an input is applied
// exactly once, despite crashes. A lease says who should try ([Share]), and only the fence says who
// may: a stale owner's append fails with [bus.ErrFenced], and it stops.
//
// The package never decides anything itself and knows no fact by name.
package partition
