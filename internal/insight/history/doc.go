// Package history reads histories: what other systems remember, and files of intake facts.
//
// [ServiceNow] turns an export of another system into intake facts, in order of time: what Tocsin would have
// been asked. A command names its incident by the foreign number, which is the dedup key of the alert that
// opened it. [Read] and [Write] handle files with one CloudEvent per line.
//
// [AsDone] turns intake facts into ledger facts, as if everything had been done that was asked. Reports,
// suggestions, problem candidates and backtests all read histories through it, so that they count the same
// incidents. Its rule:
//
//   - An incident is a service and a dedup key. Its id is the dedup key; later ones of the same key, whatever
//     their service, are called key#2, key#3 and so on.
//   - A firing alert opens one if none of its key is open. It reopens the last one up to [ReopenWithin] after
//     the resolution, unless that one was closed or merged away.
//   - It is over when its last firing alert clears, or when it is resolved, closed or merged by a command.
//     A later resolution counts instead of an earlier one. A reopening command reopens it at any time.
//   - A command is about the newest incident whose dedup key it names, and is always done, even if Tocsin would
//     refuse it: the other system did it.
//   - After a merge within a service, alerts of the merged incident feed the other one.
//
// The package does not judge what it reads by today's catalog, adds nothing that the export does not say, reads
// no clock and draws no id: the same bytes always give the same facts.
package history
