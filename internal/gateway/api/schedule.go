package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/rules/oncall"
)

const (
	// usualStretch is how much of a schedule is shown when nobody says how much.
	usualStretch = 14 * 24 * time.Hour
	// longestStretch bounds what one answer may hold.
	longestStretch = 366 * 24 * time.Hour
)

// ScheduleLine is one schedule in the list of all.
type ScheduleLine struct {
	Schedule string    `json:"schedule"`
	Timezone string    `json:"timezone"`
	Layers   int       `json:"layers" doc:"how many"`
	People   []string  `json:"people" doc:"ids of everybody who takes turns, in order"`
	OnCall   []string  `json:"on_call" doc:"ids of those on call now"`
	Until    time.Time `json:"until,omitzero" doc:"the next change; left out when nothing will change"`
	Import   *Import   `json:"import,omitempty" doc:"left out for a schedule of layers"`
}

// Import is the status of an imported schedule's calendar.
type Import struct {
	Source string `json:"source" doc:"the host or file that it is read of; empty when it was not looked at yet"`
	// CheckedAt is of this gateway; ReadAt is when what counts was read, by whichever gateway.
	CheckedAt time.Time `json:"checked_at,omitzero" doc:"when it was last looked at"`
	ReadAt    time.Time `json:"read_at,omitzero" doc:"when what counts was read; left out when nothing was"`
	Fault     string    `json:"fault,omitempty" doc:"why the last look changed nothing; left out when it went well"`
	LeftOut   []string  `json:"left_out,omitempty" doc:"events that are not taken, with their lines and reasons"`
}

// SchedulePlan is a stretch of a schedule. Its shifts fill the stretch without holes.
type SchedulePlan struct {
	Schedule string    `json:"schedule"`
	Timezone string    `json:"timezone"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Shifts   []Shift   `json:"shifts"`
	Gaps     []Stretch `json:"gaps" doc:"where nobody is on call"`
	// Conflicts are of this schedule with each other one.
	Conflicts []Conflict `json:"conflicts" doc:"where somebody is on call here and in another schedule at once"`
	Import    *Import    `json:"import,omitempty" doc:"left out for a schedule of layers"`
}

// Stretch is a stretch of time.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Conflict is a person who is on call in another schedule too.
type Conflict struct {
	Person   string    `json:"person"`
	Schedule string    `json:"schedule" doc:"the other one"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

// Shift is a turn within the stretch, or a part of one.
type Shift struct {
	People []string  `json:"people" doc:"ids; empty when nobody is on call"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Layer  int       `json:"layer,omitzero" doc:"the layer that decides, counted from 1; left out where no layer decides"`
	// Override is the id of the last one that made the shift what it is.
	Override string `json:"override,omitempty" doc:"the id of the override that decides; left out where none does"`
}

func (s *server) schedules(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-schedules", Method: http.MethodGet, Path: "/api/v1/schedules", Summary: "All on-call schedules, by name", Tags: []string{"oncall"},
	}, s.listSchedules)
	huma.Register(api, huma.Operation{
		OperationID: "show-schedule", Method: http.MethodGet, Path: "/api/v1/schedules/{id}", Summary: "The shifts of a schedule between two instants",
		Description: "At most 366 days. Stretches in which nobody is on call are shifts without people.", Tags: []string{"oncall"},
	}, s.showSchedule)
}

func (s *server) listSchedules(ctx context.Context, _ *struct{}) (*struct{ Body []ScheduleLine }, error) {
	r, err := s.rota(ctx)
	if err != nil {
		return nil, err
	}
	now, all := s.Clock(), []ScheduleLine{}
	for _, id := range slices.Sorted(maps.Keys(r.Rules.Schedules)) {
		schedule := r.Rules.Schedules[id]
		d := r.duty(schedule, now)
		people := append([]string{}, r.view(schedule).People()...)
		all = append(all, ScheduleLine{id, timezone(schedule), len(schedule.Layers), people, d.People, d.Until, s.imported(schedule)})
	}
	return &struct{ Body []ScheduleLine }{all}, nil
}

func (s *server) showSchedule(ctx context.Context, in *struct {
	ScheduleNamed
	From time.Time `query:"from" doc:"the first instant (RFC 3339); now when left out"`
	To   time.Time `query:"to" doc:"the instant after the last; two weeks after from when left out"`
},
) (*struct{ Body SchedulePlan }, error) {
	r, err := s.rota(ctx)
	if err != nil {
		return nil, err
	}
	schedule := r.Rules.Schedules[in.ID]
	if schedule == nil {
		return nil, huma.Error404NotFound("no such schedule: " + in.ID)
	}
	from, to := in.From, in.To
	if from.IsZero() {
		from = s.Clock()
	}
	if to.IsZero() {
		to = from.Add(usualStretch)
	}
	switch {
	case !to.After(from):
		return nil, huma.Error422UnprocessableEntity("to must be after from")
	case to.Sub(from) > longestStretch:
		return nil, huma.Error422UnprocessableEntity("at most 366 days at a time")
	case !writable(from) || !writable(to):
		return nil, huma.Error422UnprocessableEntity("from and to must lie between the years 1900 and 9000")
	}
	plan := r.plan(schedule, from, to)
	plan.Import = s.imported(schedule)
	return &struct{ Body SchedulePlan }{plan}, nil
}

// imported returns the status of a schedule's calendar; nil if it has none.
func (s *server) imported(of *oncall.Schedule) *Import {
	if of.Imported == nil {
		return nil
	}
	one := &Import{}
	if s.Imports != nil {
		status, _ := s.Imports(of.ID)
		*one = Import{Source: status.Source, CheckedAt: status.CheckedAt, ReadAt: status.ReadAt, Fault: status.Fault, LeftOut: status.LeftOut}
	}
	if _, at := s.indexed.rosters.Of(of.ID); at.After(one.ReadAt) {
		one.ReadAt = at
	}
	return one
}

// writable says that an instant is far from what cannot be written as RFC 3339.
func writable(at time.Time) bool { return at.Year() >= 1900 && at.Year() <= 9000 }

func (r rota) plan(s *oncall.Schedule, from, to time.Time) SchedulePlan {
	p := SchedulePlan{Schedule: s.ID, Timezone: timezone(s), Shifts: []Shift{}, Gaps: []Stretch{}, Conflicts: r.conflicts(s, from, to)}
	for _, one := range r.view(s).Shifts(from, to) {
		people := one.People
		if len(people) == 0 {
			people = []string{}
			p.Gaps = append(p.Gaps, Stretch{one.From, one.To})
		}
		p.Shifts = append(p.Shifts, Shift{people, one.From, one.To, one.Layer + 1, one.Override})
	}
	p.From, p.To = p.Shifts[0].From, p.Shifts[len(p.Shifts)-1].To // there is one at least, as to is after from
	return p
}

// conflicts returns who is on call in the schedule and in another one at once.
func (r rota) conflicts(s *oncall.Schedule, from, to time.Time) []Conflict {
	var views []oncall.View
	for _, one := range r.Rules.Schedules {
		views = append(views, r.view(one))
	}
	all := []Conflict{}
	for _, c := range oncall.Conflicts(views, from, to) {
		switch s.ID {
		case c.Schedules[0]:
			all = append(all, Conflict{c.Person, c.Schedules[1], c.From, c.To})
		case c.Schedules[1]:
			all = append(all, Conflict{c.Person, c.Schedules[0], c.From, c.To})
		}
	}
	return all
}

// timezone is the name of the zone in which a schedule hands off.
func timezone(s *oncall.Schedule) string {
	if s.Location == nil {
		return time.UTC.String()
	}
	return s.Location.String()
}
