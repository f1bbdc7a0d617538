package ical_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/ical"
)

// Zones go by many names; 12:00 on a winter and on a summer day says which one was found.
func TestZoneNames(t *testing.T) {
	tests := []struct{ name, winter, summer string }{
		{"Europe/Berlin", "11", "10"},
		{"/freeassociation.sourceforge.net/Europe/Berlin", "11", "10"},
		{"/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "11", "10"},
		{"/softwarestudio.org/Olson_20011030_5/America/New_York", "17", "16"},
		{"/citadel.org/20190101_1/America/Argentina/Buenos_Aires", "15", "15"},
		{"/Europe/Stockholm", "11", "10"},
		{"custom_America/New_York", "17", "16"},
		{"/example.com/UTC", "12", "12"},
		{`"W. Europe Standard Time"`, "11", "10"},
		{"eastern standard time", "17", "16"},
		{"AUS Eastern Standard Time", "01", "02"},
		{`"tzone://Microsoft/Utc"`, "12", "12"},
		{"UTC", "12", "12"},
		{"right/Europe/Berlin", "11", "10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := shifts(t, event("DTSTART;TZID="+tt.name+":20260115T120000", "RDATE;TZID="+tt.name+":20260715T120000"), nil, begin, end)
			require.Equal(t, []string{tt.winter, tt.summer}, starts(all, "15"))
		})
	}
	for _, name := range []string{"Local", "Nowhere/Here", "../../etc/passwd", "/etc/localtime", "localtime", "posixrules", "EST5EDT4", strings.Repeat("Europe/", 100) + "Berlin", "_Berlin"} {
		calendar, faults := ical.Parse(event("DTSTART;TZID="+name+":20260115T120000"), ical.Limits{})
		require.Zero(t, calendar.Len(), name)
		require.Len(t, faults, 1, name)
		require.True(t, faults[0].LeftOut)
		require.Contains(t, faults[0].Error(), "line 4: DTSTART: the zone ")
	}
}

// Every zone that a name of Windows leads to is in the zone database.
func TestWindowsZones(t *testing.T) {
	require.Greater(t, len(ical.WindowsZones), 140)
	for name, place := range ical.WindowsZones {
		require.Equal(t, strings.ToLower(name), name)
		zone(t, place)
	}
}

const ownZone = `BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART;TZID=Ours:20200101T120000
RRULE:FREQ=HOURLY;INTERVAL=5;UNTIL=20271231
END:VEVENT
BEGIN:VTIMEZONE
TZID:Ours
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
END:VTIMEZONE
END:VCALENDAR
`

// A zone that only the calendar knows is what its VTIMEZONE says.
func TestOwnZone(t *testing.T) {
	ours := shifts(t, []byte(ownZone), nil, begin, end)
	real := shifts(t, []byte(strings.ReplaceAll(ownZone, "Ours", "America/New_York")), nil, begin, end)
	require.Equal(t, starts(real, time.RFC3339), starts(ours, time.RFC3339))
	require.Greater(t, len(ours), 10_000)

	placed := shifts(t, []byte(strings.Replace(ownZone, "TZID:Ours", "TZID:Ours\nX-LIC-LOCATION:Europe/Madrid", 1)), nil, begin, end)
	require.Equal(t, "2020-01-01T11:00:00Z", placed[0].Start.Format(time.RFC3339), "the place that it names comes first")

	for _, broken := range []string{"TZOFFSETTO:-0400", "TZOFFSETFROM:-0500", "DTSTART:20070311T020000"} {
		text := strings.Replace(ownZone, broken, "X:", 1)
		text = text[:strings.Index(text, "BEGIN:STANDARD")] + text[strings.Index(text, "END:VTIMEZONE"):]
		_, faults := ical.Parse([]byte(text), ical.Limits{})
		require.Equal(t, []string{`line 3: DTSTART: the zone "Ours" is not known; the event is left out`}, said(faults))
	}
}
