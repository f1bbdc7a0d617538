package catalog_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/ical"
)

// imported is a catalog whose only schedule is a calendar, with the calendar's events.
const imported = `people:
  ana: {name: Ana Ruiz, contact: [{email: Ana.Ruiz@example.com}]}
  bo: {contact: [{console: true}]}
  bo-lin: {name: Bo Lin, contact: [{console: true}]}
  cleo: {name: Cleo, contact: [{console: true}]}
  other: {name: Cleo, contact: [{console: true}]}
teams: {shop: {lead: bo, members: [ana, bo], schedule: rota}}
schedules:
  rota: {timezone: Europe/Madrid, ical: {file: rota.ics, names: {bo: ["Lindqvist, B.", "nightowl"]}}}
services: {checkout: {team: shop, policy: shop}}
routes: [{service: checkout}]
policies: {shop: {levels: [{page: [schedule:rota]}, {page: [person:bo]}]}}
channels: {email: {smtp: "smtp://127.0.0.1:25", from: t@example.com}}
`

func calendarOf(events ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"
}

// duty is an event of one hour, from nine on the day given.
func duty(day, summary string, more ...string) string {
	return "BEGIN:VEVENT\r\nUID:" + day + summary + "\r\nDTSTART:" + day + "T090000\r\nDURATION:PT1H\r\nSUMMARY:" + summary + "\r\n" + strings.Join(more, "") + "END:VEVENT\r\n"
}

func withCalendar(events ...string) map[string][]byte {
	return map[string][]byte{"catalog.yaml": []byte(imported), "rota.ics": []byte(calendarOf(events...))}
}

var importNow = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestWhoACalendarMeans(t *testing.T) {
	mail := func(address string) string { return "ATTENDEE;CN=x:mailto:" + address + "\r\n" }
	for _, c := range []struct {
		event string
		want  []string
	}{
		{duty("20260303", "ana"), []string{"ana"}},
		{duty("20260303", "On call: Ana  RUIZ (primary)"), []string{"ana"}},
		{duty("20260303", "rota: Ana Ruiz\\, bo"), []string{"ana", "bo"}},
		{duty("20260303", "bo & ana & bo"), []string{"bo", "ana"}},
		{duty("20260303", "bo-lin"), []string{"bo-lin"}},
		{duty("20260303", "Bo Lin"), []string{"bo-lin"}},
		{duty("20260303", "[L1] ana.ruiz@EXAMPLE.com"), []string{"ana"}},
		{duty("20260303", "Lindqvist\\, B."), []string{"bo"}},
		{duty("20260303", "NightOwl's shift"), nil}, // another word
		{duty("20260303", "nightowl"), []string{"bo"}},
		{duty("20260303", "Ana.", mail("x@example.com")), []string{"ana"}},
		{duty("20260303", "Primary", mail("ana.ruiz@example.com"), mail("team@example.com")), []string{"ana"}},
		{duty("20260303", "bo for ana.ruiz", mail("ana.ruiz@example.com")), []string{"bo"}},
		{duty("20260303", "Cleo"), []string{"cleo"}}, // her id, though two have the name
		{duty("20260303", "anabel, robo, bonnie"), nil},
		{duty("20260303", ""), nil},
	} {
		t.Run(c.event, func(t *testing.T) {
			cat, faults := catalog.Parse(withCalendar(c.event))
			require.NotNil(t, cat, faults)
			r, left, err := cat.Roster("rota", ical.Calendar{}, importNow)
			require.NoError(t, err)
			duties := r.Shifts
			if c.want == nil {
				require.Empty(t, duties)
				require.Len(t, left, 1)
				require.True(t, left[0].LeftOut)
				require.Equal(t, 3, left[0].Line)
				return
			}
			require.Empty(t, left)
			require.Len(t, duties, 1)
			require.Equal(t, c.want, duties[0].People)
			require.Equal(t, "2026-03-03T08:00:00Z", duties[0].From.Format(time.RFC3339), "times without a zone are the schedule's")
		})
	}
}

// What is under way and what lies ahead, whole; neither the past nor what has no length.
func TestWhichDutiesACalendarHas(t *testing.T) {
	cat, faults := catalog.Parse(withCalendar(
		duty("20260226", "ana"), duty("20260301", "ana"), duty("20260302", "bo"), duty("20260830", "ana"), duty("20260901", "bo"),
		"BEGIN:VEVENT\r\nUID:note\r\nDTSTART:20260303T100000\r\nSUMMARY:ana\r\nEND:VEVENT\r\n",
		"BEGIN:VEVENT\r\nUID:all\r\nDTSTART;VALUE=DATE:20260329\r\nRRULE:FREQ=WEEKLY;COUNT=1\r\nSUMMARY:ana\r\nEND:VEVENT\r\n",
	))
	require.NotNil(t, cat, faults)
	r, left, err := cat.Roster("rota", ical.Calendar{}, importNow)
	require.NoError(t, err)
	require.Empty(t, left)
	var all []string
	for _, d := range r.Shifts {
		all = append(all, d.From.UTC().Format("0102 15:04")+" "+d.To.UTC().Format("0102 15:04"))
	}
	require.Equal(t, []string{"0302 08:00 0302 09:00", "0328 23:00 0329 22:00", "0830 07:00 0830 08:00"}, all)
}

// Gaps and conflicts of a file are told as those of layers are, and so is who is not known.
func TestCoverageOfACalendar(t *testing.T) {
	cat, faults := catalog.Parse(withCalendar(duty("20260303", "ana"), duty("20260303", "Zoe\\, on loan"), duty("20260302", "bo")))
	require.NotNil(t, cat, faults)
	var told []string
	for _, f := range cat.Coverage(importNow, importNow.AddDate(0, 0, 7)) {
		require.True(t, f.Warning)
		told = append(told, f.Error())
	}
	require.Equal(t, []string{
		`catalog.yaml:9:3: schedule "rota" has nobody on call from Mon 2026-03-02 13:00 to Tue 2026-03-03 09:00, and once more`,
		`rota.ics:9:1: "Zoe, on loan" names nobody of the catalog; the event is left out`,
	}, told)
}

func TestFaultsOfImports(t *testing.T) {
	const head = "people: {ana: {contact: [{console: true}]}}\nteams: {shop: {lead: ana, members: [ana]}}\nservices: {s: {team: shop, policy: p}}\nroutes: [{service: s}]\npolicies: {p: {levels: [{page: [schedule:r, person:ana]}]}}\n"
	good := calendarOf(duty("20260303", "ana"))
	for _, c := range []struct{ name, ical, file, want string }{
		{"both", "{url: 'https://x.example/a.ics', file: a.ics}", good, `catalog.yaml:6:77: a calendar with both url and file`},
		{"neither", "{refresh: 5m}", good, `catalog.yaml:6:38: a calendar needs url: or file:`},
		{"no file", "{file: b.ics}", "", `catalog.yaml:6:45: there is no file "b.ics"`},
		{"no calendar's name", "{file: a.txt}", "", `catalog.yaml:6:45: the name of a calendar's file ends in .ics`},
		{"webcal", "{url: 'webcal://x.example/a.ics'}", "", `catalog.yaml:6:44: this is not the address of a calendar`},
		{"user", "{url: 'https://me:pw@x.example/a.ics'}", "", `catalog.yaml:6:44: the address of a calendar must not carry a user or password`},
		{"secret without a place", "{url: {}}", "", `catalog.yaml:6:44: a secret needs env: or file:`},
		{"too often", "{url: 'https://x.example/a.ics', refresh: 10s}", "", `catalog.yaml:6:80: refresh must be at least 1m`},
		{"unknown key", "{url: 'https://x.example/a.ics', every: 5m}", "", `catalog.yaml:6:71: unknown key "every"`},
		{"nobody's name", "{url: 'https://x.example/a.ics', names: {zoe: [Z]}}", "", `catalog.yaml:6:79: there is no person "zoe"`},
		{"inner", "{url: 'http://127.0.0.1/a.ics'}", "", `catalog.yaml:6:44: this calendar is at an inner address that egress does not allow`},
		{"cut off", "{file: a.ics}", good[:30], `a.ics:1:1: BEGIN:VCALENDAR has no END: the calendar is cut off`},
		{"no calendar", "{file: a.ics}", "<html>", `a.ics: this is not a calendar: BEGIN:VCALENDAR is missing`},
		{"bad rule", "{file: a.ics}", calendarOf(duty("20260303", "ana", "RRULE:FREQ=NEVER\r\n")), `a.ics:8:1: RRULE: FREQ=NEVER is not known; the event is left out`},
		{"unused", "{url: 'https://x.example/a.ics'}", good, `a.ics: no schedule imports this calendar`},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string][]byte{"catalog.yaml": []byte(head + "schedules: {r: {timezone: UTC, ical: " + c.ical + "}}\n")}
			if c.file != "" {
				files["a.ics"] = []byte(c.file)
			}
			_, faults := catalog.Parse(files)
			var told []string
			for _, f := range faults {
				told = append(told, f.Error())
				require.NotContains(t, f.Error(), "pw")
			}
			require.Contains(t, told, c.want)
		})
	}
	_, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(head + "schedules: {r: {timezone: UTC, ical: {url: {env: CALENDAR_URL}, names: {ana: ['A. R.']}}}}\n")})
	require.Empty(t, faults)
	_, faults = catalog.Parse(map[string][]byte{"catalog.yaml": []byte(strings.Replace(head, ", person:ana", "", 1) + "schedules: {r: {timezone: UTC, ical: {url: {env: CALENDAR_URL}}}}\n")})
	require.Len(t, faults, 1)
	require.Equal(t, `catalog.yaml:5:33: level 1 of policy "p" may page nobody: schedule "r" is imported, and its calendar may leave gaps`, faults[0].Error())
	_, faults = catalog.Parse(map[string][]byte{"catalog.yaml": []byte(head + "schedules: {r: {timezone: UTC, layers: [{start: 2026-01-05, people: [ana]}], ical: {url: {env: CALENDAR_URL}}}}\n")})
	require.Len(t, faults, 1)
	require.Equal(t, "catalog.yaml:6:84: a schedule with both layers and a calendar", faults[0].Error())
}
