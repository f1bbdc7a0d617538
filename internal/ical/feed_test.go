package ical_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	reference "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/ical"
)

func TestWrite(t *testing.T) {
	start := time.Date(2026, 11, 25, 9, 0, 0, 999, time.FixedZone("", 3600))
	feed := ical.Feed{Name: "Payments; primary", Events: []ical.Event{
		{
			UID: "payments-1@tocsin", Start: start, End: start.Add(12 * time.Hour), Sequence: 2, Stamp: start.Add(-time.Hour),
			Summary:     "On call: Ána, Bó",
			Description: "First line\r\nSecond \\ line; " + strings.Repeat("é", 40) + "\x00\x7f\xff",
		},
		{UID: "payments-2@tocsin", Start: start, End: start},
	}}
	want := "BEGIN:VCALENDAR\r\n" +
		"VERSION:2.0\r\n" +
		"PRODID:-//tocsin.dev//Tocsin//EN\r\n" +
		"CALSCALE:GREGORIAN\r\n" +
		"METHOD:PUBLISH\r\n" +
		"NAME:Payments\\; primary\r\n" +
		"X-WR-CALNAME:Payments\\; primary\r\n" +
		"REFRESH-INTERVAL;VALUE=DURATION:PT3600S\r\n" +
		"X-PUBLISHED-TTL:PT3600S\r\n" +
		"BEGIN:VEVENT\r\n" +
		"UID:payments-1@tocsin\r\n" +
		"DTSTAMP:20261125T070000Z\r\n" +
		"DTSTART:20261125T080000Z\r\n" +
		"DTEND:20261125T200000Z\r\n" +
		"SEQUENCE:2\r\n" +
		"SUMMARY:On call: Ána\\, Bó\r\n" +
		"DESCRIPTION:First line\\nSecond \\\\ line\\; " + strings.Repeat("é", 17) + "\r\n" +
		" " + strings.Repeat("é", 23) + "\uFFFD\r\n" +
		"END:VEVENT\r\n" +
		"BEGIN:VEVENT\r\n" +
		"UID:payments-2@tocsin\r\n" +
		"DTSTAMP:20261125T080000Z\r\n" +
		"DTSTART:20261125T080000Z\r\n" +
		"SEQUENCE:0\r\n" +
		"SUMMARY:\r\n" +
		"END:VEVENT\r\n" +
		"END:VCALENDAR\r\n"
	require.Equal(t, want, string(ical.Write(feed)))
	require.Equal(t, want, string(ical.Write(feed)), "the same feed gives the same bytes")

	_, faults := ical.Parse(ical.Write(ical.Feed{}), ical.Limits{})
	require.Empty(t, faults)
	require.Contains(t, string(ical.Write(ical.Feed{ProductID: "-//a\nb//EN", Refresh: 90 * time.Minute})), "PRODID:-//a\\nb//EN\r\nCALSCALE:GREGORIAN\r\nMETHOD:PUBLISH\r\nREFRESH-INTERVAL;VALUE=DURATION:PT5400S\r\n")
}

// What Write writes, Parse and another library read back; and it has the form that the standard asks
// for.
func TestFeedIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		feed := drawFeed(t)
		source := ical.Write(feed)
		require.True(t, utf8.Valid(source))
		require.Zero(t, bytes.Count(source, []byte("\n"))-bytes.Count(source, []byte("\r\n")))
		for _, line := range strings.Split(string(source), "\r\n") {
			require.LessOrEqual(t, len(line), 75)
			require.NotContains(t, line, "\r")
			require.True(t, utf8.ValidString(line), "no rune is cut")
		}

		calendar, faults := ical.Parse(source, ical.Limits{})
		require.Empty(t, faults)
		require.Equal(t, feed.Name, calendar.Name)
		require.Equal(t, len(feed.Events), calendar.Len())
		all, faults := calendar.Shifts(time.UTC, time.Unix(-1<<40, 0), time.Unix(1<<40, 0), ical.Limits{})
		require.Empty(t, faults)
		var want []ical.Shift
		for i, e := range feed.Events {
			want = append(want, ical.Shift{UID: e.UID, Summary: e.Summary, Start: e.Start, End: e.End, Line: all[i].Line})
		}
		require.Equal(t, want, all)

		other, err := reference.ParseCalendar(bytes.NewReader(source))
		require.NoError(t, err)
		require.Len(t, other.Events(), len(feed.Events))
		for i, e := range other.Events() {
			require.Equal(t, feed.Events[i].UID, e.Id())
			if !strings.Contains(feed.Events[i].Description, `\`) { // the other library takes escapes out twice
				require.Equal(t, feed.Events[i].Description, reference.FromText(valueOf(e, reference.ComponentPropertyDescription)))
			}
			start, err := e.GetStartAt()
			require.NoError(t, err)
			require.True(t, feed.Events[i].Start.Equal(start))
		}
	})
}

func valueOf(e *reference.VEvent, property reference.ComponentProperty) string {
	if p := e.GetProperty(property); p != nil {
		return p.Value
	}
	return ""
}

func drawFeed(t *rapid.T) ical.Feed {
	words := rapid.StringMatching(`([a-zé漢😀,;:\\"^ ]{0,60}[a-zé漢😀,;:\\"^]|)`)
	feed := ical.Feed{Name: strings.TrimSpace(words.Draw(t, "name"))}
	start := time.Unix(rapid.Int64Range(-1<<35, 1<<37).Draw(t, "start"), 0).UTC()
	for range rapid.IntRange(0, 5).Draw(t, "events") {
		length := time.Duration(rapid.IntRange(0, 1_000_000).Draw(t, "seconds")) * time.Second
		feed.Events = append(feed.Events, ical.Event{
			UID:   rapid.StringMatching(`[a-z0-9@-]{1,90}`).Draw(t, "uid") + string(rune('a'+len(feed.Events))),
			Start: start, End: start.Add(length),
			Summary:     strings.TrimSpace(words.Draw(t, "summary")),
			Description: strings.TrimSpace(words.Draw(t, "description")),
			Sequence:    rapid.IntRange(0, 9).Draw(t, "sequence"),
		})
		start = start.Add(length + time.Second)
	}
	return feed
}
