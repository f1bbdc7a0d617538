package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/rules/oncall"
)

// Duty is who is on call in one schedule at an instant.
type Duty struct {
	Schedule string    `json:"schedule"`
	At       time.Time `json:"at"`
	People   []string  `json:"people" doc:"ids; empty when nobody is on call"`
	Until    time.Time `json:"until,omitzero" doc:"the next hand-off; left out when nothing will change"`
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

func (s *server) who(_ context.Context, in *struct {
	Schedule string    `query:"schedule" doc:"one schedule; all of them when left out"`
	At       time.Time `query:"at" doc:"an instant (RFC 3339); now when left out"`
},
) (*struct{ Body duties }, error) {
	c := s.Catalog()
	if c == nil {
		return nil, later(huma.Error503ServiceUnavailable("no catalog is in force yet"))
	}
	at := in.At
	if at.IsZero() {
		at = s.Clock()
	}
	if in.Schedule != "" {
		schedule := c.Rules.Schedules[in.Schedule]
		if schedule == nil {
			return nil, huma.Error404NotFound("no such schedule: " + in.Schedule)
		}
		d := duty(schedule, at)
		return &struct{ Body duties }{duties{one: &d}}, nil
	}
	all := []Duty{}
	for _, schedule := range c.Rules.Schedules {
		all = append(all, duty(schedule, at))
	}
	slices.SortFunc(all, func(a, b Duty) int { return strings.Compare(a.Schedule, b.Schedule) })
	return &struct{ Body duties }{duties{all: all}}, nil
}

func duty(s *oncall.Schedule, at time.Time) Duty {
	people, until := s.At(at)
	if people == nil {
		people = []string{}
	}
	if s.Location != nil {
		at = at.In(s.Location)
	}
	return Duty{Schedule: s.ID, At: at, People: people, Until: until}
}
