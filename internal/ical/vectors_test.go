package ical_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/test/corpus"
)

// Every vector of libical gives exactly its instances.
func TestRecurrenceVectors(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "recurrence"), "*.txt"))
	require.NoError(t, err)
	vectors := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for stanza := range strings.SplitSeq(string(text), "\n\n") {
			fields := map[string]string{}
			for line := range strings.SplitSeq(stanza, "\n") {
				if key, value, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, "#") {
					fields[key] = value
				}
			}
			if fields["RRULE"] == "" {
				continue
			}
			vectors++
			all := shifts(t, event("DTSTART:"+fields["DTSTART"], "RRULE:"+fields["RRULE"]), time.UTC, begin, end)
			layout := map[int]string{8: "20060102", 15: "20060102T150405", 16: "20060102T150405Z"}[len(fields["DTSTART"])]
			require.Equal(t, strings.Split(fields["INSTANCES"], ","), starts(all, layout), stanza)
		}
	}
	t.Logf("%d vectors give their instances", vectors)
	require.GreaterOrEqual(t, vectors, 73)
}

// The examples of RFC 5545, section 3.8.5.3, those of RFC 7529 for the Gregorian calendar, and what
// neither has.
func TestRules(t *testing.T) {
	const never = "20300101T000000Z"
	tests := []struct{ name, start, rule, want string }{
		{"every day of January", "19980101T090000", "FREQ=YEARLY;UNTIL=19980103T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "19980101 19980102 19980103"},
		{"yearly in June and July", "19970610T090000", "FREQ=YEARLY;COUNT=4;BYMONTH=6,7", "19970610 19970710 19980610 19980710"},
		{"days of the year", "19970101T090000", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "19970101 19970410 19970719 20000101 20000409 20000718 20030101 20030410 20030719 20060101"},
		{"days before the end of the year", "20230101", "FREQ=YEARLY;COUNT=4;BYYEARDAY=-1,-366", "20231231 20240101 20241231 20251231"},
		{"days of the year in a month", "20230101", "FREQ=YEARLY;COUNT=3;BYYEARDAY=60,61;BYMONTH=3", "20230301 20230302 20240301"},
		{"Thursdays of summer", "19970605T090000", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8;COUNT=5", "19970605 19970612 19970619 19970626 19970703"},
		{"Saturday after the first Sunday", "19970913T090000", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13;COUNT=4", "19970913 19971011 19971108 19971213"},
		{"next to last weekday", "19970929T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=4", "19970929 19971030 19971127 19971230"},
		{"last weekday at two times", "20240131T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,17;BYSETPOS=-1;COUNT=2", "20240131 20240229"},
		{"third to last day", "19970928T090000", "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=4", "19970928 19971029 19971128 19971229"},
		{"first and last day", "19970930T090000", "FREQ=MONTHLY;COUNT=4;BYMONTHDAY=1,-1", "19970930 19971001 19971031 19971101"},
		{"every other month, first and last Sunday", "19970907T090000", "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "19970907 19970928 19971102 19971130"},
		{"fifth Friday", "20240101", "FREQ=MONTHLY;BYDAY=5FR;COUNT=3", "20240329 20240531 20240830"},
		{"last Monday of the year", "20240101", "FREQ=YEARLY;BYDAY=-1MO;COUNT=3", "20241230 20251229 20261228"},
		{"second Tuesday of March and last of May", "20240101", "FREQ=YEARLY;BYMONTH=3,5;BYDAY=2TU,-1TU;COUNT=4", "20240312 20240326 20240514 20240528"},
		{"53rd Monday of the year", "20240101", "FREQ=YEARLY;BYDAY=53MO;COUNT=2", "20241230 20291231"},
		{"week begins on Monday", "19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805 19970810 19970819 19970824"},
		{"week begins on Sunday", "19970805T090000", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805 19970817 19970819 19970831"},
		{"week begins on Wednesday", "20240101", "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=MO,WE;WKST=WE", "20240101 20240110 20240115"},
		{"weekly in a month", "20240101", "FREQ=WEEKLY;BYMONTH=2;COUNT=4", "20240205 20240212 20240219 20240226"},
		{"Monday of week 20", "19970512T090000", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "19970512 19980511 19990517"},
		{"all of the last week", "20241223", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SA,SU,MO;COUNT=4", "20241223 20241228 20241229 20251222"},
		{"week 1 in December", "20241230", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO;COUNT=3", "20241230 20251229 20270104"},
		{"week 53 where weeks begin on Sunday", "20200101", "FREQ=YEARLY;BYWEEKNO=53;WKST=SU;BYDAY=SU;COUNT=2", "20201227 20251228"},
		{"week and month", "20240101", "FREQ=YEARLY;BYWEEKNO=1;BYMONTH=12;BYDAY=MO;COUNT=2", "20241230 20251229"},
		{"leap day", "20240229", "FREQ=YEARLY;COUNT=3", "20240229 20280229 20320229"},
		{"leap day, omitted", "20240229", "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT;COUNT=2", "20240229 20280229"},
		{"leap day, the day before", "20240229", "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD;COUNT=3", "20240229 20250228 20260228"},
		{"leap day, the day after", "20240229", "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;COUNT=5", "20240229 20250301 20260301 20270301 20280229"},
		{"31st, omitted", "20140131", "FREQ=MONTHLY;COUNT=3", "20140131 20140331 20140531"},
		{"31st, the day before", "20140131", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;COUNT=4", "20140131 20140228 20140331 20140430"},
		{"31st, the day after", "20140131", "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;COUNT=4", "20140131 20140301 20140331 20140501"},
		{"30th and 31st become one", "20150130", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=30,31;SKIP=BACKWARD;COUNT=5", "20150130 20150131 20150228 20150330 20150331"},
		{"31st and 1st become one", "20150131", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=1,31;SKIP=FORWARD;COUNT=5", "20150131 20150201 20150301 20150331 20150401"},
		{"31st of February only", "20150228", "RSCALE=GREGORIAN;FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;SKIP=FORWARD;COUNT=2", "20150301 20160301"},
		{"31 days before the end, forwards", "20150131", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=-31;SKIP=FORWARD;COUNT=3", "20150201 20150301 20150401"},
		{"31 days before the end, backwards", "20150102", "RSCALE=GREGORIAN;FREQ=MONTHLY;BYMONTHDAY=-31;SKIP=BACKWARD;COUNT=3", "20150131 20150301 20150331"},
		{"day 366, the day before", "20230101", "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=BACKWARD;COUNT=2", "20231231 20241231"},
		{"day 366, the day after", "20230101", "RSCALE=GREGORIAN;FREQ=YEARLY;BYYEARDAY=366;SKIP=FORWARD;COUNT=2", "20240101 20241231"},
		{"second 60 is 59", "20240101T000059", "FREQ=DAILY;BYSECOND=60;COUNT=2", "20240101 20240102"},
		{"hourly on one day of the year", "20240101T110000", "FREQ=HOURLY;BYYEARDAY=-1;BYHOUR=11;COUNT=2", "20241231 20251231"},
		{"secondly, at one second of a month", "20240101T000000", "FREQ=SECONDLY;BYMONTH=5;BYMONTHDAY=1;BYHOUR=3;BYMINUTE=4;BYSECOND=5;COUNT=2", "20240501 20250501"},
		{"an until that is a date takes in the day", "20240101T230000", "FREQ=DAILY;UNTIL=20240102", "20240101 20240102"},
		{"an until with a time, of dates", "20240101", "FREQ=DAILY;UNTIL=20240102T000000Z", "20240101 20240102"},
		{"both count and until", "20240101", "FREQ=DAILY;UNTIL=20240110;COUNT=2", "20240101 20240102"},
		{"lower case, spaces and a last semicolon", "20240101", " freq=daily; count=2; ", "20240101 20240102"},
		{"a long interval", "20240101", "FREQ=YEARLY;INTERVAL=2147483647", "20240101"},
		{"never: 31 February", "20240101", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=1", ""},
		{"never: 30 February, by seconds", "20240101T000000", "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=" + never, ""},
		{"never: day 366 of February", "20240101", "FREQ=YEARLY;BYMONTH=2;BYYEARDAY=366;UNTIL=" + never, ""},
		{"never: position 300 of one", "20240101T000000", "FREQ=YEARLY;BYMONTH=2;BYSETPOS=300;UNTIL=" + never, ""},
		{"never: an hour that the interval jumps over", "20240101T000000", "FREQ=HOURLY;INTERVAL=2;BYHOUR=1;UNTIL=20240301T000000Z", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := shifts(t, event("DTSTART:"+tt.start, "RRULE:"+tt.rule), time.UTC, begin, end)
			require.Equal(t, tt.want, strings.Join(starts(all, "20060102"), " "))
		})
	}
}
