// Package live keeps what reports are computed from in memory, so that the running system can be
// asked for them.
//
// In: the facts of an archive, as they are kept. Out: reports by [History.Report], the same that
// `tocsin report` makes of the same facts; and with [Gauges] some of their numbers for Prometheus.
//
// The package computes nothing by itself, see internal/insight/report, and keeps nothing: a new process reads
// the archive from its beginning. What it holds is bounded, see [Bounds].
package live
