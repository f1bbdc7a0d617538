package ical

import (
	"fmt"
	"slices"
)

// maxFaults bounds the faults of one calendar, so that 5 MiB of rubbish do not make 100,000 sentences.
const maxFaults = 100

// Fault is one thing wrong with a calendar.
type Fault struct {
	// Line counts from 1, before lines are unfolded; 0 where the fault concerns the whole source.
	Line int
	// Message says what is wrong, and the consequence: the line is ignored, or the event left out.
	Message string
	// LeftOut is set where an event is missing because of it; otherwise at most a line is.
	LeftOut bool
	// Whole is set where the whole source cannot be used: it is not a calendar, is cut off or too
	// large. The Calendar is then empty.
	Whole bool
}

// Error formats the fault as "line 12: message".
func (f Fault) Error() string {
	if f.Line == 0 {
		return f.Message
	}
	return fmt.Sprintf("line %d: %s", f.Line, f.Message)
}

// Refused reports whether the whole source cannot be used.
func Refused(faults []Fault) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool { return f.Whole })
}

// report collects faults, up to maxFaults and a last one that counts the rest.
type report struct {
	faults      []Fault
	more        int
	moreLeftOut bool
}

func (r *report) ignore(line int, format string, args ...any) {
	r.add(Fault{Line: line, Message: fmt.Sprintf(format, args...) + "; the line is ignored"})
}

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

// refuse is the one fault of a source that is refused.
func refuse(line int, format string, args ...any) []Fault {
	return []Fault{{Line: line, Message: fmt.Sprintf(format, args...), Whole: true}}
}

// sorted returns the faults by line.
func (r *report) sorted() []Fault {
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return a.Line - b.Line })
	if r.more > 0 {
		return append(r.faults, Fault{Message: fmt.Sprintf("%d more faults are not listed", r.more), LeftOut: r.moreLeftOut})
	}
	return r.faults
}

// quoted quotes a foreign value for a message, and shortens it.
func quoted(value string) string {
	const most = 40
	if runes := []rune(value); len(runes) > most {
		value = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", value)
}
