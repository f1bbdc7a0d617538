package events

// Command is what a person or a bot asks of one incident. The envelope's id makes it safe to repeat.
type Command struct {
	Incident string `json:"incident"`
	By       string `json:"by,omitempty"`   // "person:ana", or any name the asker gives
	Via      string `json:"via,omitempty"`  // the door it came by: "api", "cli", "nats"
	Note     string `json:"note,omitempty"` // free text for the timeline
}

// The commands (INTAKE). What becomes of each is a fact on LEDGER: the deed, or a refusal.
type (
	// AcknowledgementReceived asks to take the incident; escalation pauses.
	AcknowledgementReceived struct{ Command }
	// AcknowledgementWithdrawn asks to give it back; escalation starts anew.
	AcknowledgementWithdrawn struct{ Command }
	// ResolutionReceived asks to end the incident.
	ResolutionReceived struct{ Command }
	// ReopeningReceived asks to open a resolved incident again.
	ReopeningReceived struct{ Command }
	// EscalationReceived asks to climb now instead of at the deadline.
	EscalationReceived struct {
		Command
		// Level to climb to, counted from 1; 0 means the next one.
		Level int `json:"level,omitempty"`
	}
	// NoteReceived asks to keep Note in the timeline.
	NoteReceived struct{ Command }
)

// CommandRefused (LEDGER): a command changed nothing; the envelope's reason says why.
type CommandRefused struct {
	// Incident is set here, not in the envelope, where no such incident is known.
	Incident string `json:"incident,omitempty"`
	Command  string `json:"command"` // the name of what was asked: "acknowledgement.received"
	By       string `json:"by,omitempty"`
}

func (AcknowledgementReceived) Name() string  { return "acknowledgement.received" }
func (AcknowledgementWithdrawn) Name() string { return "acknowledgement.withdrawn" }
func (ResolutionReceived) Name() string       { return "resolution.received" }
func (ReopeningReceived) Name() string        { return "reopening.received" }
func (EscalationReceived) Name() string       { return "escalation.received" }
func (NoteReceived) Name() string             { return "note.received" }
func (CommandRefused) Name() string           { return "command.refused" }
