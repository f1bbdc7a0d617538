package problem

import (
	"strings"
	"time"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// AlertName is the label that names a rule of a monitoring system.
const AlertName = "alertname"

// Case is an incident as far as others may resemble it.
type Case struct {
	ID, Service, Team, Title string
	Priority, DedupKey       string
	Labels                   map[string]string // of the alert that opened it
	// Texts are what was written about it: title, summaries, descriptions, notes.
	Texts      []string
	OpenedAt   time.Time
	ResolvedAt time.Time // zero while it is open
	Outcome    string    // with which its books were closed; empty while they are not
	Cause      string
	// Resolution is what was said when it was resolved or closed, else the last note; empty for nothing.
	Resolution string
	ResolvedBy string // "person:ana"; empty when its alerts cleared
}

// Open says that it is not resolved.
func (c *Case) Open() bool { return c.ResolvedAt.IsZero() }

// CaseOf makes one of an incident of the archive. entries are its timeline, or nil: then nobody's notes
// are known.
func CaseOf(in timeline.Incident, entries []timeline.Entry) *Case {
	c := &Case{
		ID: in.ID, Service: in.Service, Team: in.Team, Title: in.Title, Priority: in.Priority, DedupKey: in.DedupKey,
		Texts: []string{in.Title}, OpenedAt: in.OpenedAt, Outcome: in.Outcome, Cause: in.Cause,
	}
	if in.ResolvedAt != nil {
		c.ResolvedAt = *in.ResolvedAt
	}
	for n, a := range in.Alerts {
		if n == 0 {
			c.Labels = a.Labels.Map()
		}
		c.Texts = append(c.Texts, a.Summary, a.Description)
	}
	if in.Cause != "" {
		c.Texts = append(c.Texts, in.Cause)
	}
	for _, e := range entries {
		if data, err := events.DecodeData(events.TypePrefix+e.Type+".v1", e.Data); err == nil {
			c.said(data, e.Reason)
		}
	}
	return c
}

// said takes in what people wrote in one fact.
func (c *Case) said(data events.Data, reason string) {
	switch d := data.(type) {
	case events.IncidentAnnotated:
		c.write(d.Note)
		if c.Resolution == "" || c.Open() {
			c.resolution(d.Note)
		}
	case events.IncidentResolved:
		c.ResolvedBy = d.By
		if d.By != "" {
			c.write(reason)
			c.resolution(reason)
		}
	case events.IncidentClosed:
		c.write(reason)
		c.resolution(reason)
	}
}

func (c *Case) write(text string) {
	if strings.TrimSpace(text) != "" {
		c.Texts = append(c.Texts, text)
	}
}

func (c *Case) resolution(text string) {
	if strings.TrimSpace(text) != "" {
		c.Resolution = text
	}
}
