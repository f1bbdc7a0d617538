// Package report turns facts into numbers: how soon incidents are answered and resolved, how often
// they climb, who is paged and when.
//
// In: the facts of incidents, in order: those of the ledger, or intake facts of a history, see
// [Collector]. Out: [Incident] by [Collector.Incidents], a [Report] of them by [Make], and its
// renderings. The formulas are those of docs/reports.md; a change of one raises [Formulas].
//
// Numbers are always computed from all facts, so what is corrected later, such as a priority or an
// incident that is merged, is corrected in every report made after it. The package reads no clock
// and does no I/O.
package report
