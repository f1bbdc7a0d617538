package events

import "time"

// EscalationAdvanced (LEDGER, EVENTS): the incident reached a level, possibly the first.
type EscalationAdvanced struct {
	// Round counts from 1 over the incident's whole life; repeats, a reopening and a returned
	// acknowledgement each begin a new one.
	Round int `json:"round"`
	// Repeat is how many of the policy's repeats have been used.
	Repeat int `json:"repeat,omitempty"`
	Level  int `json:"level"` // from 1
	// Again is how many times the level itself was repeated in this round.
	Again int `json:"again,omitempty"`
	// Kind is "functional", "hierarchical", or empty where the policy does not say.
	Kind string `json:"kind,omitempty"`
	// Trigger is what moved it: "triggered", "reopened", "returned" (the acknowledgement is
	// gone), "woken", "unacknowledged" (nobody answered in time), "undeliverable", "nobody" (the previous
	// level had nobody to page), "condition" (the condition of the previous level was false), "held"
	// (the wait of a held level is over), "transferred" (to another team), "assigned",
	// "trigger" (one of the policy's) or "command".
	Trigger string `json:"trigger"`
	// Targets are as written in the level: "schedule:payments-primary".
	Targets []string `json:"targets"`
	// Pages are whom the targets resolved to: "person:ana". Empty when nobody was on call.
	Pages []string `json:"pages,omitempty"`
	// Picked is whose turn it was in each round robin, by target: "team:payments:round_robin".
	Picked map[string]string `json:"picked,omitempty"`
	// Need is how many people must acknowledge, where that is more than one.
	Need int `json:"need,omitempty"`
	// DueAt is when the next step falls due without an acknowledgement; zero means never.
	DueAt time.Time `json:"due_at,omitzero"`
}

// EscalationHeld (LEDGER, EVENTS): the next level waits for working hours, or for somebody on call.
type EscalationHeld struct {
	// Repeat, Level and Again are the step that waits, as in [EscalationAdvanced].
	Repeat  int       `json:"repeat,omitempty"`
	Level   int       `json:"level"`
	Again   int       `json:"again,omitempty"`
	For     string    `json:"for"`     // "working_hours" or "on_call"
	Targets []string  `json:"targets"` // as written in the level
	Until   time.Time `json:"until"`   // when the step is tried again
}

// EscalationFired (LEDGER, EVENTS): one of the policy's triggers fired. What it did follows as
// separate facts, except whom it pages. They are only informed: whoever has the incident keeps it.
type EscalationFired struct {
	// On is "unacknowledged", "unresolved", "open", "response", "resolution", "priority_raised",
	// "nobody", "undeliverable" or "spike"; "command" where a person informed the managers.
	On    string `json:"on"`
	Rule  string `json:"rule"`  // where the trigger is defined: "policies.yaml:31"
	Index int    `json:"index"` // its place in the policy's list, from 0; -1 for a command
	Count int    `json:"count"` // how often it has fired for the incident, from 1
	// Category is the value of the label that a spike is counted by; empty for most.
	Category string `json:"category,omitempty"`
	// Kind is "functional", "hierarchical", or empty where the policy does not say.
	Kind string `json:"kind,omitempty"`
	// Targets are as written in the trigger, Pages whom they resolved to; both empty if it pages nobody.
	Targets []string `json:"targets,omitempty"`
	Pages   []string `json:"pages,omitempty"`
	Round   int      `json:"round,omitempty"` // of the pages
}

// EscalationSkipped (LEDGER, EVENTS): a trigger came due and did nothing; the envelope's reason says why.
type EscalationSkipped struct {
	// On is "unacknowledged", "unresolved", "open", "response", "resolution", "priority_raised",
	// "nobody", "undeliverable" or "spike".
	On    string `json:"on"`
	Rule  string `json:"rule"`  // where the trigger is defined: "policies.yaml:31"
	Index int    `json:"index"` // its place in the policy's list, from 0
	Count int    `json:"count"` // how often it has come due for the incident, from 1
	// Category is as in [EscalationFired].
	Category string `json:"category,omitempty"`
}

// EscalationExhausted (LEDGER, EVENTS): nobody answered at the last level of the last round.
type EscalationExhausted struct {
	Rounds int `json:"rounds"`
	Levels int `json:"levels"`
	// Targets and Pages are those of the policy's last resort; empty without one.
	Targets []string `json:"targets,omitempty"`
	Pages   []string `json:"pages,omitempty"`
	Round   int      `json:"round,omitempty"` // of the pages
}

func (EscalationAdvanced) Name() string  { return "escalation.advanced" }
func (EscalationHeld) Name() string      { return "escalation.held" }
func (EscalationFired) Name() string     { return "escalation.fired" }
func (EscalationSkipped) Name() string   { return "escalation.skipped" }
func (EscalationExhausted) Name() string { return "escalation.exhausted" }
