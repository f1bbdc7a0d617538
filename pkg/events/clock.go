package events

import "time"

// IncidentClockStarted (LEDGER, EVENTS): a goal of the catalog applies to the incident.
type IncidentClockStarted struct {
	Clock    string    `json:"clock"`              // "response" (until it is acknowledged) or "resolution"
	Goal     string    `json:"goal"`               // working time that may pass, such as "4h0m0s"
	Calendar string    `json:"calendar,omitempty"` // empty: around the clock
	DueAt    time.Time `json:"due_at,omitzero"`    // zero means never
	// AtRiskAt is when so much of the goal is used up that the catalog calls it at risk.
	AtRiskAt time.Time `json:"at_risk_at,omitzero"`
}

// IncidentClockRetimed (LEDGER, EVENTS): the goal or the due time changed. The change is retroactive: the clock
// still counts from its original start.
type IncidentClockRetimed struct {
	IncidentClockStarted
	WasGoal  string    `json:"was_goal"`
	WasDueAt time.Time `json:"was_due_at,omitzero"`
	// Arithmetic says in words how the due time was calculated; empty if the goal no longer applies.
	Arithmetic string `json:"arithmetic"`
}

// IncidentClockAtRisk (LEDGER, EVENTS): so much of a goal is used up that it may be missed.
type IncidentClockAtRisk struct {
	Clock      string    `json:"clock"`
	Percent    int       `json:"percent"` // of the goal
	DueAt      time.Time `json:"due_at,omitzero"`
	Arithmetic string    `json:"arithmetic"`
}

// IncidentClockBreached (LEDGER, EVENTS): a goal is used up.
type IncidentClockBreached struct {
	Clock      string    `json:"clock"`
	DueAt      time.Time `json:"due_at"`
	Arithmetic string    `json:"arithmetic"`
}

// IncidentClockMet (LEDGER, EVENTS): the goal was reached; an earlier breach stays on record.
type IncidentClockMet struct {
	Clock      string `json:"clock"`
	Elapsed    string `json:"elapsed"` // working time, such as "1h30m0s"
	Breached   bool   `json:"breached,omitempty"`
	Arithmetic string `json:"arithmetic"`
}

// IncidentClocksPaused (LEDGER, EVENTS): all running clocks stop.
type IncidentClocksPaused struct {
	By    string    `json:"by,omitempty"`
	Until time.Time `json:"until,omitzero"` // zero means until somebody resumes them
}

// IncidentClocksResumed (LEDGER, EVENTS): the clocks run again; each that has a new due time is retimed.
type IncidentClocksResumed struct {
	By string `json:"by,omitempty"` // empty when the pause ran out
}

// IncidentClocksCancelled (LEDGER, EVENTS): no goal applies to the incident any more.
type IncidentClocksCancelled struct {
	By string `json:"by,omitempty"`
}

func (IncidentClockStarted) Name() string    { return "incident.clock_started" }
func (IncidentClockRetimed) Name() string    { return "incident.clock_retimed" }
func (IncidentClockAtRisk) Name() string     { return "incident.clock_at_risk" }
func (IncidentClockBreached) Name() string   { return "incident.clock_breached" }
func (IncidentClockMet) Name() string        { return "incident.clock_met" }
func (IncidentClocksPaused) Name() string    { return "incident.clocks_paused" }
func (IncidentClocksResumed) Name() string   { return "incident.clocks_resumed" }
func (IncidentClocksCancelled) Name() string { return "incident.clocks_cancelled" }
