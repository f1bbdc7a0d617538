// Package oncall answers one question: who is on call at an instant, and until when?
//
// In: a [Schedule] and an instant. Out: people and the instant of the next change. It resolves no
// zone names (schedules carry a location), reads no clock and knows no overrides.
package oncall

import "time"

// Schedule is layers of rotations in one zone. Where several layers have somebody, the last one
// in the list wins.
type Schedule struct {
	ID       string
	Location *time.Location
	Layers   []Layer
}

// Layer is people taking turns.
type Layer struct {
	// Rotation is how long a turn lasts.
	Rotation Rotation
	// Weekday and Hour, Minute are the wall time of the hand-off in the schedule's zone; Weekday
	// counts for weekly rotations only.
	Weekday      time.Weekday
	Hour, Minute int
	// Start is the civil date of the first turn; the first hand-off is the first one on or after it.
	Start Date
	// People take turns in this order; never empty.
	People []string
}

// Rotation is the length of a turn.
type Rotation string

// The rotations.
const (
	Daily  Rotation = "daily"
	Weekly Rotation = "weekly"
)

// Date is a civil date without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}
