package events

import "time"

// Roster is who is on call in an imported schedule, according to its calendar.
type Roster struct {
	ID       string `json:"id"` // derived from all other fields except Source
	Schedule string `json:"schedule"`
	// From is when the calendar was read: the latest roster applies. Shifts after To
	// are not known yet.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Shifts are those under way at From, and all up to To. Where they overlap, their people
	// are on call together.
	Shifts []Shift `json:"shifts"`
	// Source is where the calendar was read: a host or a file name, never a secret path.
	Source string `json:"source,omitempty"`
}

// RosterReceived (INTAKE, one for each partition) carries what was read from a schedule's calendar.
type RosterReceived struct{ Roster }

// RosterImported (LEDGER of each partition): the roster applies to the schedule from here on.
type RosterImported struct{ Roster }

func (RosterReceived) Name() string { return "roster.received" }
func (RosterImported) Name() string { return "roster.imported" }
