package ical

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Feed is a calendar to publish. The zero Feed is a calendar without events.
type Feed struct {
	// Name is what calendar programs show.
	Name string
	// ProductID names the program that wrote the feed. Defaults to "-//tocsin.dev//Tocsin//EN".
	ProductID string
	// Refresh is the interval at which readers should read the feed again, in whole seconds. Defaults
	// to one hour.
	Refresh time.Duration
	Events  []Event
}

// Event is one period in a feed.
type Event struct {
	// UID identifies the event in every feed. The caller must keep it stable, so that a reader moves the
	// event instead of adding a second one.
	UID string
	// Start and End are written in UTC, in whole seconds. An End that is not after Start is left out,
	// which makes an event without a length.
	Start, End           time.Time
	Summary, Description string
	// Sequence counts the editions of the event, from 0.
	Sequence int
	// Stamp is when this edition was made. The zero time counts as Start.
	Stamp time.Time
}

// Write formats the feed as RFC 5545 requires: lines end with CRLF and have at most 75 octets, and all
// times are in UTC, so that no reader needs to know a zone. The same feed returns the same bytes.
// Years from 1 to 9999 can be written.
func Write(f Feed) []byte {
	var w writer
	if f.ProductID == "" {
		f.ProductID = "-//tocsin.dev//Tocsin//EN"
	}
	if f.Refresh < time.Second {
		f.Refresh = time.Hour
	}
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.text("PRODID", f.ProductID)
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", "PUBLISH")
	if f.Name != "" {
		w.text("NAME", f.Name)
		w.text("X-WR-CALNAME", f.Name)
	}
	refresh := "PT" + strconv.FormatInt(int64(f.Refresh/time.Second), 10) + "S"
	w.line("REFRESH-INTERVAL;VALUE=DURATION", refresh)
	w.line("X-PUBLISHED-TTL", refresh)
	for _, e := range f.Events {
		w.event(e)
	}
	w.line("END", "VCALENDAR")
	return w.bytes
}

type writer struct{ bytes []byte }

func (w *writer) event(e Event) {
	if e.Stamp.IsZero() {
		e.Stamp = e.Start
	}
	w.line("BEGIN", "VEVENT")
	w.text("UID", e.UID)
	w.line("DTSTAMP", utc(e.Stamp))
	w.line("DTSTART", utc(e.Start))
	if e.End.Truncate(time.Second).After(e.Start) {
		w.line("DTEND", utc(e.End))
	}
	w.line("SEQUENCE", strconv.Itoa(e.Sequence))
	w.text("SUMMARY", e.Summary)
	if e.Description != "" {
		w.text("DESCRIPTION", e.Description)
	}
	w.line("END", "VEVENT")
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// text writes a text value. Control characters are left out, and bytes that are not UTF-8 become
// replacement characters.
func (w *writer) text(name, value string) {
	value = escaper.Replace(strings.ToValidUTF8(value, "\uFFFD"))
	w.line(name, strings.Map(func(r rune) rune {
		if r != '\t' && r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, value))
}

// line writes a content line, folded at 75 octets and never within a rune.
func (w *writer) line(name, value string) {
	rest, room := name+":"+value, 75
	for len(rest) > room {
		end := room
		for !utf8.RuneStart(rest[end]) {
			end--
		}
		w.bytes = append(append(w.bytes, rest[:end]...), "\r\n "...)
		rest, room = rest[end:], 74 // the space counts
	}
	w.bytes = append(append(w.bytes, rest...), "\r\n"...)
}
