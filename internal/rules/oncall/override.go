package oncall

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Override changes who is on call in one schedule for a while. It is run-time data, not part of the
// catalog. Nothing here modifies its lists.
type Override struct {
	// ID is the value of [Shift.Override]; never empty.
	ID   string
	Kind OverrideKind
	// The override counts from From until just before To. It changes nothing if To is not after From.
	From, To time.Time
	// People stand in, swap (two of them), or shadow; a temporary schedule has none.
	People []string
	// Replaces is the only person whom a stand-in replaces; others on call at the same time stay. Empty
	// replaces everybody, even if nobody is on call.
	Replaces string
	// Shifts are the only duties during a temporary schedule, and lie within it. Between them nobody is
	// on call. If several overlap, their people are in the order of the list.
	Shifts []Duty
}

// OverrideKind says what an override does. The zero value does nothing.
type OverrideKind string

// The kinds of overrides.
const (
	StandIn   OverrideKind = "override"  // people stand in for everybody on call, or for one person
	Swap      OverrideKind = "swap"      // two people swap their duties
	Temporary OverrideKind = "temporary" // other duties replace the schedule
	Shadow    OverrideKind = "shadow"    // people are paged too, without being on call
)

// Validate returns all faults of an override as one error, one line each with the override's id; nil if
// it is valid. It does not check that its people exist.
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
			faults = append(faults, "a temporary schedule has people only in its shifts")
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

// wrongParts checks the fields that only some kinds have.
func (o *Override) wrongParts() []string {
	var faults []string
	if !slices.Contains([]OverrideKind{StandIn, Swap, Temporary, Shadow}, o.Kind) {
		faults = append(faults, fmt.Sprintf("%q is not a kind: use override, swap, temporary or shadow", o.Kind))
	}
	if o.Replaces != "" && o.Kind != StandIn {
		faults = append(faults, "only kind override has replaces")
	}
	switch {
	case o.Kind != Temporary && len(o.Shifts) > 0:
		faults = append(faults, "only kind temporary has shifts")
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
			wrong = append(wrong, "extends beyond the override")
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

// wrongNames finds empty names, repeats, and too many names.
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
			faults = append(faults, fmt.Sprintf("%q is listed twice", name))
		}
	}
	return faults
}

func crowd(people int) string {
	return fmt.Sprintf("%d people at once, the maximum is %d", people, mostTogether)
}
