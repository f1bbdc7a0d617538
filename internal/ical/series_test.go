package ical_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/ical"
)

const (
	madrid = ";TZID=Europe/Madrid:"
	master = "BEGIN:VEVENT\nUID:u\nSUMMARY:ana\nDTSTART" + madrid + "20260323T090000\nDTEND" + madrid + "20260323T170000\nRRULE:FREQ=DAILY;COUNT=5\n"
)

// What is excluded, added, replaced and cancelled.
func TestSeries(t *testing.T) {
	one := func(lines ...string) string {
		return "BEGIN:VEVENT\nUID:u\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\n"
	}
	const whole = "23 ana, 24 ana, 25 ana, 26 ana, 27 ana"
	tests := []struct{ name, text, want string }{
		{"nothing changed", master + "END:VEVENT\n", whole},
		{"dates excluded on several lines and in UTC", master + "EXDATE" + madrid + "20260324T090000\nEXDATE:20260325T080000Z,20260326T080000Z\nEND:VEVENT\n", "23 ana, 27 ana"},
		{"a day excluded", master + "EXDATE;VALUE=DATE:20260324\nEND:VEVENT\n", "23 ana, 25 ana, 26 ana, 27 ana"},
		{"excluded without a zone", master + "EXDATE:20260324T090000\nEND:VEVENT\n", "23 ana, 25 ana, 26 ana, 27 ana"},
		{"excluded at another time is not excluded", master + "EXDATE:20260324T100000\nEND:VEVENT\n", whole},
		{"excluded by a rule", master + "EXRULE:FREQ=DAILY;INTERVAL=2\nEND:VEVENT\n", "24 ana, 26 ana"},
		{"two rules", master + "RRULE:FREQ=DAILY;INTERVAL=3;COUNT=3\nEND:VEVENT\n", whole + ", 29 ana"},
		{"a date added, with and without a zone, and one that is there already", master + "RDATE:20260323T080000Z,20260330T090000,20260331\nEND:VEVENT\n", whole + ", 30 ana, 31 ana"},
		{"a period added", master + "RDATE;VALUE=PERIOD:20260401T100000Z/PT1H,20260402T100000Z/20260402T110000Z\nEND:VEVENT\n", whole + ", 01 ana, 02 ana"},
		{"one replaced", master + "END:VEVENT\n" + one("SUMMARY:bo", "RECURRENCE-ID"+madrid+"20260324T090000", "DTSTART"+madrid+"20260328T090000"), "23 ana, 25 ana, 26 ana, 27 ana, 28 bo"},
		{"one replaced, in UTC, before the event itself", one("SUMMARY:bo", "RECURRENCE-ID:20260324T080000Z", "DTSTART:20260324T080000Z") + master + "END:VEVENT\n", "23 ana, 24 bo, 25 ana, 26 ana, 27 ana"},
		{"one replaced twice: the later edition", master + "END:VEVENT\n" + one("SUMMARY:cy", "SEQUENCE:2", "RECURRENCE-ID:20260324T080000Z", "DTSTART:20260324T080000Z") + one("SUMMARY:bo", "SEQUENCE:1", "RECURRENCE-ID:20260324T080000Z", "DTSTART:20260324T080000Z"), "23 ana, 24 cy, 25 ana, 26 ana, 27 ana"},
		{"one replaced by day", master + "END:VEVENT\n" + one("SUMMARY:bo", "RECURRENCE-ID;VALUE=DATE:20260324", "DTSTART:20260324T080000Z"), "23 ana, 24 bo, 25 ana, 26 ana, 27 ana"},
		{"one cancelled", master + "END:VEVENT\n" + one("STATUS:CANCELLED", "RECURRENCE-ID:20260324T080000Z", "DTSTART:20260324T080000Z"), "23 ana, 25 ana, 26 ana, 27 ana"},
		{"one and all that follow replaced, a day later", master + "END:VEVENT\n" + one("SUMMARY:bo", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260325T080000Z", "DTSTART"+madrid+"20260326T120000"), "23 ana, 24 ana, 26 bo, 27 bo, 28 bo"},
		{"all that follow replaced, and again", master + "END:VEVENT\n" + one("SUMMARY:bo", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260324T080000Z", "DTSTART:20260324T080000Z") + one("SUMMARY:cy", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260326T080000Z", "DTSTART:20260326T080000Z"), "23 ana, 24 bo, 25 bo, 26 cy, 27 cy"},
		{"one and all that follow cancelled", master + "END:VEVENT\n" + one("STATUS:CANCELLED", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260325T080000Z", "DTSTART:20260325T080000Z"), "23 ana, 24 ana"},
		{"all cancelled, with what was replaced", master + "STATUS:CANCELLED\nEND:VEVENT\n" + one("RECURRENCE-ID:20260324T080000Z", "DTSTART:20260324T080000Z"), ""},
		{"a later edition", master + "END:VEVENT\n" + one("SUMMARY:bo", "SEQUENCE:1", "DTSTART:20260323T080000Z"), "23 bo"},
		{"one UID for several events", master + "END:VEVENT\n" + one("SUMMARY:bo", "DTSTART:20260323T180000Z"), "23 ana, 23 bo, 24 ana, 25 ana, 26 ana, 27 ana"},
		{"the same twice", master + "END:VEVENT\n" + master + "END:VEVENT\n", whole},
		{"a start that its rule does not have", one("SUMMARY:ana", "DTSTART:20260323T080000Z", "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=1"), "24 ana"},
		{"the calendar cancels", "METHOD:CANCEL\n" + master + "END:VEVENT\n", ""},
		{"free time is a shift too", one("SUMMARY:ana", "TRANSP:TRANSPARENT", "DTSTART:20260323T080000Z"), "23 ana"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range shifts(t, []byte("BEGIN:VCALENDAR\n"+tt.text+"END:VCALENDAR\n"), zone(t, "Europe/Madrid"), begin, end) {
				got = append(got, s.Start.Format("02 ")+s.Summary)
			}
			require.Equal(t, tt.want, strings.Join(got, ", "))
		})
	}
}

func TestOverridesKeepTheirLength(t *testing.T) {
	source := "BEGIN:VCALENDAR\n" + master + "RDATE;VALUE=PERIOD:20260401T100000Z/PT1H\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n" +
		"RECURRENCE-ID;RANGE=THISANDFUTURE:20260325T080000Z\nDTSTART" + madrid + "20260325T120000\nDURATION:PT2H\nEND:VEVENT\nEND:VCALENDAR\n"
	var got []string
	for _, s := range shifts(t, []byte(source), zone(t, "Europe/Madrid"), begin, end) {
		got = append(got, s.Start.Format("02 15:04-")+s.End.Format("15:04"))
	}
	require.Equal(t, []string{"23 09:00-17:00", "24 09:00-17:00", "25 12:00-14:00", "26 12:00-14:00", "27 12:00-14:00", "01 12:00-13:00"}, got)
}

// The window takes in what lies in it in part, and no more.
func TestWindow(t *testing.T) {
	source := event("DTSTART:20200101T080000Z", "DTEND:20200101T200000Z", "RRULE:FREQ=DAILY")
	at := func(text string) time.Time {
		found, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return found
	}
	for _, tt := range []struct {
		from, to, want string
	}{
		{"2026-03-01T10:00:00Z", "2026-03-02T08:00:01Z", "01 02"},
		{"2026-03-01T10:00:00Z", "2026-03-02T08:00:00Z", "01"},
		{"2026-03-01T20:00:00Z", "2026-03-02T08:00:00Z", ""},
		{"2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z", ""},
	} {
		require.Equal(t, tt.want, strings.Join(starts(shifts(t, source, nil, at(tt.from), at(tt.to)), "02"), " "), "%v", tt)
	}
	long := event("DTSTART:20200101T080000Z", "DURATION:P600D", "RRULE:FREQ=YEARLY")
	require.Equal(t, []string{"2024", "2025"}, starts(shifts(t, long, nil, at("2025-08-01T00:00:00Z"), at("2025-12-01T00:00:00Z")), "2006"))
}

func TestPeople(t *testing.T) {
	all := shifts(t, event("DTSTART:20260101T000000Z",
		"SUMMARY: On call\\, first line\\n", "ORGANIZER;CN=\"A; B: C\":MAILTO:lead@example.com",
		"ATTENDEE;CN=Ana;PARTSTAT=ACCEPTED:mailto:ana@example.com",
		"ATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.com", "ATTENDEE;CUTYPE=ROOM:mailto:room@example.com",
		"ATTENDEE;EMAIL=cy@example.com:urn:uuid:1", "ATTENDEE:di@example.com", "ATTENDEE:invalid:nomail", "ATTENDEE:"), nil, begin, end)
	require.Equal(t, []ical.Shift{{
		UID: "u", Summary: "On call, first line", Organizer: "lead@example.com", Line: 2,
		Attendees: []string{"ana@example.com", "cy@example.com", "di@example.com"},
		Start:     all[0].Start, End: all[0].Start,
	}}, all)
}
