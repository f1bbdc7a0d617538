package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The errors that errors.Is finds in an [*Error].
var (
	// ErrNotFound means that there is no such incident, schedule, person or team.
	ErrNotFound = errors.New("not found")
	// ErrRefused means that the engine refused a command; the error's detail says why.
	ErrRefused = errors.New("refused")
	// ErrUnauthorized means that the token is missing or wrong.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrUnavailable means that the gateway cannot do it now; see [Error.RetryAfter].
	ErrUnavailable = errors.New("unavailable")
)

var meanings = map[int]error{
	http.StatusNotFound: ErrNotFound, http.StatusConflict: ErrRefused,
	http.StatusUnauthorized: ErrUnauthorized, http.StatusServiceUnavailable: ErrUnavailable,
}

// Error is a response that is not 2xx.
type Error struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Errors says what is wrong where in the request, if the gateway knows.
	Errors []Detail `json:"errors"`
	// RetryAfter is how long the gateway asks to wait; zero if it does not ask.
	RetryAfter time.Duration `json:"-"`
}

// Detail is one thing wrong with a request.
type Detail struct {
	Message  string `json:"message"`
	Location string `json:"location"` // "body.note", or file:line:column of a catalog
	Value    any    `json:"value"`    // what was sent; for a catalog, the hint
}

// Error returns the detail, or else the status, and every fault on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Detail)
	if e.Detail == "" {
		b.WriteString("status " + strconv.Itoa(e.Status))
	}
	for i, d := range e.Errors {
		b.WriteString([]string{": ", "; "}[min(i, 1)])
		if d.Location != "" {
			b.WriteString(d.Location + ": ")
		}
		b.WriteString(d.Message)
	}
	return b.String()
}

// Is makes errors.Is match the status with the errors of this package.
func (e *Error) Is(target error) bool { return target == meanings[e.Status] }

// problem decodes an error: problem details, or any text.
func problem(response *http.Response, body []byte) error {
	e := &Error{}
	if json.Unmarshal(body, e) != nil {
		e.Detail = "not a response of the API (status " + response.Status + "): " + cut(strings.TrimSpace(string(body)))
	}
	e.Status = response.StatusCode
	if e.Title == "" {
		e.Title = http.StatusText(e.Status)
	}
	if e.Detail == "" {
		e.Detail = strings.ToLower(e.Title)
	}
	if s, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

// cut shortens foreign text, such as the page of a proxy.
func cut(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
