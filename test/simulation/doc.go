// Package simulation runs the whole system in one goroutine on virtual time, with faults drawn from
// a seed, and checks the promises after every step.
//
// In: a seed. Out: nothing, or the law that was broken, the step, the last steps before it and the
// command that repeats it. Engines, notifiers and recorder are the real ones on the bus in memory;
// leases, processes, providers and people are played by the simulator. It never waits for real
// time and never draws from another source than the seed, so a run can be repeated to the byte.
//
// Everything lies in the tests: nothing here is part of a binary.
package simulation
