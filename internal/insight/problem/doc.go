// Package problem looks for what lies behind incidents: those that come again and again, those that
// resemble one at hand with what resolved them, and what of it deserves a problem record.
//
// In: incidents as [Case] values, which [Collector] makes of facts, decided or asked, and [CaseOf] of
// an incident of the archive. Out: [Candidates] and [Similar], each with its evidence: the window, the
// words, the labels and the arithmetic. The formulas are those of docs/problems.md.
//
// The package opens no problem and changes nothing, reads no clock, draws nothing and does no I/O:
// the same incidents always give the same answer.
package problem
