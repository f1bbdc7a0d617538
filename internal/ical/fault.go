package ical

import (
	"fmt"
	"slices"
)

// maxFaults bounds how many faults are told of one calendar, so that 5 MiB of rubbish make no
// 100,000 sentences.
const maxFaults = 100

// Fault is one thing that is wrong with a calendar.
type Fault struct {
	// Line counts from 1, before lines are unfolded; 0 where the fault concerns the whole source.
	Line int
	// Message says what is wrong, and what became of it: the line ignored, the event left out.
	Message string
	// LeftOut says that an event is missing because of it; otherwise no more than a line is.
	LeftOut bool
	// Whole says that the source as a whole cannot be used: no calendar, cut off, too large. The
	// Calendar is then empty.
	Whole bool
}

// Error gives "line 12: message".
func (f Fault) Error() string {
	if f.Line == 0 {
		return f.Message
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Message)
}

// Refused says whether a source as a whole cannot be used.
func Refused(faults []Fault) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool { return f.Whole })
}

// report gathers faults, up to maxFaults and a last one that counts the rest.
type report struct {
	faults      []Fault
	more        int
	moreLeftOut bool
}

// ignore tells of a line that does not count.
func (r *report) ignore(line int, format string, args ...any) {
	r.add(Fault{Line: line, Message: fmt.Sprintf(format, args...) + "; the line is ignored"})
}

// leaveOut tells of an event that is not taken.
func (r *report) leaveOut(line int, format string, args ...any) {
	r.add(Fault{Line: line, Message: fmt.Sprintf(format, args...) + "; the event is left out", LeftOut: true})
}

func (r *report) add(f Fault) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, f)
		return
	}
	r.more++
	r.moreLeftOut = r.moreLeftOut || f.LeftOut
}

// refuse gives the one fault that a source is refused with.
func refuse(line int, format string, args ...any) []Fault {
	return []Fault{{Line: line, Message: fmt.Sprintf(format, args...), Whole: true}}
}

// sorted gives the faults in the order of their lines.
func (r *report) sorted() []Fault {
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
	if r.more > 0 {
		return append(r.faults, Fault{Message: fmt.Sprintf("%d more faults are not listed", r.more), LeftOut: r.moreLeftOut})
	}
	return r.faults
}

// quoted shows a foreign value in a message: in one line, and not at any length.
func quoted(value string) string {
	const most = 40
	if runes := []rune(value); len(runes) > most {
		value = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", value)
}
