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

// MaxBytes is the largest calendar that is read: 5 MiB.
const MaxBytes = 5 << 20

// maxRedirects is how often an address may lead to another one. Each is checked like the first.
const maxRedirects = 5

// Request is one question to an address.
type Request struct {
	URL    string
	Header http.Header
	// MaxBytes is how much of the answer is kept.
	MaxBytes int
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Cut says that there was more of the body, or that it broke off.
	Cut bool
}

// fetched is a calendar as it was at an address, with what the server wants to hear of it when it is
// asked again.
type fetched struct {
	address      string
	tag, changed string // ETag and Last-Modified; may be empty
	calendar     ical.Calendar
}

// fetch asks an address for its calendar; before, if any, is what came of it last, and is given back
// where nothing has changed. No error tells the address.
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

// settled gives the time of a change if it can be relied on: it counts in seconds, so a calendar that
// has changed a moment ago may change once more without showing it.
func (m *Importer) settled(changed string) string {
	at, err := http.ParseTime(changed)
	if err != nil || m.cfg.Clock().Sub(at) < time.Minute {
		return ""
	}
	return changed
}

// follow asks an address, and the ones that it leads to.
func (m *Importer) follow(ctx context.Context, address string, header http.Header) (Answer, error) {
	for range maxRedirects + 1 {
		answer, err := m.cfg.Get(ctx, Request{URL: address, Header: header, MaxBytes: MaxBytes})
		if err != nil || !redirects(answer.Status) {
			return answer, err
		}
		next, err := led(address, answer.Header.Get("Location"))
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

// led gives where a redirect leads. One from https to http would show the world what was meant to be
// secret.
func led(from, location string) (string, error) {
	base, err := url.Parse(from)
	if err != nil {
		return "", errors.New("this is not an address")
	}
	to, err := base.Parse(location)
	switch {
	case err != nil || location == "":
		return "", errors.New("a redirect that leads nowhere")
	case base.Scheme == "https" && to.Scheme != "https":
		return "", errors.New("a redirect from https to something else")
	}
	return to.String(), nil
}
