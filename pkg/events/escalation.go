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
	// Kind is "functional", "hierarchical", or empty where the policy does not say.
	Kind string `json:"kind,omitempty"`
	// Trigger is what moved it: "triggered", "reopened", "returned" (the acknowledgement is
	// gone), "unacknowledged" (nobody answered in time), "undeliverable", "nobody" (the level before
	// had nobody to page) or "command".
	Trigger string `json:"trigger"`
	// Targets are the level's own words: "schedule:payments-primary".
	Targets []string `json:"targets"`
	// Pages names whom they meant at that instant: "person:ana". Empty when nobody was on call.
	Pages []string `json:"pages,omitempty"`
	// DueAt is when the next step falls due without an acknowledgement; zero means never.
	DueAt time.Time `json:"due_at,omitzero"`
}

// EscalationExhausted (LEDGER, EVENTS): the last level of the last round had no answer.
type EscalationExhausted struct {
	Rounds int `json:"rounds"`
	Levels int `json:"levels"`
}

func (EscalationAdvanced) Name() string  { return "escalation.advanced" }
func (EscalationExhausted) Name() string { return "escalation.exhausted" }
