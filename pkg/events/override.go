package events

import "time"

// Override is a temporary change of who is on call.
type Override struct {
	ID       string `json:"id"` // identifies it for the withdrawal
	Schedule string `json:"schedule"`
	// Kind is "override" (somebody covers), "swap" (two people exchange their shifts), "temporary" (the
	// shifts replace the schedule) or "shadow" (somebody follows along).
	Kind string    `json:"kind"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // the first instant after it
	// People cover, exchange shifts (two of them) or follow along; not for "temporary".
	People   []string `json:"people,omitempty"`
	Replaces string   `json:"replaces,omitempty"` // of "override": only this person; empty for everybody on call
	Shifts   []Shift  `json:"shifts,omitempty"`   // of "temporary"
}

// Shift is a period with the people on duty.
type Shift struct {
	People []string  `json:"people"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// OverrideReceived (INTAKE, one for each partition) asks to change who is on call.
type OverrideReceived struct {
	Override
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
}

// OverrideWithdrawn (INTAKE, one for each partition) asks to remove an override.
type OverrideWithdrawn struct {
	ID       string `json:"id"`
	Schedule string `json:"schedule"`
	By       string `json:"by,omitempty"`
}

// OverrideAdded (LEDGER of each partition): it applies from here on.
type OverrideAdded struct {
	Override
	By string `json:"by,omitempty"`
}

// OverrideRemoved (LEDGER of each partition): it no longer applies.
type OverrideRemoved struct {
	ID       string `json:"id"`
	Schedule string `json:"schedule"`
	By       string `json:"by,omitempty"`
}

func (OverrideReceived) Name() string  { return "override.received" }
func (OverrideWithdrawn) Name() string { return "override.withdrawn" }
func (OverrideAdded) Name() string     { return "override.added" }
func (OverrideRemoved) Name() string   { return "override.removed" }
