package ical_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/ical"
	"tocsin.dev/test/corpus"
)

const noCalendar = "this is not a calendar: BEGIN:VCALENDAR is missing"

// expected is what is to be read of a file of the corpus, with Madrid as the schedule's zone.
var expected = map[string]struct {
	events, shifts int
	first          string // start and end in UTC
	faults         []string
}{
	"fuzzing__corpus__Index_Error":                                      {0, 0, "", []string{noCalendar}},
	"fuzzing__corpus__Type_Error":                                       {0, 0, "", []string{noCalendar}},
	"fuzzing__corpus__america_new_york":                                 {0, 0, "", []string{"line 58: a second DTSTART; the event is left out"}},
	"fuzzing__corpus__event_with_recurrence_exdates_on_different_lines": {1, 10, "2012-03-27T08:00:00Z 2012-03-27T16:00:00Z", nil},
	"fuzzing__corpus__issue_104_mark_events_broken":                     {1, 1, "2014-04-01T00:00:00Z 2014-04-01T01:00:00Z", []string{`line 9: "X" is not a property; the line is ignored`}},
	"fuzzing__corpus__issue_112_missing_tzinfo_on_exdate":               {1, 11, "2013-09-07T16:00:00Z 2013-09-07T21:00:00Z", nil},
	"fuzzing__corpus__issue_156_RDATE_with_PERIOD_list":                 {1, 3, "1996-12-30T02:00:00Z 1996-12-30T06:00:00Z", nil},
	"fuzzing__corpus__issue_70_rrule_causes_attribute_error":            {1, 18, "2007-02-20T16:00:00Z 2007-02-20T17:00:00Z", nil},
	"fuzzing__corpus__timezoned":                                        {1, 1, "2012-02-13T09:00:00Z 2012-02-17T17:00:00Z", nil},
	"tests__calendars__alarm_etar_notification":                         {1, 1, "2024-10-05T12:00:00Z 2024-10-05T13:00:00Z", nil},
	"tests__calendars__alarm_thunderbird_future":                        {1, 1, "2024-10-23T14:00:00Z 2024-10-23T15:00:00Z", nil},
	"tests__calendars__america_new_york":                                {1, 1, "2014-08-29T12:00:00Z 2014-08-29T14:00:00Z", nil},
	"tests__calendars__bom_calendar":                                    {0, 0, "", nil},
	"tests__calendars__broken_dtstart":                                  {0, 0, "", []string{`line 6: DTSTART: "INVALID-DATE" is not a date or time; the event is left out`}},
	"tests__calendars__broken_ical":                                     {1, 1, "2014-04-09T07:30:00Z 2014-04-09T07:30:00Z", nil},
	"tests__calendars__example":                                         {3, 3, "2021-12-31T23:00:00Z 2022-01-01T23:00:00Z", nil},
	"tests__calendars__fuzz_testcase_vtimezone_lone_cr":                 {0, 0, "", []string{noCalendar}},
	"tests__calendars__issue_104_broken_calendar":                       {1, 1, "2014-04-01T00:00:00Z 2014-04-01T01:00:00Z", []string{`line 13: "X" is not a property; the line is ignored`}},
	"tests__calendars__issue_1050_all_components":                       {1, 1, "2025-01-15T15:00:00Z 2025-01-15T16:00:00Z", nil},
	"tests__calendars__issue_1050_calendar_with_events_and_todos":       {2, 2, "2025-01-15T15:00:00Z 2025-01-15T16:00:00Z", nil},
	"tests__calendars__issue_1050_forward_timezone_reference":           {1, 1, "2025-01-15T09:00:00Z 2025-01-15T09:00:00Z", nil},
	"tests__calendars__issue_1050_multiple_calendars":                   {0, 0, "", []string{"line 4: DTSTART is missing; the event is left out", "line 12: DTSTART is missing; the event is left out"}},
	"tests__calendars__issue_1081_empty_rdate":                          {1, 1, "2025-01-01T10:00:00Z 2025-01-01T10:00:00Z", nil},
	"tests__calendars__issue_1081_event_with_rrule":                     {1, 10, "2025-01-01T10:00:00Z 2025-01-01T10:00:00Z", nil},
	"tests__calendars__issue_1081_invalid_rrule_freq":                   {0, 0, "", []string{"line 7: RRULE: FREQ=INVALID_TYPE_CAUSES_ERROR is not known; the event is left out"}},
	"tests__calendars__issue_1081_tzid_param":                           {1, 1, "2025-01-01T15:00:00Z 2025-01-01T15:00:00Z", nil},
	"tests__calendars__issue_1231_recurrence":                           {1, 1, "2025-04-28T16:05:00Z 2025-04-28T16:05:00Z", nil},
	"tests__calendars__issue_1633_rdate_with_dates_and_tzid":            {1, 2, "1997-01-01T05:00:00Z 1997-01-02T05:00:00Z", nil},
	"tests__calendars__issue_178_custom_component_contains_other":       {0, 0, "", []string{noCalendar}},
	"tests__calendars__issue_218_bad_tzid":                              {1, 1, "2017-02-28T12:00:00Z 2017-02-28T12:30:00Z", nil},
	"tests__calendars__issue_321_assert_dst_offset_is_not_false":        {1, 1, "2020-04-03T08:20:00Z 2020-04-03T09:30:00Z", nil},
	"tests__calendars__issue_350":                                       {1, 1, "2022-02-22T18:30:00Z 2022-02-22T19:30:00Z", nil},
	"tests__calendars__issue_466_convert_tzid_with_slash":               {1, 376, "2022-10-21T18:00:00Z 2022-10-21T19:00:00Z", nil},
	"tests__calendars__issue_526_calendar_with_events":                  {2, 2, "2021-11-01T15:00:00Z 2021-11-01T15:30:00Z", nil},
	"tests__calendars__issue_722_missing_VTIMEZONE_custom":              {0, 0, "", []string{`line 3: DTSTART: the zone "CUSTOM_tzid" is not known; the event is left out`}},
	"tests__calendars__parsing_error":                                   {2, 20, "2008-03-02T23:00:00Z 2008-03-03T23:00:00Z", nil},
	"tests__calendars__rfc_7265_appendix_example_1_ical":                {1, 1, "2008-10-05T22:00:00Z 2008-10-06T22:00:00Z", nil},
	"tests__calendars__x_location":                                      {1, 3437, "2016-10-28T12:00:00Z 2016-10-28T12:30:00Z", nil},
	"tests__events__rfc_7265_example_4":                                 {1, 1, "2011-05-11T22:00:00Z 2011-05-12T22:00:00Z", nil},
	"tests__events__rfc_9074_example_2":                                 {1, 1, "2021-03-02T15:30:00Z 2021-03-02T16:30:00Z", nil},
	"tests__todos__example":                                             {0, 0, "", []string{noCalendar}},
	"tests__calendars__rfc_7529": {1, 18, "2012-02-28T23:00:00Z 2012-02-29T23:00:00Z", []string{
		"line 8: RRULE: RSCALE=CHINESE is not supported, only GREGORIAN is; the event is left out",
		"line 14: RRULE: RSCALE=ETHIOPIC is not supported, only GREGORIAN is; the event is left out",
		"line 20: RRULE: RSCALE=HEBREW is not supported, only GREGORIAN is; the event is left out",
	}},
	"tests__calendars__multiple_timezones": {0, 0, "", []string{
		`line 23: RDATE: "083000" is not a date or time; the event is left out`,
		`line 28: RDATE: "133000Z" is not a date or time; the event is left out`,
		`line 33: RDATE: "083000" is not a date or time; the event is left out`,
	}},
}

// Every file of the corpus is read, with a fault for whatever is left out; what most of them hold is
// known.
func TestCalendars(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "icalendar"), "*", "*.ics"))
	require.NoError(t, err)
	madrid, compared := zone(t, "Europe/Madrid"), 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		calendar, faults := ical.Parse(source, ical.Limits{})
		all, more := calendar.Shifts(madrid, begin, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), ical.Limits{})
		faults = append(faults, more...)
		events := strings.Count(string(source), "BEGIN:VEVENT")
		require.True(t, calendar.Len() == events || len(faults) > 0, "%s: %d of %d events, and no fault", file, calendar.Len(), events)

		want, known := expected[strings.TrimSuffix(filepath.Base(file), ".ics")]
		if !known {
			continue
		}
		compared++
		require.Equal(t, want.events, calendar.Len(), file)
		require.Len(t, all, want.shifts, file)
		if len(all) > 0 {
			require.Equal(t, want.first, all[0].Start.UTC().Format(time.RFC3339)+" "+all[0].End.UTC().Format(time.RFC3339), file)
			require.Equal(t, madrid, all[0].Start.Location())
		}
		require.Equal(t, want.faults, said(faults), file)
	}
	t.Logf("%d files read, %d compared", len(files), compared)
	require.Len(t, expected, compared)
	require.GreaterOrEqual(t, len(files), 82)
}

func said(faults []ical.Fault) []string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Error())
	}
	return all
}
