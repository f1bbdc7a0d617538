package events

import "time"

// Override is a change of who is on call, for a stretch of time.
type Override struct {
	ID       string `json:"id"` // names it for the withdrawal
	Schedule string `json:"schedule"`
	// Kind is "override" (somebody stands in), "swap" (two exchange their duties), "temporary" (the
	// shifts alone are the schedule) or "shadow" (somebody looks on).
	Kind string    `json:"kind"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // the first instant after it
	// People stand in, exchange (two of them) or look on; not for "temporary".
	People   []string `json:"people,omitempty"`
	Replaces string   `json:"replaces,omitempty"` // of "override": only this person; empty for everybody on call
	Shifts   []Shift  `json:"shifts,omitempty"`   // of "temporary"
}

// Shift is people on duty for a stretch of time.
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

// OverrideWithdrawn (INTAKE, one for each partition) asks to take an override back.
type OverrideWithdrawn struct {
	ID       string `json:"id"`
	Schedule string `json:"schedule"`
	By       string `json:"by,omitempty"`
}

// OverrideAdded (LEDGER of each partition): from here on it counts.
type OverrideAdded struct {
	Override
	By string `json:"by,omitempty"`
}

// OverrideRemoved (LEDGER of each partition): from here on it does not count any more.
type OverrideRemoved struct {
	ID       string `json:"id"`
	Schedule string `json:"schedule"`
	By       string `json:"by,omitempty"`
}

func (OverrideReceived) Name() string  { return "override.received" }
func (OverrideWithdrawn) Name() string { return "override.withdrawn" }
func (OverrideAdded) Name() string     { return "override.added" }
func (OverrideRemoved) Name() string   { return "override.removed" }
