package oncall

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Override changes who is on call in one schedule for a stretch of time. It is a fact of run time,
// not of the catalog. Its lists belong to whoever made it; nothing here changes them.
type Override struct {
	// ID names it in [Shift.Override]; never empty.
	ID   string
	Kind OverrideKind
	// From is the first instant and To the one after the last. An override whose To is not after
	// From changes nothing.
	From, To time.Time
	// People stand in, exchange their duties (two of them), or look on; a temporary schedule has none.
	People []string
	// Replaces, of a stand-in, is the only person who is replaced; people who are on call beside them
	// stay. Empty means everybody on call, also where nobody is.
	Replaces string
	// Shifts, of a temporary schedule, are the only duties in the stretch, and lie within it. Between
	// them nobody is on call. Where several overlap, their people come in the order of the list.
	Shifts []Duty
}

// OverrideKind says what an override does. The zero value is none, and does nothing.
type OverrideKind string

// The kinds of overrides.
const (
	StandIn   OverrideKind = "override"  // people stand in for everybody on call, or for one person
	Swap      OverrideKind = "swap"      // two people exchange their duties
	Temporary OverrideKind = "temporary" // other duties take the place of the schedule
	Shadow    OverrideKind = "shadow"    // people look on, and are not on call by that
)

// Validate gives all that is wrong with an override as one error, each fault on its own line with
// the override's id; nil for nothing. Whether its people exist is not known here.
func (o *Override) Validate() error {
	faults := slices.Concat(o.wrongStretch(), o.wrongPeople(), o.wrongParts())
	if o.ID == "" {
		faults = append(faults, "has no id")
	}
	var all []error
	for _, fault := range faults {
		all = append(all, fmt.Errorf("override %q: %s", o.ID, fault))
	}
	return errors.Join(all...)
}

func (o *Override) wrongStretch() []string {
	switch {
	case o.From.IsZero() || o.To.IsZero():
		return []string{"needs both from and to"}
	case !o.From.Before(o.To):
		return []string{"from is not before to"}
	}
	return nil
}

func (o *Override) wrongPeople() []string {
	faults := wrongNames(o.People)
	switch {
	case o.Kind == Temporary:
		if len(o.People) > 0 {
			faults = append(faults, "a temporary schedule has people in its shifts alone")
		}
	case o.Kind == Swap && len(o.People) != 2:
		faults = append(faults, fmt.Sprintf("a swap is between two people, not %d", len(o.People)))
	case len(o.People) == 0:
		faults = append(faults, "has no people")
	}
	if o.Replaces != "" && len(o.People) == 1 && o.People[0] == o.Replaces {
		faults = append(faults, fmt.Sprintf("%q cannot stand in for themselves", o.Replaces))
	}
	return faults
}

// wrongParts looks at what only some kinds have.
func (o *Override) wrongParts() []string {
	var faults []string
	if !slices.Contains([]OverrideKind{StandIn, Swap, Temporary, Shadow}, o.Kind) {
		faults = append(faults, fmt.Sprintf("%q is no kind: override, swap, temporary or shadow", o.Kind))
	}
	if o.Replaces != "" && o.Kind != StandIn {
		faults = append(faults, "replaces belongs to kind override alone")
	}
	switch {
	case o.Kind != Temporary && len(o.Shifts) > 0:
		faults = append(faults, "shifts belong to kind temporary alone")
	case o.Kind == Temporary && len(o.Shifts) == 0:
		faults = append(faults, "a temporary schedule needs shifts")
	case o.Kind == Temporary:
		faults = append(faults, o.wrongShifts()...)
	}
	return faults
}

func (o *Override) wrongShifts() []string {
	var faults []string
	for i, shift := range o.Shifts {
		wrong := shift.faults()
		if shift.From.Before(o.From) || shift.To.After(o.To) {
			wrong = append(wrong, "reaches out of the override's stretch")
		}
		for _, fault := range wrong {
			faults = append(faults, fmt.Sprintf("shift %d: %s", i+1, fault))
		}
	}
	if len(faults) > 0 {
		return faults
	}
	if _, err := NewRoster(o.Shifts); err != nil { // too many of them at once
		faults = append(faults, err.Error())
	}
	return faults
}

// wrongNames finds empty names, those that come twice, and too many.
func wrongNames(people []string) []string {
	if len(people) > mostTogether {
		return []string{crowd(len(people))}
	}
	var faults []string
	for i, name := range people {
		switch {
		case name == "":
			faults = append(faults, fmt.Sprintf("person %d has no name", i+1))
		case slices.Contains(people[:i], name):
			faults = append(faults, fmt.Sprintf("%q is there twice", name))
		}
	}
	return faults
}

func crowd(people int) string {
	return fmt.Sprintf("%d people at once, of at most %d", people, mostTogether)
}
