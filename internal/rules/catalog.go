package rules

import (
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// Catalog is the part of the configuration that decisions depend on. It is immutable: each revision
// is a new value.
type Catalog struct {
	// Revision is the SHA-256 of the source, in hex.
	Revision  string
	Services  map[string]*Service
	Teams     map[string]*Team
	People    map[string]*Person
	Policies  map[string]*escalation.Policy
	Schedules map[string]*oncall.Schedule
	// Priorities maps a lower-case severity to P1…P5. A severity that is not in it is P3.
	Priorities map[string]string
	// Matrix derives the priority from impact and urgency if both are known; nil for none.
	Matrix *alert.Matrix
	// Calendars hold the working hours, by id. An id that is not in it means around the clock.
	Calendars map[string]*clock.Calendar
	// Goals are those of response and resolution, by priority. A service's own take precedence.
	Goals map[string]Goal
	// Fallback is the service whose team and policy handle alerts of unknown services; never nil.
	Fallback *Service
}

// Service is what alerts are about.
type Service struct {
	ID      string
	Team    string // id, never empty
	Policy  string // id, never empty
	Tier    int    // 1 is the most important; 0 when not given
	Runbook string
	Owner   string // person id, may be empty
	// Impact is the default for alerts without the label "impact"; may be empty.
	Impact string
	// Calendar is the id of the working hours for conditions, holds and goals; may be empty.
	Calendar string
	Goals    map[string]Goal // by priority; nil for none
}

// Goal is how soon an incident of a priority must be acknowledged and resolved, in working time.
type Goal struct {
	Response, Resolution time.Duration // 0 for no goal
	// Calendar is the id of the working hours that count; empty means the service's own.
	Calendar string
	// AtRisk is the percentage of the goal used up at which it is at risk. Defaults to 75.
	AtRisk int
	// PauseSnoozed stops the clocks while the incident is snoozed.
	PauseSnoozed bool
}

// DefaultAtRisk is the percentage at which a goal is at risk if it names none.
const DefaultAtRisk = 75

// Team owns services.
type Team struct {
	ID, Name string
	Lead     string // person id, may be empty
	Members  []string
	Schedule string // id of its own on-call schedule, may be empty
	// Policy escalates incidents that are transferred to the team. If it is empty, none can be.
	Policy string
}

// Person can be paged.
type Person struct {
	ID, Name string
	Manager  string // person id, may be empty
}
