package catalog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/yamlfile"
)

// maxEvery bounds the units that a turn may last.
const maxEvery = 1000

func (p *parser) layer(at item, s *oncall.Schedule) oncall.Layer {
	f, ok := mapping(at, "layer")
	if !ok {
		return oncall.Layer{}
	}
	l := oncall.Layer{Rotation: readRotation(f["rotation"]), Weekday: time.Monday, Hour: 9}
	if e := f["every"]; e.Given() {
		l.Every = e.Number(1, maxEvery)
	}
	if h := f["handoff"]; h.Given() {
		readHandoff(h, &l)
	}
	readPeriod(at, &l, f["start"], f["end"])
	p.turns(&l, f["people"])
	if f["people"].Empty() {
		at.Fault("add people: with their ids, such as people: [ana, bo]", "a layer without people")
	}
	if only := f["only"]; only.Present() {
		l.Only = readWindows(only, "leave it out for a layer that is always on", "no window: the layer would never be on")
	}
	l.OnHolidays = readHolidayRule(f["on_holidays"], len(s.Holidays))
	return l
}

// readPeriod reads the dates between which the layer counts.
func readPeriod(i item, l *oncall.Layer, start, end item) {
	if !start.Given() {
		i.Fault("add the date of the first turn, such as start: 2026-01-05", "a layer without a start")
	} else {
		l.Start = readDate(start)
	}
	if !end.Given() {
		return
	}
	l.End = readDate(end)
	if l.Start == (oncall.Date{}) || l.End == (oncall.Date{}) {
		return
	}
	if !day(l.End).After(day(l.Start)) {
		end.Fault("the end is the date of the last hand-off, after which the layer is over", "the layer ends before it starts")
		return
	}
	alone := oncall.Schedule{Layers: []oncall.Layer{*l}}
	alone.Layers[0].People = []string{"anybody"}
	if _, until := alone.At(day(l.Start).AddDate(0, 0, -1)); until.IsZero() {
		end.Warn("let it start on a day of a hand-off, or end later", "the layer is over before its first hand-off")
	}
}

func day(d oncall.Date) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// turns reads who takes turns: names, and lists of names who take one together.
func (p *parser) turns(l *oncall.Layer, people item) {
	together := false
	var crews [][]string
	for _, one := range people.ListOf("a name") {
		if one.IsList() {
			together = true
			if crew := p.crew(one); len(crew) > 0 {
				crews = append(crews, crew)
			}
		} else if id := p.refer(person, one); id != "" {
			crews = append(crews, []string{id})
		}
	}
	for _, crew := range crews {
		for _, id := range crew {
			if !together || !slices.Contains(l.People, id) {
				l.People = append(l.People, id)
			}
		}
	}
	if together {
		l.Crews = crews
	}
}

// crew reads people who take a turn together.
func (p *parser) crew(list item) []string {
	if list.Empty() {
		list.Fault("name somebody, or remove it", "an empty turn")
	}
	var crew []string
	for _, one := range list.ListOf("a name") {
		id := p.refer(person, one)
		switch {
		case id == "":
		case slices.Contains(crew, id):
			one.Fault("remove one of them", "%s is in the same turn twice", quote(id))
		default:
			crew = append(crew, id)
		}
	}
	return crew
}

// rotations are the units of turns.
var rotations = []string{string(oncall.Hourly), string(oncall.Daily), string(oncall.Weekly), string(oncall.Monthly)}

func readRotation(i item) oncall.Rotation {
	s, ok := i.Scalar()
	if !ok {
		return oncall.Weekly
	}
	if !slices.Contains(rotations, s) {
		i.Fault(yamlfile.OneOfHint(rotations...), "%s is not a rotation", quote(s))
		return oncall.Weekly
	}
	return oncall.Rotation(s)
}

// handoff reads "09:00" into an hourly or daily layer, "Mon 09:00" into a weekly one and "1 09:00"
// into a monthly one.
func readHandoff(i item, l *oncall.Layer) {
	s, ok := i.Scalar()
	if !ok {
		return
	}
	hint := `write it like "09:00"`
	words := strings.Fields(s)
	fits := len(words) == 1
	switch l.Rotation {
	case oncall.Weekly:
		hint = `write it like "Mon 09:00"`
		if fits = len(words) == 2; fits {
			l.Weekday, fits = dayNamed(words[0])
		}
	case oncall.Monthly:
		hint = `write it like "1 09:00", with 31 for the last day of every month`
		if fits = len(words) == 2; fits {
			l.MonthDay, fits = monthDay(words[0])
		}
	}
	minutes, sound := 0, false
	if fits {
		minutes, sound = clockTime(words[len(words)-1])
	}
	if !sound || minutes == 24*60 {
		i.Fault(hint, "%s is not %s %s hand-off", quote(s), article(l.Rotation), l.Rotation)
		return
	}
	l.Hour, l.Minute = minutes/60, minutes%60
}

func article(r oncall.Rotation) string {
	if r == oncall.Hourly {
		return "an"
	}
	return "a"
}

func monthDay(word string) (int, bool) {
	n, err := strconv.Atoi(word)
	return n, err == nil && n >= 1 && n <= 31
}

// clockTime reads a time of day, 00:00 to 24:00, as minutes after midnight.
func clockTime(word string) (int, bool) {
	if word == "24:00" {
		return 24 * 60, true
	}
	at, err := time.Parse("15:04", word)
	return at.Hour()*60 + at.Minute(), err == nil && len(word) == len("15:04")
}

// dayNamed finds a weekday by its English name or the first three letters of it.
func dayNamed(word string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(word, day.String()) || strings.EqualFold(word, day.String()[:3]) {
			return day, true
		}
	}
	return 0, false
}
