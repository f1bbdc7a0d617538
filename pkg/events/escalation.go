package events

import "time"

// EscalationAdvanced (LEDGER, EVENTS): the climb reached a level; the first one included.
type EscalationAdvanced struct {
	Round int `json:"round"` // from 1; the policy's repeats add rounds
	Level int `json:"level"` // from 1
	// Kind is "functional", "hierarchical", or empty where the policy does not say.
	Kind string `json:"kind,omitempty"`
	// Trigger is what moved it: "triggered", "unacknowledged", "undeliverable", "command", "reopened".
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
