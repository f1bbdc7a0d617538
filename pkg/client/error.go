package client

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// What an [*Error] can be asked for with errors.Is.
var (
	// ErrNotFound says that there is no such incident or schedule.
	ErrNotFound = errors.New("not found")
	// ErrRefused says that the engine refused a command; the error's detail says why.
	ErrRefused = errors.New("refused")
	// ErrUnauthorized says that the token is missing or wrong.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrUnavailable says that the gateway cannot do it now; see [Error.RetryAfter].
	ErrUnavailable = errors.New("unavailable")
)

var meanings = map[int]error{
	http.StatusNotFound: ErrNotFound, http.StatusConflict: ErrRefused,
	http.StatusUnauthorized: ErrUnauthorized, http.StatusServiceUnavailable: ErrUnavailable,
}

// Error is an answer that is not 2xx.
type Error struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Errors says what is wrong with each place of the request, where the gateway knows it.
	Errors []Detail `json:"errors"`
	// RetryAfter is how long the gateway asked to wait; zero when it did not.
	RetryAfter time.Duration `json:"-"`
}

// Detail is one thing wrong with a request.
type Detail struct {
	Message  string `json:"message"`
	Location string `json:"location"` // "body.note", or file:line:column of a catalog
	Value    any    `json:"value"`    // what was sent there; of a catalog, the hint
}

// Error tells status, detail and every place in one line.
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

// Is ties the status to the sentinels of this package.
func (e *Error) Is(target error) bool { return target == meanings[e.Status] }

// problem reads an error's body: problem details, or any text.
func problem(answer *http.Response, body []byte) error {
	e := &Error{}
	if json.Unmarshal(body, e) != nil {
		e.Detail = "not an answer of the API (status " + answer.Status + "): " + cut(strings.TrimSpace(string(body)))
	}
	e.Status = answer.StatusCode
	if e.Title == "" {
		e.Title = http.StatusText(e.Status)
	}
	if e.Detail == "" {
		e.Detail = strings.ToLower(e.Title)
	}
	if s, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && s > 0 {
		e.RetryAfter = time.Duration(s) * time.Second
	}
	return e
}

// cut keeps the beginning of a foreign text, such as a proxy's page.
func cut(s string) string {
	if len(s) > 200 {
		return strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}
