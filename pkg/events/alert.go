package events

import "time"

// Alert is a signal from a source: what a monitoring system says about one thing.
type Alert struct {
	// Key names the alert within its service; the same key means the same alert.
	Key string `json:"key"`
	// DedupKey names the incident that the alert feeds; empty means Key.
	DedupKey string `json:"dedup_key,omitempty"`
	// Severity is the source's word: critical, error, warning, info or any other.
	Severity string `json:"severity,omitempty"`
	// Summary is one line for a person; never empty on INTAKE.
	Summary     string `json:"summary"`
	Description string `json:"description,omitempty"`
	Labels      Labels `json:"labels,omitempty"`
	Annotations Labels `json:"annotations,omitempty"`
	// Link leads to the source's own page about it.
	Link string `json:"link,omitempty"`
	// StartsAt is when the source saw it begin; zero means when it was received.
	StartsAt time.Time `json:"starts_at,omitzero"`
	// EndsAt is when a firing alert expires unless it is sent again; zero means never.
	EndsAt time.Time `json:"ends_at,omitzero"`
	// Origin names the door and key it came by, such as "alertmanager/prometheus".
	Origin string `json:"origin,omitempty"`
}

// Dedup returns the key of the incident that the alert feeds.
func (a Alert) Dedup() string {
	if a.DedupKey != "" {
		return a.DedupKey
	}
	return a.Key
}

// AlertReceived (INTAKE): a source says that something is wrong. The envelope names the service.
type AlertReceived struct{ Alert }

// AlertCleared (INTAKE): a source says that it is over.
type AlertCleared struct{ Alert }

// AlertJoined (LEDGER): an alert feeds an incident that was open already.
type AlertJoined struct{ Alert }

// AlertRenewed (LEDGER): a firing alert of the incident was sent again. It only moves the expiry and is
// not part of the incident's timeline: the envelope names no incident.
type AlertRenewed struct {
	Incident string    `json:"incident"`
	Key      string    `json:"key"`
	EndsAt   time.Time `json:"ends_at,omitzero"` // its new expiry; zero means never
}

// AlertLeft (LEDGER): an alert of the incident is over.
type AlertLeft struct {
	Key string `json:"key"`
	// How is "cleared" by the source, or "expired" when it was not sent again.
	How string `json:"how"`
}

func (AlertReceived) Name() string { return "alert.received" }
func (AlertCleared) Name() string  { return "alert.cleared" }
func (AlertJoined) Name() string   { return "alert.joined" }
func (AlertRenewed) Name() string  { return "alert.renewed" }
func (AlertLeft) Name() string     { return "alert.left" }
