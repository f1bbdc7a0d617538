// Package rehearsal plays histories on virtual time through the real rules and a real catalog: who
// would be paged, by which contact method, when, and why.
//
// In: a [catalog.Catalog], inputs at instants (alerts, commands, what contact methods do), or a test
// file with whole cases. Out: a [Story], and for a case whether it is as expected.
//
// It does what engine and notifier do, by the same rules, with one partition for all services. There is no
// crash but [Rehearsal.Outage], and no delay: deadlines fire exactly when due, and each receipt arrives at
// once, before the deadlines of its instant. Whether another input comes before or after them is the
// caller's choice, see [Rehearsal.Before] and [Rehearsal.Until].
//
// It reads no clock, starts no goroutine, does no I/O and draws no random numbers: the same history always
// produces the same story.
package rehearsal
