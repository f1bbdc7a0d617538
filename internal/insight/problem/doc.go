// Package problem looks for the causes behind incidents: which recur, which are similar to a given one
// and how those were resolved, and which deserve a problem record.
//
// In: incidents as [Case] values, which [Collector] makes of facts, and [CaseOf] of
// an incident of the archive. Out: [Candidates] and [Similar], each with its evidence: the window, the
// words, the labels and the arithmetic. The formulas are those of docs/problems.md.
//
// The package opens no problem and changes nothing, reads no clock, draws nothing and does no I/O:
// the same incidents always give the same answer.
package problem
