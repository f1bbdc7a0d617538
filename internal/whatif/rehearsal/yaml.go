package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/yamlfile"
)

// Limits of a test file. They are far above what people write.
const (
	MaxSize = 4 << 20 // bytes of one file
	maxText = 4096    // bytes of one text
)

// place is where something is written in a file; both count from 1.
type place struct{ Line, Column int }

func placeOf(v yamlfile.Value) place { return place{v.Line(), v.Column()} }

// report collects the faults of one file.
type report struct {
	yamlfile.Report
	file string
}

func newReport(file string) report {
	return report{Report: yamlfile.Report{MaxText: maxText}, file: file}
}

func (r *report) fault(at place, hint, format string, args ...any) {
	r.Add(catalog.Fault{File: r.file, Line: at.Line, Column: at.Column, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// load reads the file. A fault of the whole file is placed at its beginning.
func (r *report) load(source []byte) (yamlfile.Value, bool) {
	if len(source) > MaxSize {
		r.fault(place{1, 1}, "split it", "the file is larger than 4 MiB")
		return yamlfile.Value{}, false
	}
	root, ok := r.Load(r.file, source)
	for n := range r.Faults {
		f := &r.Faults[n]
		f.Line, f.Column = max(f.Line, 1), max(f.Column, 1)
	}
	return root, ok
}

// fields are the values of a mapping by their keys.
type fields map[string]yamlfile.Value

// mapping reads a mapping that must be given.
func mapping(v yamlfile.Value, known ...string) (fields, bool) {
	if !v.Given() {
		v.Wrong("a mapping")
		return nil, false
	}
	return v.Fields(known...), v.IsMapping()
}

// optional returns nil for a value that is not given.
func optional[T any](v yamlfile.Value, read func() T) *T {
	if !v.Given() {
		return nil
	}
	return new(read())
}

func flag(v yamlfile.Value) *bool { return optional(v, v.Flag) }

func number(v yamlfile.Value, least, most int) *int {
	return optional(v, func() int { return v.Number(least, most) })
}

func duration(v yamlfile.Value) *time.Duration {
	return optional(v, func() time.Duration { return v.Duration(0, 0) })
}

// when reads a duration or an instant.
func when(v yamlfile.Value) When {
	switch {
	case !v.Given():
		return When{}
	case strings.Contains(v.Text(), "T"):
		at := instant(v)
		return When{At: at, set: !at.IsZero()}
	}
	return When{For: v.Duration(0, 0), set: true}
}

// instant returns the zero time when there is none.
func instant(v yamlfile.Value) time.Time {
	s := v.Text()
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		v.Fault("write it with its offset, like 2026-03-29T01:30:00+01:00", "%s is not an instant", yamlfile.Quote(s))
		return time.Time{}
	}
	return t
}

// person reads a word such as person:ana; empty when there is none.
func person(v yamlfile.Value) string {
	w, ok := v.Scalar()
	if ok && (!strings.HasPrefix(w, personPrefix) || w == personPrefix) {
		v.Fault("write it like person:ana", "expected a person, found %s", yamlfile.Quote(w))
		return ""
	}
	return w
}

func persons(list yamlfile.Value) []string {
	var all []string
	for _, one := range list.List() {
		all = append(all, person(one))
	}
	return all
}

// recipient reads a word of what gets pages, such as person:ana or chat:ops-room; empty when there is none.
func recipient(v yamlfile.Value) string {
	w, ok := v.Scalar()
	if !ok {
		return ""
	}
	t, ok := escalation.ParseTarget(w)
	if !ok || !slices.Contains([]escalation.TargetKind{escalation.Person, escalation.Chat, escalation.Webhook}, t.Kind) {
		v.Fault("write it like person:ana, chat:ops-room or webhook:status-page", "%s is not a person, a room or a machine", yamlfile.Quote(w))
		return ""
	}
	return w
}
