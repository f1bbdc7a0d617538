package rules

import (
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
}

// Team is people who own services.
type Team struct {
	ID, Name string
	Lead     string // person id, may be empty
	Members  []string
}

// Person is somebody who can be paged.
type Person struct {
	ID, Name string
	Manager  string // person id, may be empty
}
