// Package suggest says, when an incident opens, how similar incidents ended: whether they were
// escalated, which priority people gave them, which team resolved them, and whether there are more
// alerts than usual.
//
// In: facts of the ledger in order, by [Learner.Add]; history.AsDone makes them of intake facts. Out:
// [Suggestion] values with their evidence, by [Learner.Suggestions]; and by [Evaluator] how often
// such suggestions would have been right. docs/suggestions.md has the formulas.
//
// A suggestion uses only what had happened, and was known, before the instant in which its incident
// opened: an incident that is still open teaches nothing about its end. Nothing is forecast by a
// service, drawn or asked of a clock: the same facts give the same suggestions. The package never
// acts; who may is a matter of the catalog.
package suggest
