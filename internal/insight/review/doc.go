// Package review writes a post-incident review: it fills in what the timeline knows and leaves the rest
// for people to write.
//
// In: an incident, its timeline in order, and the names of people, by [Make]. Out: a [Review], which
// writes itself as Markdown and as a chart of the levels in SVG. The same timeline always yields the
// same bytes, and no title, note or name can become markup.
//
// The package judges nobody, reads no clock and does no I/O.
package review
