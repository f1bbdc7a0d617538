package oncall_test

import (
	"bufio"
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/test/corpus"
)

// recurrence is one vector: a rule, where it begins, and the instants it gives.
type recurrence struct {
	rule      map[string]string
	text      string
	start     time.Time
	instances []time.Time
}

// The rules of calendars that rotations can express give the same hand-offs.
func TestRecurrenceVectors(t *testing.T) {
	all := recurrences(t, corpus.Read(t, "recurrence/libical_rrule_vectors_a.txt"))
	expressed := 0
	for _, r := range all {
		s, ok := r.schedule()
		if !ok {
			continue
		}
		expressed++
		last := r.instances[len(r.instances)-1]
		require.Equal(t, r.instances, handoffs(s, r.start, last), r.text)
	}
	t.Logf("%d of %d recurrence rules are rotations, and give the same hand-offs", expressed, len(all))
	require.Equal(t, 17, expressed)
}

// handoffs returns the beginnings of turns of all layers up to an instant, in order.
func handoffs(s *oncall.Schedule, from, last time.Time) []time.Time {
	var all []time.Time
	for _, layer := range s.Layers {
		alone := oncall.Schedule{Layers: []oncall.Layer{layer}}
		for _, shift := range alone.Shifts(from, last.Add(time.Second)) {
			if len(shift.People) > 0 {
				all = append(all, shift.From)
			}
		}
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// schedule expresses a rule as a layer for each weekday or day of the month that it names.
func (r recurrence) schedule() (*oncall.Schedule, bool) {
	every, _ := strconv.Atoi(r.rule["INTERVAL"])
	frequency := r.rule["FREQ"]
	base := oncall.Layer{Every: every, Hour: r.start.Hour(), Minute: r.start.Minute(), Start: date(r.start), People: []string{"ana", "bo"}}
	s := &oncall.Schedule{}
	switch {
	case r.only("FREQ") && frequency == "HOURLY":
		base.Rotation = oncall.Hourly
	case r.only("FREQ") && frequency == "DAILY":
		base.Rotation = oncall.Daily
	case r.only("FREQ") && frequency == "WEEKLY":
		base.Rotation, base.Weekday = oncall.Weekly, r.start.Weekday()
	case r.only("FREQ", "BYDAY") && frequency == "WEEKLY":
		return s, r.weekdays(s, base)
	case r.only("FREQ", "BYMONTHDAY") && (frequency == "MONTHLY" || frequency == "DAILY" && every == 0):
		return s, r.monthDays(s, base)
	default:
		return nil, false
	}
	s.Layers = []oncall.Layer{base}
	return s, true
}

// weekdays makes a layer of each weekday. With an interval it matters in which week each begins,
// and when a week does.
func (r recurrence) weekdays(s *oncall.Schedule, base oncall.Layer) bool {
	names := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	first := max(0, slices.Index(names, r.rule["WKST"]))
	if r.rule["WKST"] == "" {
		first = 1
	}
	week := r.start.AddDate(0, 0, -((int(r.start.Weekday()) - first + 7) % 7))
	named := strings.Split(r.rule["BYDAY"], ",")
	slices.Sort(named)
	for _, name := range slices.Compact(named) {
		weekday := slices.Index(names, name)
		if weekday < 0 {
			return false
		}
		day := week.AddDate(0, 0, (weekday-first+7)%7)
		if day.Before(r.start) {
			day = day.AddDate(0, 0, 7*max(1, base.Every))
		}
		base.Rotation, base.Weekday, base.Start = oncall.Weekly, time.Weekday(weekday), date(day)
		s.Layers = append(s.Layers, base)
	}
	return true
}

// monthDays makes a layer of each day of the month. Days that some month lacks are not the same
// thing: a rule skips the month, a hand-off is on its last day.
func (r recurrence) monthDays(s *oncall.Schedule, base oncall.Layer) bool {
	for word := range strings.SplitSeq(r.rule["BYMONTHDAY"], ",") {
		day, err := strconv.Atoi(word)
		if err != nil || day < 1 || day > 28 {
			return false
		}
		base.Rotation, base.MonthDay = oncall.Monthly, day
		s.Layers = append(s.Layers, base)
	}
	return true
}

// only says whether the rule has no parts but these and those that do not change its dates here.
func (r recurrence) only(parts ...string) bool {
	for part := range r.rule {
		if !slices.Contains(append(parts, "INTERVAL", "COUNT", "UNTIL", "WKST"), part) {
			return false
		}
	}
	for _, part := range parts {
		if r.rule[part] == "" {
			return false
		}
	}
	return true
}

func date(t time.Time) oncall.Date {
	return oncall.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
}

func recurrences(t *testing.T, source []byte) []recurrence {
	var all []recurrence
	lines := bufio.NewScanner(bytes.NewReader(source))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ":")
		switch key {
		case "RRULE":
			all = append(all, recurrence{rule: map[string]string{}, text: value})
			for part := range strings.SplitSeq(value, ";") {
				name, v, _ := strings.Cut(part, "=")
				all[len(all)-1].rule[name] = v
			}
		case "DTSTART":
			all[len(all)-1].start = compact(t, value)
		case "INSTANCES":
			for one := range strings.SplitSeq(value, ",") {
				all[len(all)-1].instances = append(all[len(all)-1].instances, compact(t, one))
			}
		}
	}
	require.NoError(t, lines.Err())
	return all
}

// compact reads "19970902T090000", with or without a Z, or "20241024".
func compact(t *testing.T, s string) time.Time {
	s = strings.TrimSuffix(s, "Z")
	form := "20060102T150405"
	if !strings.Contains(s, "T") {
		form = "20060102"
	}
	at, err := time.Parse(form, s)
	require.NoError(t, err)
	return at
}
