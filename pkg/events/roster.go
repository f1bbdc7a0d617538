package events

import "time"

// Roster is who is on call in a schedule that is imported, as its calendar has it.
type Roster struct {
	ID       string `json:"id"` // derived from all the rest but the source
	Schedule string `json:"schedule"`
	// From is when the calendar was read: of two rosters the later one counts. What the calendar has
	// after To is not known yet.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Shifts are those under way at From, and all up to To. They may overlap: then their people are
	// on call together.
	Shifts []Shift `json:"shifts"`
	// Source is where the calendar was read, without what may be a secret: a host, or a file's name.
	Source string `json:"source,omitempty"`
}

// RosterReceived (INTAKE, one for each partition) tells what was read of a schedule's calendar.
type RosterReceived struct{ Roster }

// RosterImported (LEDGER of each partition): from here on the schedule's people are those.
type RosterImported struct{ Roster }

func (RosterReceived) Name() string { return "roster.received" }
func (RosterImported) Name() string { return "roster.imported" }
