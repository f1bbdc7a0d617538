package events

import "time"

// EscalationAdvanced (LEDGER, EVENTS): the climb reached a level; the first one included.
type EscalationAdvanced struct {
	// Round counts from 1 over the incident's whole life; repeats, a reopening and a returned
	// acknowledgement each begin a new one.
	Round int `json:"round"`
	// Repeat is how many of the policy's repeats the present climb has used.
	Repeat int `json:"repeat,omitempty"`
	Level  int `json:"level"` // from 1
	// Again is how many times the level itself was repeated in this climb.
	Again int `json:"again,omitempty"`
	// Kind is "functional", "hierarchical", or empty where the policy does not say.
	Kind string `json:"kind,omitempty"`
	// Trigger is what moved it: "triggered", "reopened", "returned" (the acknowledgement is
	// gone), "woken", "unacknowledged" (nobody answered in time), "undeliverable", "nobody" (the level
	// before had nobody to page), "condition" (the condition of the level before did not hold), "held"
	// (what the level was held for has come), "transferred" (to another team), "assigned",
	// "trigger" (one of the policy's) or "command".
	Trigger string `json:"trigger"`
	// Targets are the level's own words: "schedule:payments-primary".
	Targets []string `json:"targets"`
	// Pages names whom they meant at that instant: "person:ana". Empty when nobody was on call.
	Pages []string `json:"pages,omitempty"`
	// Picked names whom a round robin gave the turn, by its target: "team:payments:round_robin".
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
	Targets []string  `json:"targets"` // the level's own words
	Until   time.Time `json:"until"`   // when it is tried again
}

// EscalationFired (LEDGER, EVENTS): one of the policy's triggers went off. What it did follows as
// facts of their own, save for whom it pages: they are told, and who has the incident keeps it.
type EscalationFired struct {
	// On is "unacknowledged", "unresolved", "open", "response", "resolution", "priority_raised",
	// "nobody", "undeliverable" or "spike"; "command" where a person told the managers.
	On    string `json:"on"`
	Rule  string `json:"rule"`  // where the trigger stands: "policies.yaml:31"
	Index int    `json:"index"` // its place in the policy's list, from 0; -1 for a command
	Count int    `json:"count"` // how often it has gone off for the incident, from 1
	// Category is the value of the label that a spike is counted by; empty for most.
	Category string `json:"category,omitempty"`
	// Kind is "functional", "hierarchical", or empty where the policy does not say.
	Kind string `json:"kind,omitempty"`
	// Targets are the trigger's own words, Pages whom they meant; both empty where it pages nobody.
	Targets []string `json:"targets,omitempty"`
	Pages   []string `json:"pages,omitempty"`
	Round   int      `json:"round,omitempty"` // of the pages
}

// EscalationSkipped (LEDGER, EVENTS): a trigger came due and did nothing; the envelope's reason says why.
type EscalationSkipped struct {
	// On is "unacknowledged", "unresolved", "open", "response", "resolution", "priority_raised",
	// "nobody", "undeliverable" or "spike".
	On    string `json:"on"`
	Rule  string `json:"rule"`  // where the trigger stands: "policies.yaml:31"
	Index int    `json:"index"` // its place in the policy's list, from 0
	Count int    `json:"count"` // how often it has come due for the incident, from 1
	// Category is as in [EscalationFired].
	Category string `json:"category,omitempty"`
}

// EscalationExhausted (LEDGER, EVENTS): the last level of the last round had no answer.
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
