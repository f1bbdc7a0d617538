package webhook

import (
	"encoding/json"
	"fmt"
	"time"

	"tocsin.dev/internal/channel"
	"tocsin.dev/pkg/events"
)

// Type is the "type" of every body; there is only one.
const Type = "page.requested"

// Body is the body of the request. Two attempts of one page differ only in Timestamp, Data.Attempt and
// Data.PossibleRepeat. Fields are added, never renamed.
type Body struct {
	Type      string    `json:"type"`      // always [Type]
	Timestamp time.Time `json:"timestamp"` // the instant of this attempt, UTC
	Data      Data      `json:"data"`
}

// Data is the page. All fields are always present; empty means unknown.
type Data struct {
	Page     string `json:"page"`     // id of the page
	Incident string `json:"incident"` // id of the incident
	Service  string `json:"service"`
	Team     string `json:"team"`
	Target   string `json:"target"` // "person:ana"
	Name     string `json:"name"`   // "Ana Ruiz"
	Level    int    `json:"level"`  // from 1; 0 if no level requested the page
	Round    int    `json:"round"`  // from 1
	Why      string `json:"why"`    // what requested the page if no level did
	Urgency  string `json:"urgency"`
	Priority string `json:"priority"` // P1 to P5
	Severity string `json:"severity"`
	Title    string `json:"title"`
	Link     string `json:"link"`
	Runbook  string `json:"runbook"`
	// Problem is the known error that the incident matches, with its Workaround.
	Problem    string `json:"problem"`
	Workaround string `json:"workaround"`
	// Labels are those of the alert that opened the incident.
	Labels         events.Labels `json:"labels"`
	LateSeconds    int           `json:"late_seconds"` // 0 = in time
	PossibleRepeat bool          `json:"possible_repeat"`
	Attempt        int           `json:"attempt"` // from 1
	OpenedAt       time.Time     `json:"opened_at"`
}

func encode(n channel.Notification, at time.Time) ([]byte, error) {
	b, err := json.Marshal(Body{Type: Type, Timestamp: at.UTC(), Data: Data{
		Page: n.Page, Incident: n.Incident, Service: n.Service, Team: n.Team, Target: n.Target, Name: n.Name,
		Level: n.Level, Round: n.Round, Why: n.Why, Urgency: n.Urgency, Priority: n.Priority, Severity: n.Severity,
		Title: n.Title, Link: n.Link, Runbook: n.Runbook, Problem: n.Problem, Workaround: n.Workaround, Labels: n.Labels, LateSeconds: int(n.Late / time.Second),
		PossibleRepeat: n.PossibleRepeat, Attempt: n.Attempt, OpenedAt: n.OpenedAt.UTC(),
	}})
	if err != nil {
		return nil, fmt.Errorf("encode the page: %w", err)
	}
	return b, nil
}
