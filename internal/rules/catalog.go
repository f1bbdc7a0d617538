package rules

import (
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// Catalog is the part of what people configure on which decisions rest. It is never changed after
// it was made: a revision is a new value.
type Catalog struct {
	// Revision is the SHA-256 of the source, in hex.
	Revision  string
	Services  map[string]*Service
	Teams     map[string]*Team
	People    map[string]*Person
	Policies  map[string]*escalation.Policy
	Schedules map[string]*oncall.Schedule
	// Priorities maps a lower-case severity to P1…P5. Severities it does not name are P3.
	Priorities map[string]string
	// Matrix makes priorities of impact and urgency, where both are known; nil for none.
	Matrix *alert.Matrix
	// Calendars say when work is done. A name that is not there means around the clock.
	Calendars map[string]*clock.Calendar
	// Goals are the targets of response and resolution, by priority. A service's own come first.
	Goals map[string]Goal
	// Fallback is the service whose team and policy serve alerts of unknown services; never nil.
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
	// Impact is what the matrix takes where the alert's label "impact" does not say. May be empty.
	Impact string
	// Calendar is the id of the working hours that conditions, holds and goals mean; may be empty.
	Calendar string
	Goals    map[string]Goal // by priority; nil for none
}

// Goal is how fast an incident of a priority is to be responded to and resolved, in working time.
type Goal struct {
	Response, Resolution time.Duration // 0 for no target
	// Calendar is the id of the working time that counts; empty means the service's own.
	Calendar string
	// AtRisk is from how many percent on a target is at risk. 0 counts as 75.
	AtRisk int
	// PauseSnoozed stops the clocks while the incident is snoozed.
	PauseSnoozed bool
}

// DefaultAtRisk is where a target without a percentage of its own is at risk.
const DefaultAtRisk = 75

// Team is people who own services.
type Team struct {
	ID, Name string
	Lead     string // person id, may be empty
	Members  []string
	Schedule string // id of its own on-call schedule, may be empty
	// Policy is climbed by incidents that are handed to the team; may be empty, and then none can be.
	Policy string
}

// Person is somebody who can be paged.
type Person struct {
	ID, Name string
	Manager  string // person id, may be empty
}
