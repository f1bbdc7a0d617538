package doors

import (
	"encoding/json"
	"net/http"

	"tocsin.dev/internal/source"
)

// maxErrors limits the faults in one answer; the sender sees the pattern in fewer.
const maxErrors = 100

// problem is an RFC 9457 answer.
type problem struct {
	Status   int
	Detail   string
	Accepted *int // how many alerts were accepted nevertheless; nil if the body was not read
	Errors   []source.Fault
}

type problemError struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
}

// write sends the problem and returns its status.
func (p problem) write(w http.ResponseWriter) int {
	body := struct {
		Title    string         `json:"title"`
		Status   int            `json:"status"`
		Detail   string         `json:"detail"`
		Accepted *int           `json:"accepted,omitempty"`
		Errors   []problemError `json:"errors,omitempty"`
	}{Title: http.StatusText(p.Status), Status: p.Status, Detail: p.Detail, Accepted: p.Accepted}
	for _, f := range p.Errors[:min(len(p.Errors), maxErrors)] {
		body.Errors = append(body.Errors, problemError(f))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the sender is gone
	return p.Status
}
