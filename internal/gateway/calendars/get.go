package calendars

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"tocsin.dev/internal/ical"
)

// MaxBytes is the size limit of a calendar: 5 MiB.
const MaxBytes = 5 << 20

// maxRedirects limits redirects. Each address is checked like the first.
const maxRedirects = 5

// Request is one GET request.
type Request struct {
	URL    string
	Header http.Header
	// MaxBytes is how much of the body is kept.
	MaxBytes int
}

// Answer is the response to a [Request].
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Cut means that the body is incomplete: it was longer than MaxBytes, or broke off.
	Cut bool
}

// fetched is a downloaded calendar with its validators for the next request.
type fetched struct {
	address      string
	tag, changed string // ETag and Last-Modified; may be empty
	calendar     ical.Calendar
}

// fetch downloads a calendar; before is the last download, if any, and is returned if the calendar has
// not changed. No error contains the address.
func (m *Importer) fetch(ctx context.Context, address string, before *fetched) (*fetched, error) {
	header := http.Header{"Accept": {"text/calendar, */*;q=0.1"}, "User-Agent": {"tocsin"}}
	if before != nil && before.address == address {
		for name, value := range map[string]string{"If-None-Match": before.tag, "If-Modified-Since": before.changed} {
			if value != "" {
				header.Set(name, value)
			}
		}
	}
	answer, err := m.follow(ctx, address, header)
	switch {
	case err != nil:
		return nil, err
	case answer.Status == http.StatusNotModified && before != nil && before.address == address:
		return before, nil
	case answer.Status != http.StatusOK:
		return nil, fmt.Errorf("the server answers %d %s", answer.Status, http.StatusText(answer.Status))
	case answer.Cut && len(answer.Body) >= MaxBytes:
		return nil, fmt.Errorf("the calendar is larger than %d MiB", MaxBytes>>20)
	case answer.Cut:
		return nil, errors.New("the answer broke off")
	}
	calendar, faults := ical.Parse(answer.Body, ical.Limits{Bytes: MaxBytes})
	if ical.Refused(faults) {
		return nil, faults[0]
	}
	return &fetched{
		address: address, tag: answer.Header.Get("ETag"), changed: m.settled(answer.Header.Get("Last-Modified")),
		calendar: calendar,
	}, nil
}

// settled returns Last-Modified if it can be relied on: its unit is the second, so a calendar that
// changed just now may change again within the same second.
func (m *Importer) settled(changed string) string {
	at, err := http.ParseTime(changed)
	if err != nil || m.cfg.Clock().Sub(at) < time.Minute {
		return ""
	}
	return changed
}

// follow sends the request and follows redirects.
func (m *Importer) follow(ctx context.Context, address string, header http.Header) (Answer, error) {
	for range maxRedirects + 1 {
		answer, err := m.cfg.Get(ctx, Request{URL: address, Header: header, MaxBytes: MaxBytes})
		if err != nil || !redirects(answer.Status) {
			return answer, err
		}
		next, err := redirectTarget(address, answer.Header.Get("Location"))
		if err != nil {
			return Answer{}, err
		}
		address = next
	}
	return Answer{}, fmt.Errorf("more than %d redirects", maxRedirects)
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// redirectTarget returns the address that a redirect leads to. It refuses one from https to http, which
// could expose a secret address.
func redirectTarget(from, location string) (string, error) {
	base, err := url.Parse(from)
	if err != nil {
		return "", errors.New("not a valid address")
	}
	to, err := base.Parse(location)
	switch {
	case err != nil || location == "":
		return "", errors.New("the redirect has no valid Location")
	case base.Scheme == "https" && to.Scheme != "https":
		return "", errors.New("the redirect leaves https")
	}
	return to.String(), nil
}
