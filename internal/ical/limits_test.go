package ical_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/ical"
)

// A source that cannot be trusted as a whole gives no event at all.
func TestRefused(t *testing.T) {
	whole := string(event("DTSTART:20260101"))
	tests := []struct{ name, source, want string }{
		{"empty", "", noCalendar},
		{"a page to log in", "<!DOCTYPE html>\n<html>\n<a href=\"https://example.com\">BEGIN</a>\n", noCalendar},
		{"cut off after an event", strings.TrimSuffix(whole, "END:VCALENDAR\r\n"), "line 1: BEGIN:VCALENDAR has no END: the calendar is cut off"},
		{"cut off within an event", strings.Split(whole, "DTSTART")[0], "line 2: BEGIN:VEVENT has no END: the calendar is cut off"},
		{"cut off within an alarm", strings.Split(whole, "DTSTART")[0] + "BEGIN:VALARM", "line 4: BEGIN:VALARM has no END: the calendar is cut off"},
		{"cut off within a word", strings.TrimSuffix(whole, "NDAR\r\n"), "line 1: BEGIN:VCALENDAR has no END: the calendar is cut off"},
		{"large", whole + strings.Repeat("X", 1<<20), "the calendar is larger than 1048576 bytes"},
		{"many events", "BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n", 11) + "END:VCALENDAR\n", "line 32: there are more than 10 events"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			calendar, faults := ical.Parse([]byte(tt.source), ical.Limits{Bytes: 1 << 20, Events: 10})
			require.Equal(t, []string{tt.want}, said(faults))
			require.True(t, ical.Refused(faults))
			require.Equal(t, ical.Calendar{}, calendar)
		})
	}
}

// What is wrong with one event or one line costs no other.
func TestFaults(t *testing.T) {
	const start = "DTSTART:20260101T090000Z"
	tests := []struct{ line, want string }{
		{"RRULE:FREQ=DAILY;BYDAY=XX", `line 5: RRULE: BYDAY cannot be "XX"; the event is left out`},
		{"RRULE:FREQ=DAILY;BYDAY=1MO", "line 5: RRULE: BYDAY with a number needs FREQ=MONTHLY or YEARLY; the event is left out"},
		{"RRULE:FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "line 5: RRULE: BYDAY with a number cannot be used with BYWEEKNO; the event is left out"},
		{"RRULE:FREQ=MONTHLY;BYWEEKNO=1", "line 5: RRULE: BYWEEKNO needs FREQ=YEARLY; the event is left out"},
		{"RRULE:FREQ=MONTHLY;BYYEARDAY=1", "line 5: RRULE: BYYEARDAY cannot be used with FREQ=DAILY, WEEKLY or MONTHLY; the event is left out"},
		{"RRULE:FREQ=WEEKLY;BYMONTHDAY=1", "line 5: RRULE: BYMONTHDAY cannot be used with FREQ=WEEKLY; the event is left out"},
		{"RRULE:FREQ=MONTHLY;BYMONTHDAY=0", `line 5: RRULE: BYMONTHDAY cannot be "0"; the event is left out`},
		{"RRULE:FREQ=MONTHLY;BYMONTH=13", `line 5: RRULE: BYMONTH cannot be "13"; the event is left out`},
		{"RRULE:FREQ=DAILY;INTERVAL=0", "line 5: RRULE: INTERVAL=0 is not a number from 1 to 2147483647; the event is left out"},
		{"RRULE:FREQ=DAILY;COUNT=99999999999999999999", "line 5: RRULE: COUNT=99999999999999999999 is not a number from 1 to 2147483647; the event is left out"},
		{"RRULE:FREQ=DAILY;COUNT=1;COUNT=2", "line 5: RRULE: the rule has COUNT twice; the event is left out"},
		{"RRULE:FREQ=DAILY;UNTIL=soon", `line 5: RRULE: "SOON" is not a date or time; the event is left out`},
		{"RRULE:FREQ=DAILY;BYEASTER=1", `line 5: RRULE: the rule part "BYEASTER" is not known; the event is left out`},
		{"RRULE:FREQ=MONTHLY;SKIP=FORWARD", "line 5: RRULE: SKIP needs RSCALE; the event is left out"},
		{"RRULE:INTERVAL=2", "line 5: RRULE: the rule has no FREQ; the event is left out"},
		{"DTEND:20260101T080000Z", "line 2: DTEND is before DTSTART, or more than a hundred years after it; the event is left out"},
		{"DTEND:20260102", "line 2: one of DTSTART and DTEND is a date, and the other has a time; the event is left out"},
		{"DURATION:-PT1H", `line 5: DURATION: the duration "-PT1H" is negative; the event is left out`},
		{"DURATION:P", `line 5: DURATION: "P" is not a duration; the event is left out`},
		{"DURATION:P1H", `line 5: DURATION: "P1H" is not a duration; the event is left out`},
		{"DURATION:P99999999W", `line 5: DURATION: "P99999999W" is not a duration; the event is left out`},
		{"EXDATE:20260230", `line 5: EXDATE: "20260230" is not a date or time; the event is left out`},
		{"RDATE:20260101T250000Z", `line 5: RDATE: "20260101T250000Z" is not a date or time; the event is left out`},
		{"RDATE;VALUE=PERIOD:20260102T000000Z/20260101T000000Z", `line 5: RDATE: the period "20260102T000000Z/20260101T000000Z" ends before it begins; the event is left out`},
		{"DTSTART:20260101", "line 5: a second DTSTART; the event is left out"},
		{"BEGIN:VALARM", "line 5: BEGIN:VALARM has no END; the line is ignored"},
		{"no property", `line 5: "no property" is not a property; the line is ignored`},
		{"END:VTODO", "line 5: END:VTODO has no BEGIN; the line is ignored"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			source := strings.Replace(string(event(start, tt.line)), "END:VCALENDAR", "BEGIN:VEVENT\nDTSTART:20260102\nEND:VEVENT\nEND:VCALENDAR", 1)
			calendar, faults := ical.Parse([]byte(source), ical.Limits{})
			require.Len(t, faults, 1)
			require.Equal(t, tt.want, faults[0].Error())
			all, _ := calendar.Shifts(nil, begin, end, ical.Limits{})
			if faults[0].LeftOut {
				require.Equal(t, []string{"20260102"}, starts(all, "20060102"))
			} else {
				require.Equal(t, []string{"20260101", "20260102"}, starts(all, "20060102"))
			}
		})
	}
	_, faults := ical.Parse(event("DTSTART:20260101", "RRULE:FREQ=HOURLY"), ical.Limits{})
	require.Equal(t, []string{"line 2: the rule repeats within a day, but DTSTART is a date; the event is left out"}, said(faults))
}

// An event without an END does not take the next ones with it.
func TestUnendedEvent(t *testing.T) {
	source := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nBEGIN:VALARM\n" +
		"BEGIN:VEVENT\nDTSTART:20260102\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260103\nEND:VCALENDAR\n"
	calendar, faults := ical.Parse([]byte(source), ical.Limits{})
	require.Equal(t, []string{
		"line 2: BEGIN:VEVENT has no END; the event is left out",
		"line 8: BEGIN:VEVENT has no END; the event is left out",
	}, said(faults))
	require.Equal(t, 1, calendar.Len())
}

// Lines may end and be folded in every way there is, within a rune too.
func TestLines(t *testing.T) {
	for _, ending := range []string{"\r\n", "\n", "\r"} {
		text := "\xef\xbb\xbf" + strings.Join([]string{"BEGIN:VCALENDAR", "begin:vevent", "", "SUMMARY;X=\"a:b;c\":J\xc3", " \xbcr", "\tgen \xff", "DTSTART;VALUE=DA", " TE:20260101", "X-NONE", "END:VEVENT", "END:VCALENDAR"}, ending)
		calendar, faults := ical.Parse([]byte(text), ical.Limits{})
		require.Equal(t, []string{`line 9: "X-NONE" is not a property; the line is ignored`}, said(faults))
		all, _ := calendar.Shifts(nil, begin, end, ical.Limits{})
		require.Equal(t, "Jürgen \uFFFD", all[0].Summary)
	}
}

func TestFaultsAreNotWithoutNumber(t *testing.T) {
	source := "BEGIN:VCALENDAR\n" + strings.Repeat("rubbish\n", 1000) + "BEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n"
	_, faults := ical.Parse([]byte(source), ical.Limits{})
	require.Len(t, faults, 101)
	require.Equal(t, "901 more faults are not listed", faults[100].Error())
	require.True(t, faults[100].LeftOut)
}

// upTo lists the numbers from 1.
func upTo(most int) string {
	text := "1"
	for i := 2; i <= most; i++ {
		text += fmt.Sprint(",", i)
	}
	return text
}

// Rules that give too much, or work without giving, end with a fault; the other events stay.
func TestEvilRules(t *testing.T) {
	all60 := "0," + upTo(59)
	from, to := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct{ rule, want string }{
		{"FREQ=SECONDLY", "more than 20000 occurrences"},
		{"FREQ=MINUTELY;BYSECOND=" + all60, "more than 20000 occurrences"},
		{"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYMINUTE=" + all60 + ";BYSECOND=" + all60, "more than 20000 occurrences"},
		{"FREQ=SECONDLY;COUNT=2000000000", "too long to compute"},
		{"FREQ=SECONDLY;BYSECOND=1;INTERVAL=2", "too long to compute"},
		{"FREQ=SECONDLY;INTERVAL=7;BYSETPOS=2", "too long to compute"},
		{"FREQ=HOURLY;BYHOUR=1;COUNT=1000000;BYYEARDAY=" + upTo(366) + ";BYSETPOS=" + upTo(366), "too long to compute"},
		{"FREQ=YEARLY;COUNT=1000000000;BYHOUR=1,2,3,4;BYMINUTE=" + all60 + ";BYSECOND=" + all60, "too long to compute"},
	}
	for _, tt := range tests {
		source := strings.Replace(string(event("DTSTART:20000101T000000Z", "RRULE:"+tt.rule)), "END:VCALENDAR", "BEGIN:VEVENT\nDTSTART:20260102\nEND:VEVENT\nEND:VCALENDAR", 1)
		calendar, faults := ical.Parse([]byte(source), ical.Limits{})
		require.Empty(t, faults)
		all, faults := calendar.Shifts(nil, from, to, ical.Limits{})
		require.Len(t, faults, 1, tt.rule)
		require.Contains(t, faults[0].Error(), tt.want, tt.rule)
		require.Equal(t, 2, faults[0].Line)
		require.True(t, faults[0].LeftOut)
		require.Len(t, all, 1, tt.rule)
	}
	// The same rules far from their start, or at an end without end, cost no more.
	distant := shifts(t, event("DTSTART:00010101T000000Z", "RRULE:FREQ=SECONDLY;INTERVAL=7;BYHOUR=3"), nil, from, from.Add(4*time.Hour))
	require.Len(t, distant, 514)
	calendar, _ := ical.Parse(event("DTSTART:20200101", "RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2"), ical.Limits{})
	none, faults := calendar.Shifts(nil, time.Unix(-1<<55, 0), time.Unix(1<<55, 0), ical.Limits{})
	require.Empty(t, none)
	require.Empty(t, faults)
}

// Many events share the work and the occurrences that one call may cost.
func TestEvilCalendar(t *testing.T) {
	from, to := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	repeat := func(text string) []byte {
		return []byte("BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:VEVENT\n"+text+"\nEND:VEVENT\n", 10_000) + "END:VCALENDAR\n")
	}
	calendar, faults := ical.Parse(repeat("DTSTART:20000101T000000Z\nRRULE:FREQ=SECONDLY"), ical.Limits{})
	require.Empty(t, faults)
	all, faults := calendar.Shifts(nil, from, to, ical.Limits{})
	require.Empty(t, all)
	require.Len(t, faults, 101)

	calendar, _ = ical.Parse(repeat("UID:u\nDTSTART:20210101T000000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\nDTSTART:20210101T000000Z\nRECURRENCE-ID:20220101T000000Z"), ical.Limits{})
	require.Equal(t, 20_000, calendar.Len())
	_, faults = calendar.Shifts(nil, from, to, ical.Limits{})
	require.Len(t, faults, 101)

	calendar, _ = ical.Parse(repeat("DTSTART:20210101T000000Z\nRDATE:20210102T000000Z,20210103T000000Z"), ical.Limits{})
	all, faults = calendar.Shifts(nil, from, to, ical.Limits{})
	require.LessOrEqual(t, len(all), 20_000)
	require.Len(t, faults, 101)
}
