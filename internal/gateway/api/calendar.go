package api

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/ical"
	"tocsin.dev/internal/rules/oncall"
)

// What a feed shows: the past for whoever counts their duties, and half a year ahead.
const (
	feedPast  = 4 * 7 * 24 * time.Hour
	feedAhead = 26 * 7 * 24 * time.Hour
	// feedReach is how far before the past the beginning of a shift is looked for, as events are
	// named by it.
	feedReach = 26 * 7 * 24 * time.Hour
)

// has says that the catalog has what a feed is about.
func (r rota) has(kind, id string) bool {
	if kind == personFeed {
		return r.People[id] != nil
	}
	return r.Rules.Schedules[id] != nil
}

// calendar writes the shifts of a schedule, or those of a person in all schedules. It changes with
// the shifts and with the day, and not in between.
func (r rota) calendar(kind, id string, now time.Time) []byte {
	day := now.UTC().Truncate(24 * time.Hour)
	feed := ical.Feed{Name: "On call: " + id}
	for _, name := range slices.Sorted(maps.Keys(r.Rules.Schedules)) {
		if kind == scheduleFeed && name != id {
			continue
		}
		for _, one := range whole(r.view(r.Rules.Schedules[name]), day.Add(-feedPast), day.Add(feedAhead)) {
			if kind == scheduleFeed || slices.Contains(one.People, id) {
				feed.Events = append(feed.Events, r.event(name, one, day))
			}
		}
	}
	return ical.Write(feed)
}

func (r rota) event(schedule string, one shift, stamp time.Time) ical.Event {
	var names []string
	for _, person := range one.People {
		if p := r.People[person]; p != nil && p.Name != "" {
			person = p.Name
		}
		names = append(names, person)
	}
	return ical.Event{
		UID: schedule + "-" + one.name() + "@tocsin", Start: one.From, End: one.To,
		Summary: schedule + ": " + strings.Join(names, ", "), Stamp: stamp,
	}
}

// shift is one in which somebody is on call, with its own beginning and end where it has them.
type shift struct {
	oncall.Shift
	endless, beginless bool
}

// name names the shift for ever: by its beginning. One that began long ago has its end for a name.
func (s shift) name() string {
	const form = "20060102T150405Z"
	switch {
	case !s.beginless:
		return s.From.UTC().Format(form)
	case !s.endless:
		return "until-" + s.To.UTC().Format(form)
	}
	return "always"
}

// whole returns the shifts between two instants uncut, without those in which nobody is on call.
func whole(v oncall.View, from, to time.Time) []shift {
	begin := from.Add(-feedReach)
	var all []shift
	for _, one := range v.Shifts(begin, to) {
		if len(one.People) == 0 || !one.To.After(from) {
			continue
		}
		s := shift{Shift: one, beginless: !one.From.After(begin)}
		if !one.To.Before(to) {
			_, until := v.At(one.From)
			s.endless = until.IsZero()
			if !s.endless {
				s.To = until
			}
		}
		all = append(all, s)
	}
	return all
}
