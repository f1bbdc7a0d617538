// Package source is the port to foreign senders: it turns the body of one request into alerts.
//
// In: the bytes and headers of one HTTP request. Out: alerts in Tocsin's words, and a list of what
// was wrong with the others, each with its place. A source never routes, never publishes and
// never reads a clock: the time of receipt is an argument.
package source

import (
	"fmt"
	"net/http"
	"time"

	"tocsin.dev/pkg/events"
)

// Limits that every source keeps.
const (
	MaxBody   = 1 << 20 // bytes of one request's body
	MaxDepth  = 64      // levels of nesting
	MaxAlerts = 1000    // alerts in one body
)

// Request is what a source may look at.
type Request struct {
	Header http.Header
	Body   []byte
	At     time.Time // when it was received
}

// Signal is one alert, firing or cleared, before it is routed.
type Signal struct {
	Alert events.Alert
	// Service is set where the sender names one; empty leaves it to the routes.
	Service string
	// Cleared says that the alert is over.
	Cleared bool
	// ID is the sender's own id of the event (source and id of a CloudEvent); empty means none.
	ID string
}

// Data returns what the signal says as a fact of Tocsin's own.
func (s Signal) Data() events.Data {
	if s.Cleared {
		return events.AlertCleared{Alert: s.Alert}
	}
	return events.AlertReceived{Alert: s.Alert}
}

// Fault is one thing wrong with a body. Faults with Place "" concern all of it.
type Fault struct {
	Place  string // such as "alerts[3].labels", or "line 2, column 14"
	Reason string
}

// Error returns the fault as one line.
func (f Fault) Error() string {
	if f.Place == "" {
		return f.Reason
	}
	return f.Place + ": " + f.Reason
}

// Faultf makes a fault.
func Faultf(place, format string, args ...any) Fault {
	return Fault{Place: place, Reason: fmt.Sprintf(format, args...)}
}

// Source reads one foreign format.
type Source interface {
	// Name is the word in the door's path: "alertmanager" for /intake/alertmanager.
	Name() string
	// Parse returns the alerts that are sound and a fault for each that is not. Broken bodies give
	// no alert and one fault; no input makes it panic or use more than a small multiple of the body.
	Parse(r Request) ([]Signal, []Fault)
}
