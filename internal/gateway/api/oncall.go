package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/rules/oncall"
)

// Duty is who is on call in one schedule at an instant.
type Duty struct {
	Schedule string    `json:"schedule"`
	At       time.Time `json:"at"`
	People   []string  `json:"people" doc:"ids; empty when nobody is on call"`
	Shadows  []string  `json:"shadows,omitempty" doc:"ids of those who look on"`
	Until    time.Time `json:"until,omitzero" doc:"the next change; left out when nothing will change"`
}

// duties is one object when a schedule is named, and an array when none is.
type duties struct {
	one *Duty
	all []Duty
}

// MarshalJSON writes whichever of the two it is.
func (d duties) MarshalJSON() ([]byte, error) {
	if d.one != nil {
		return json.Marshal(d.one)
	}
	return json.Marshal(d.all)
}

// Schema describes both forms.
func (duties) Schema(r huma.Registry) *huma.Schema {
	one := huma.SchemaFromType(r, reflect.TypeFor[Duty]())
	return &huma.Schema{OneOf: []*huma.Schema{one, {Type: huma.TypeArray, Items: one}}}
}

func (s *server) oncall(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "who-is-on-call", Method: http.MethodGet, Path: "/api/v1/oncall", Summary: "Who is on call, and until when",
		Description: "One object when a schedule is named, an array of all schedules when none is.", Tags: []string{"oncall"},
	}, s.who)
}

func (s *server) who(ctx context.Context, in *struct {
	Schedule string    `query:"schedule" doc:"one schedule; all of them when left out"`
	At       time.Time `query:"at" doc:"an instant (RFC 3339); now when left out"`
},
) (*struct{ Body duties }, error) {
	r, err := s.rota(ctx)
	if err != nil {
		return nil, err
	}
	at := in.At
	if at.IsZero() {
		at = s.Clock()
	}
	if in.Schedule != "" {
		schedule := r.Rules.Schedules[in.Schedule]
		if schedule == nil {
			return nil, huma.Error404NotFound("no such schedule: " + in.Schedule)
		}
		d := r.duty(schedule, at)
		return &struct{ Body duties }{duties{one: &d}}, nil
	}
	all := []Duty{}
	for _, id := range slices.Sorted(maps.Keys(r.Rules.Schedules)) {
		all = append(all, r.duty(r.Rules.Schedules[id], at))
	}
	return &struct{ Body duties }{duties{all: all}}, nil
}

func (r rota) duty(s *oncall.Schedule, at time.Time) Duty {
	view := r.view(s)
	people, until := view.At(at)
	if people == nil {
		people = []string{}
	}
	shadows, change := view.Shadows(at)
	if len(shadows) > 0 && (until.IsZero() || change.Before(until)) {
		until = change
	}
	if s.Location != nil {
		at = at.In(s.Location)
	}
	return Duty{Schedule: s.ID, At: at, People: people, Shadows: shadows, Until: until}
}
