package catalog_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// condition compiles the condition of a level.
func condition(t testing.TB, text string) *escalation.Condition {
	t.Helper()
	c := parse(t, with("policies:\n  p:\n    levels:\n      - {page: [person:ana]}\n      - page: [person:ana]\n        when: |\n          "+text+"\ncalendars: {office: {timezone: UTC}}\n"))
	when := c.Rules.Policies["p"].Levels[1].When
	require.NotNil(t, when)
	require.Equal(t, "catalog.yaml:6", when.Place)
	return when
}

// noon is a moment at noon of a Wednesday in UTC, with everything set.
func noon() escalation.Moment {
	return escalation.Moment{
		Now: time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC), Service: "checkout", Team: "payments", Tier: 2, Severity: "critical",
		Priority: "P2", Labels: events.NewLabels(map[string]string{"site": "madrid"}), Alerts: 3, OpenFor: 90 * time.Minute,
		Acknowledged: true, Level: 2, Round: 1,
		Working: func(calendar string) bool { return calendar == "office" },
		Holiday: func(calendar string) bool { return calendar == "" },
	}
}

func TestConditionsOfLevels(t *testing.T) {
	tests := []struct {
		text string
		want bool
	}{
		{`severity == "critical" && priority <= "P2"`, true},
		{`priority < "P2"`, false},
		{`service == "checkout" && team == "payments" && tier == 2`, true},
		{`alerts > 2 && level == 2 && round == 1 && acknowledged`, true},
		{`labels.site == "madrid" && labels.rack == "" && !has(labels.rack)`, true},
		{`"site" in labels && size(labels) == 1`, true},
		{`open_for > duration("1h") && open_for < duration("2h")`, true},
		{`working_hours("office") && !working_hours()`, true},
		{`holiday() && !holiday("office")`, true},
		{`working_hours(labels.site)`, false},
		{`now == timestamp("2026-07-01T22:30:00Z")`, true},
		{`now.getHours() == 22 && now.getDayOfWeek() == 3`, true},
		{`now.getHours("Europe/Madrid") == 0 && now.getMinutes("Europe/Madrid") == 30`, true},
		{`now.getDayOfWeek("Europe/Madrid") == 4 && now.getDate("Europe/Madrid") == 2 && now.getDayOfMonth("Europe/Madrid") == 1`, true},
		{`now.getFullYear("Asia/Kolkata") == 2026 && now.getMonth("Asia/Kolkata") == 6 && now.getDayOfYear("Asia/Kolkata") == 182`, true},
		{`now.getSeconds("UTC") == 0 && now.getMilliseconds("UTC") == 0`, true},
		{`(now + open_for).getHours("UTC") == 0`, true},
		{`false || tier == 2`, true},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			holds, err := condition(t, tt.text).Holds(noon())
			require.NoError(t, err)
			require.Equal(t, tt.want, holds)
		})
	}
}

// What cannot be answered is an error, never a panic.
func TestConditionsThatFail(t *testing.T) {
	for _, text := range []string{
		`int(labels.rack) > 3`,
		`10 / (tier - 2) > 1`,
		`getHours(now, team) > 3`,
		`labels.all(a, labels.all(b, labels.all(c, a + b + c != ""))) && timestamp(labels.site) < now`,
	} {
		_, err := condition(t, text).Holds(noon())
		require.Error(t, err, text)
	}
	_, err := condition(t, `working_hours()`).Holds(escalation.Moment{})
	require.ErrorContains(t, err, "no calendars are known here")
	holds, err := condition(t, `labels.site == ""`).Holds(escalation.Moment{})
	require.NoError(t, err)
	require.True(t, holds)
}

// The parts of an instant in a zone are those of package time, on whatever day.
func TestPartsOfAnInstant(t *testing.T) {
	zones := []string{"Europe/Madrid", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"}
	rapid.Check(t, func(r *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(r, "zone")
		loc, err := time.LoadLocation(zone)
		require.NoError(r, err)
		m := noon()
		m.Now = time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(r, "at"), 0)
		at := m.Now.In(loc)
		m.Alerts, m.Tier, m.Level = at.Hour(), int(at.Weekday()), at.Day()
		holds, err := conditionIn(t, zone).Holds(m)
		require.NoError(r, err)
		require.True(r, holds, "%s", at)
	})
}

var inZones sync.Map

// conditionIn asks for the parts of now in a zone; it is compiled once.
func conditionIn(t *testing.T, zone string) *escalation.Condition {
	made, ok := inZones.Load(zone)
	if !ok {
		text := `now.getHours("` + zone + `") == alerts && now.getDayOfWeek("` + zone + `") == tier && now.getDate("` + zone + `") == level`
		made, _ = inZones.LoadOrStore(zone, condition(t, text))
	}
	return made.(*escalation.Condition)
}

func TestConditionsAreSafeForManyAtOnce(t *testing.T) {
	when := condition(t, `labels.site == "madrid" && working_hours("office") && now.getHours("Europe/Madrid") == 0`)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				holds, err := when.Holds(noon())
				require.NoError(t, err)
				require.True(t, holds)
			}
		})
	}
	all.Wait()
}

func BenchmarkHolds(b *testing.B) {
	for _, text := range []string{
		`severity == "critical" && priority <= "P2"`,
		`labels.site == "madrid"`,
		`working_hours("office") && now.getHours("Europe/Madrid") == 0`,
	} {
		b.Run(text, func(b *testing.B) {
			when, m := condition(b, text), noon()
			b.ReportAllocs()
			for b.Loop() {
				if holds, err := when.Holds(m); err != nil || !holds {
					b.Fatal(holds, err)
				}
			}
		})
	}
}
