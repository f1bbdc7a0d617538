// Package review makes the document from which people learn after an incident: what the timeline
// knows is filled in, and what only people know is left for them to write.
//
// In: an incident, its timeline in order, and the names of people, by [Make]. Out: a [Review], which
// writes itself as Markdown and as a chart of the levels in SVG. The same timeline always gives the
// same bytes, and nothing that stands in a title, a note or a name becomes markup.
//
// The package judges nobody, invents nothing, reads no clock and does no I/O.
package review
