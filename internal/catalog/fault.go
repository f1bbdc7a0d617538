package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with the catalog, and where it stands.
type Fault struct {
	File string // name as given to [Parse]; empty where the fault concerns no file
	// Line and Column count from 1; 0 where the fault concerns a whole file.
	Line, Column int
	// Message says what is wrong in one line. It never repeats the value of a secret.
	Message string
	// Hint says what to do about it; empty when there is nothing to add.
	Hint string
	// Warning marks what is allowed but probably not meant; a catalog with warnings only is good.
	Warning bool
}

// Error gives place and message as compilers do: "catalog.yaml:12:5: message". The hint is apart.
func (f Fault) Error() string {
	switch {
	case f.File == "":
		return f.Message
	case f.Line == 0:
		return f.File + ": " + f.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
}

// Refused says whether any of the faults is more than a warning, so that there is no catalog.
func Refused(faults []Fault) bool {
	return slices.ContainsFunc(faults, func(f Fault) bool { return !f.Warning })
}

// report gathers faults while the files are read.
type report struct {
	faults []Fault
}

func (r *report) add(f Fault) { r.faults = append(r.faults, f) }

// sorted gives the faults in reading order: by file, line and column.
func (r *report) sorted() []Fault {
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.faults
}

// quote shows a word of the file in a message, cut where it is long.
func quote(s string) string {
	const most = 64
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
