package yamlfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with a file, and where.
type Fault struct {
	File string // name as given to [Report.Load]; empty where the fault concerns no file
	// Line and Column count from 1; 0 where the fault concerns a whole file.
	Line, Column int
	// Message says in one line what is wrong. It never repeats the value of a secret.
	Message string
	// Hint says what to write instead; empty when there is nothing to add.
	Hint string
	// Warning marks what is allowed but probably not meant; files with warnings only are accepted.
	Warning bool
}

// Error formats place and message as compilers do: "catalog.yaml:12:5: message". The hint is not
// part of it.
func (f Fault) Error() string {
	switch {
	case f.File == "":
		return f.Message
	case f.Line == 0:
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
}

// Refused reports whether any of the faults is more than a warning.
func Refused(faults []Fault) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool { return !f.Warning })
}

// Report collects the faults of a set of files while they are read. The zero Report is ready to use.
type Report struct {
	Faults []Fault
	// MaxText bounds the bytes of one [Value.Text]. Defaults to 1000.
	MaxText int
}

// Add notes a fault.
func (r *Report) Add(f Fault) { r.Faults = append(r.Faults, f) }

// Sorted returns the faults in reading order: by file, line and column.
func (r *Report) Sorted() []Fault {
	slices.SortStableFunc(r.Faults, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.Faults
}

// Quote quotes a word of the file for a message, cut after 64 characters.
func Quote(s string) string {
	const most = 64
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
