package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/oncall"
)

// layered returns the sound catalog with one schedule, whose layers and other keys are text.
func layered(text string) string {
	return with("schedules: {s: {timezone: UTC, " + text + "}}\npeople: {ana: {contact: [{console: true}]}, bo: {contact: [{console: true}]}, cleo: {contact: [{console: true}]}}\n")
}

func TestSchedule(t *testing.T) {
	c := parse(t, with(lordHowe))
	s := c.Rules.Schedules["s"]
	jan5 := oncall.Date{Year: 2026, Month: 1, Day: 5}
	require.Equal(t, []oncall.Date{{Year: 2026, Month: 12, Day: 25}, {Year: 2026, Month: 12, Day: 26}}, s.Holidays)
	require.Equal(t, []oncall.Layer{
		{Rotation: oncall.Hourly, Every: 12, Weekday: time.Monday, Hour: 8, Start: jan5, People: []string{"ana", "bo", "ana"}},
		{Rotation: oncall.Monthly, Weekday: time.Monday, MonthDay: 31, Hour: 18, Minute: 30, Start: jan5, End: oncall.Date{Year: 2027, Month: 1, Day: 1}, People: []string{"ana", "bo", "cleo"}, Crews: [][]string{{"ana", "bo"}, {"cleo"}}},
		{Rotation: oncall.Daily, Weekday: time.Monday, Hour: 7, Start: jan5, People: []string{"bo"}, OnHolidays: oncall.Only},
		{
			Rotation: oncall.Weekly, Every: 1, Weekday: time.Friday, Hour: 16, Start: jan5, People: []string{"ana"}, OnHolidays: oncall.Never,
			Only: []oncall.Window{
				{Days: []time.Weekday{time.Monday, time.Tuesday}, From: 9 * 60, To: 17 * 60},
				{From: 22 * 60, To: 6 * 60},
				{Days: []time.Weekday{time.Sunday}, From: 0, To: 24 * 60},
			},
		},
	}, s.Layers)
}

const lordHowe = `schedules:
  s:
    timezone: Australia/Lord_Howe
    holidays: [2026-12-26, 2026-12-25]
    layers:
      - {rotation: hourly, every: 12, handoff: "08:00", start: 2026-01-05, people: [ana, bo, ana]}
      - {rotation: monthly, handoff: "31 18:30", start: 2026-01-05, end: 2027-01-01, people: [[ana, bo], cleo]}
      - {rotation: daily, handoff: 07:00, start: 2026-01-05, people: [bo], on_holidays: only}
      - rotation: weekly
        every: 1
        handoff: friday 16:00
        start: 2026-01-05
        people: [ana]
        on_holidays: never
        only:
          - {days: [Mon, tuesday, Mon], from: "09:00", to: "17:00"}
          - {from: "22:00", to: "06:00"}
          - {days: [sun]}
people:
  ana: {contact: [{console: true}]}
  bo: {contact: [{console: true}]}
  cleo: {contact: [{console: true}]}
`

func TestScheduleFaults(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"rotation", "layers: [{rotation: montly, start: 2026-01-05, people: [ana]}]", `1:52: "montly" is not a rotation ~ use one of hourly, daily, weekly, monthly`},
		{"no turn", "layers: [{every: 0, start: 2026-01-05, people: [ana]}]", `1:49: expected a whole number from 1 to 1000`},
		{"half a turn", "layers: [{every: 1.5, start: 2026-01-05, people: [ana]}]", `1:49: expected a whole number from 1 to 1000`},
		{"hourly hand-off with a day", "layers: [{rotation: hourly, handoff: Mon 09:00, start: 2026-01-05, people: [ana]}]", `1:69: "Mon 09:00" is not an hourly hand-off ~ write it like "09:00"`},
		{"monthly hand-off without a day", "layers: [{rotation: monthly, handoff: '09:00', start: 2026-01-05, people: [ana]}]", `1:70: "09:00" is not a monthly hand-off ~ write it like "1 09:00", with 31 for the last day of every month`},
		{"monthly hand-off on a weekday", "layers: [{rotation: monthly, handoff: Mon 09:00, start: 2026-01-05, people: [ana]}]", `1:70: "Mon 09:00" is not a monthly hand-off ~ write it like "1 09:00", with 31 for the last day of every month`},
		{"day 32", "layers: [{rotation: monthly, handoff: 32 09:00, start: 2026-01-05, people: [ana]}]", `1:70: "32 09:00" is not a monthly hand-off ~ write it like "1 09:00", with 31 for the last day of every month`},
		{"weekly hand-off on a day of the month", "layers: [{handoff: 1 09:00, start: 2026-01-05, people: [ana]}]", `1:51: "1 09:00" is not a weekly hand-off ~ write it like "Mon 09:00"`},
		{"end before start", "layers: [{start: 2026-01-05, end: 2026-01-04, people: [ana]}]", `1:66: the layer ends before it starts ~ the end is the date of the last hand-off, after which the layer is over`},
		{"no such end", "layers: [{start: 2026-01-05, end: 2026-02-30, people: [ana]}]", `1:66: "2026-02-30" is not a date ~ write it like 2026-01-05`},
		{"end before the first hand-off", "layers: [{handoff: Sun 09:00, start: 2026-01-05, end: 2026-01-09, people: [ana]}]", `?1:86: the layer is over before its first hand-off ~ let it start on a day of a hand-off, or end later`},
		{"unknown person in a turn of two", "layers: [{start: 2026-01-05, people: [[ana, xavier], bo]}]", `1:76: there is no person "xavier"`},
		{"somebody twice in a turn", "layers: [{start: 2026-01-05, people: [[ana, ana], bo]}]", `1:76: "ana" is in the same turn twice ~ remove one of them`},
		{"an empty turn", "layers: [{start: 2026-01-05, people: [[], bo]}]", `1:70: an empty turn ~ name somebody, or remove it`},
		{"a name that is nothing", "layers: [{start: 2026-01-05, people: [~, [bo, ~]]}]", `1:70: expected a name, found nothing | 1:78: expected a name, found nothing`},
		{"a name that is a mapping", "layers: [{start: 2026-01-05, people: [{a: b}, bo]}]", `1:70: expected text, found a mapping`},
		{"no window", "layers: [{start: 2026-01-05, people: [ana], only: []}]", `1:82: no window: the layer would never be on ~ leave it out for a layer that is always on, or write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`},
		{"a window that is nothing", "layers: [{start: 2026-01-05, people: [ana], only: [~]}]", `1:83: expected a mapping, found nothing`},
		{"a window that is text", "layers: [{start: 2026-01-05, people: [ana], only: [Mo]}]", `1:83: "Mo" is not a window ~ write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`},
		{"a window in words that says too much", "layers: [{start: 2026-01-05, people: [ana], only: [Mon 09:00-17:00 Tue]}]", `1:83: "Mon 09:00-17:00 Tue" is not a window ~ write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`},
		{"a window in words that is empty", "layers: [{start: 2026-01-05, people: [ana], only: [Mon 09:00-09:00]}]", `1:83: an empty window: it ends when it begins ~ a whole day is from "00:00" to "24:00"`},
		{"a window in words from the end of a day", "layers: [{start: 2026-01-05, people: [ana], only: [24:00-09:00]}]", `1:83: "24:00-09:00" is not a window ~ write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`},
		{"a window with half a stretch of days", "layers: [{start: 2026-01-05, people: [ana], only: [Mon-]}]", `1:83: "Mon-" is not a window ~ write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`},
		{"empty window", "layers: [{start: 2026-01-05, people: [ana], only: [{from: '09:00', to: '09:00'}]}]", `1:83: an empty window: it ends when it begins ~ a whole day is from "00:00" to "24:00"`},
		{"bad time", "layers: [{start: 2026-01-05, people: [ana], only: [{from: 9am, to: '25:00'}]}]", `1:90: "9am" is not a time of day ~ write it like "09:00" | 1:99: "25:00" is not a time of day ~ write it like "09:00"`},
		{"a window from the end of a day", "layers: [{start: 2026-01-05, people: [ana], only: [{from: '24:00', to: '09:00'}]}]", `1:90: a window cannot begin at "24:00" ~ midnight at the beginning of a day is "00:00"`},
		{"no day of the week", "layers: [{start: 2026-01-05, people: [ana], only: [{days: [Mo]}]}]", `1:91: "Mo" is not a day of the week ~ use one of Mon, Tue, Wed, Thu, Fri, Sat, Sun`},
		{"a window without days", "layers: [{start: 2026-01-05, people: [ana], only: [{days: []}]}]", `1:90: a window without a day ~ leave it out for all days`},
		{"a day that is nothing", "layers: [{start: 2026-01-05, people: [ana], only: [{days: [~]}]}]", `1:91: expected a day, found nothing`},
		{"unknown key of a window", "layers: [{start: 2026-01-05, people: [ana], only: [{day: [Mon]}]}]", `1:84: unknown key "day" ~ did you mean "days"?`},
		{"too many windows", "layers: [{start: 2026-01-05, people: [ana], only: [" + strings.Repeat("{}, ", 101) + "]}]", `1:82: more than 100 windows in one list`},
		{"holidays", "holidays: [2026-12-25, Xmas, ~, 2026-12-25], layers: [{start: 2026-01-05, people: [ana]}]", `1:55: "Xmas" is not a date ~ write it like 2026-01-05 | 1:61: expected a date, found nothing | ?1:64: holiday "2026-12-25" is given twice ~ remove one of them`},
		{"holiday rule", "holidays: [2026-12-25], layers: [{start: 2026-01-05, people: [ana], on_holidays: sometimes}]", `1:113: "sometimes" is not a rule for holidays ~ use one of always, never, only`},
		{"no holidays", "layers: [{start: 2026-01-05, people: [ana], on_holidays: never}]", `?1:89: the schedule has no holidays ~ add them to the schedule, such as: holidays: [2026-12-25]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(layered(tt.text))})
			require.Equal(t, tt.want, strings.Join(shown(faults), " | "), "%s", layered(tt.text))
			require.Equal(t, c == nil, catalog.Refused(faults))
		})
	}
}

func TestCoverage(t *testing.T) {
	c := parse(t, `people:
  ana: {contact: [{console: true}]}
  bo: {contact: [{console: true}]}
teams: {t: {lead: ana, members: [ana]}}
services: {rest: {team: t, policy: p}}
routes: [{service: rest}]
policies: {p: {levels: [{page: [person:ana]}]}}
schedules:
  whole:
    timezone: UTC
    layers: [{rotation: daily, start: 2026-01-05, people: [ana, bo]}]
  office:
    timezone: Europe/Madrid
    layers: [{start: 2026-01-05, people: [ana], only: [{days: [Mon, Tue], from: "09:00", to: "17:00"}]}]
  later:
    timezone: Europe/Madrid
    layers: [{start: 2026-03-30, people: [bo], rotation: daily}]
`)
	from := time.Date(2026, 3, 23, 0, 0, 0, 0, time.UTC) // a Monday
	require.Equal(t, []string{
		`?9:3: ana is on call in schedules "office" and "whole" at once from Mon 2026-03-23 09:00 to Mon 2026-03-23 10:00, and once more ~ one person cannot answer for both: change one of the rotations`,
		`?12:3: schedule "office" has nobody on call from Mon 2026-03-23 01:00 to Mon 2026-03-23 09:00, and 2 times more ~ add a layer below the others, or page somebody else as well`,
		`?15:3: schedule "later" has nobody on call from Mon 2026-03-23 01:00 to Mon 2026-03-30 02:00 ~ add a layer below the others, or page somebody else as well`,
	}, shown(c.Coverage(from, from.AddDate(0, 0, 7))))
	require.Empty(t, c.Coverage(from, from))
	require.Empty(t, parse(t, with("")).Coverage(from, from.AddDate(1, 0, 0)))
}

// A catalog that is refused is told of the gaps of its sound schedules too: every fault at once.
func TestCheckTellsGapsBesideFaults(t *testing.T) {
	const text = `people:
  ana: {contact: [{console: true}]}
teams: {t: {lead: ana, members: [ana, nobody]}}
services: {rest: {team: t, policy: p}}
routes: [{service: rest}]
policies: {p: {levels: [{page: [person:ana]}]}}
schedules:
  late: {timezone: UTC, layers: [{start: 2026-03-30, rotation: daily, people: [ana]}]}
  unsound: {timezone: UTC, layers: [{start: 2026-03-30, rotation: yearly, people: [ana]}]}
`
	from := time.Date(2026, 3, 29, 9, 0, 0, 0, time.UTC)
	check := func(text string) (*catalog.Catalog, []string) {
		c, faults := catalog.Check(map[string][]byte{"c.yaml": []byte(text)}, from, from.AddDate(0, 0, 7))
		return c, shown(faults)
	}
	gap := `?c.yaml:8:3: schedule "late" has nobody on call from Sun 2026-03-29 09:00 to Mon 2026-03-30 09:00 ~ add a layer below the others, or page somebody else as well`
	c, faults := check(text)
	require.Nil(t, c)
	require.Equal(t, []string{
		`c.yaml:3:39: there is no person "nobody"`, gap,
		`c.yaml:9:67: "yearly" is not a rotation ~ use one of hourly, daily, weekly, monthly`,
	}, faults)

	_, faults = check(text + "nonsense: [")
	require.Len(t, faults, 1, "nothing is known of a file that is no YAML")

	c, faults = check(strings.NewReplacer(", nobody", "", "yearly", "daily").Replace(text))
	require.NotNil(t, c)
	require.Len(t, faults, 3, "the gaps of both, and a person in both at once")
}

// Whatever schedule is accepted can be asked: nothing panics or goes on for ever, and what is
// refused says where.
func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{
		"layers: [{start: 2026-01-05, people: [ana]}]",
		"layers: [{rotation: hourly, every: 1000, handoff: '23:59', start: 9999-12-31, people: [[ana, bo], cleo]}]",
		"layers: [{rotation: monthly, handoff: 31 00:00, start: 1970-01-01, end: 2026-02-28, people: [bo], on_holidays: only}], holidays: [2026-12-25, 2026-12-26]",
		"layers: [{start: 2026-01-05, people: [ana], only: [{days: [Sun], from: '02:30', to: '02:15'}, {from: '00:00', to: '24:00'}], on_holidays: never}], holidays: [2026-03-29]",
		"timezone: America/St_Johns, layers: [{rotation: daily, every: 3, start: 1987-10-25, people: [ana, ana, ~]}]",
		"layers: [{only: [{}]}], holidays: {}",
	} {
		f.Add(seed, int64(1_774_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, at int64) {
		c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(layered(text))})
		for _, one := range faults {
			require.NotEmpty(t, one.Message)
		}
		if c == nil {
			return
		}
		from := time.Unix(at%250_000_000_000, 0)
		for _, s := range c.Rules.Schedules {
			require.NotEmpty(t, s.Shifts(from, from.Add(7*24*time.Hour)))
		}
		c.Coverage(from, from.Add(7*24*time.Hour))
	})
}
