package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// OverrideTerms is the change that an override makes.
type OverrideTerms struct {
	Kind     string    `json:"kind" enum:"override,swap,temporary,shadow" doc:"override: somebody stands in; swap: two exchange their duties; temporary: the shifts alone are the schedule; shadow: somebody looks on"`
	From     time.Time `json:"from" doc:"its first instant"`
	To       time.Time `json:"to" doc:"the first instant after it"`
	People   []string  `json:"people,omitempty" maxItems:"100" doc:"ids of who stands in, exchanges (two) or looks on; not of temporary"`
	Replaces string    `json:"replaces,omitempty" maxLength:"200" doc:"of override: only this person is replaced; everybody on call when left out"`
	Shifts   []Turn    `json:"shifts,omitempty" maxItems:"500" doc:"of temporary; they lie between from and to"`
}

// Turn is one shift of a temporary schedule.
type Turn struct {
	People []string  `json:"people" minItems:"1" maxItems:"100" doc:"ids"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// OverrideRequest asks for an override.
type OverrideRequest struct {
	CommandRequest
	OverrideTerms
}

// Override is a past, present or future override.
type Override struct {
	ID       string `json:"id"`
	Schedule string `json:"schedule"`
	OverrideTerms
	By      string    `json:"by,omitempty" doc:"who asked for it"`
	Note    string    `json:"note,omitempty"`
	AddedAt time.Time `json:"added_at"`
}

// Placed is the outcome of a request to add or remove an override.
type Placed struct {
	ID string `json:"id" doc:"the override's"`
	// Done is false while not every partition is known to follow; it is durable nevertheless.
	Done     bool      `json:"done" doc:"false: accepted, and not known yet to count everywhere"`
	Override *Override `json:"override" doc:"where it is known"`
}

type placedAnswer struct {
	Status int
	Body   Placed
}

// ScheduleNamed names one schedule.
type ScheduleNamed struct {
	ID string `path:"id" doc:"the schedule's id"`
}

type overrideInput struct {
	ScheduleNamed
	Repeatable
	Body OverrideRequest
}

func (s *server) overrides(api huma.API) {
	const path = "/api/v1/schedules/{id}/overrides"
	huma.Register(api, huma.Operation{
		OperationID: "list-overrides", Method: http.MethodGet, Path: path, Summary: "The overrides of a schedule that are not over, in the order in which they came", Tags: []string{"oncall"},
	}, s.listOverrides)
	huma.Register(api, huma.Operation{
		OperationID: "add-override", Method: http.MethodPost, Path: path, Summary: "Change who is on call for a stretch of time",
		Description: "200 when it counts everywhere, 202 when it is accepted and that is not known yet. Of two that meet the later one wins.",
		Tags:        []string{"oncall"}, MaxBodyBytes: maxInput, BodyReadTimeout: bodyTimeout,
	}, s.addOverride)
	huma.Register(api, huma.Operation{
		OperationID: "remove-override", Method: http.MethodDelete, Path: path + "/{override}", Summary: "Take an override back",
		Description: "200 when it counts nowhere any more, 202 when it is accepted and that is not known yet.", Tags: []string{"oncall"},
	}, s.removeOverride)
}

func (s *server) listOverrides(ctx context.Context, in *ScheduleNamed) (*struct{ Body []Override }, error) {
	if _, err := s.schedule(in.ID); err != nil {
		return nil, err
	}
	all, err := s.overrideIndex(ctx)
	if err != nil {
		return nil, err
	}
	now, some := s.Clock(), []Override{}
	for _, o := range all.of(in.ID) {
		if o.To.After(now) {
			some = append(some, o.Override)
		}
	}
	return &struct{ Body []Override }{some}, nil
}

func (s *server) addOverride(ctx context.Context, in *overrideInput) (*placedAnswer, error) {
	c, err := s.schedule(in.ID)
	if err != nil {
		return nil, err
	}
	data := events.OverrideReceived{
		Override: in.Body.event(inputID(in.Key, "override", in.ID), in.ID), By: s.person(in.Body.By), Note: in.Body.Note,
	}
	if err := s.checkOverride(c, data.Override); err != nil {
		return nil, err
	}
	all, err := s.overrideIndex(ctx)
	if err != nil {
		return nil, err
	}
	if before, ok := all.find(data.ID); ok && before.removed > 0 {
		return nil, huma.Error409Conflict("the override was removed meanwhile")
	} else if !ok || before.added < s.Partitions {
		if err := s.everywhere(ctx, events.New(data), data.ID, data.By); err != nil {
			return nil, err
		}
	}
	return s.placed(ctx, data.ID, func(o indexedOverride) bool { return o.added >= s.Partitions }), nil
}

func (s *server) removeOverride(ctx context.Context, in *struct {
	ScheduleNamed
	Override string `path:"override" doc:"its id, or the beginning of it where that is unambiguous (at least 4 characters)"`
	By       string `query:"by" maxLength:"200" doc:"who asks"`
},
) (*placedAnswer, error) {
	all, err := s.overrideIndex(ctx)
	if err != nil {
		return nil, err
	}
	o, err := all.named(in.ID, in.Override)
	switch {
	case errors.Is(err, errAmbiguous):
		return nil, huma.Error400BadRequest(err.Error())
	case err != nil:
		return nil, huma.Error404NotFound(err.Error())
	case !o.To.After(s.Clock()):
		return nil, huma.Error409Conflict("the override is already over")
	}
	data := events.OverrideWithdrawn{ID: o.ID, Schedule: o.Schedule, By: s.person(in.By)}
	if err := s.everywhere(ctx, events.New(data), events.DeriveID("override", o.ID, "withdrawn"), data.By); err != nil {
		return nil, err
	}
	return s.placed(ctx, o.ID, func(o indexedOverride) bool { return o.removed >= o.added }), nil
}

// everywhere publishes an input to every partition, as each of them decides who is on call. All copies
// share one id, which the resulting facts name as their cause.
func (s *server) everywhere(ctx context.Context, e events.Event, id, actor string) error {
	e.ID, e.Source, e.Time, e.Actor = id, source, s.Clock().UTC(), actor
	if err := intake.PutEverywhere(ctx, s.Publisher, s.Partitions, intake.Overrides, e); err != nil {
		return s.publishError(events.NameOf(e.Type), err)
	}
	return nil
}

// placed waits until every partition has decided.
func (s *server) placed(ctx context.Context, id string, followed func(indexedOverride) bool) *placedAnswer {
	answer := &placedAnswer{Status: http.StatusAccepted, Body: Placed{ID: id}}
	known := s.await(ctx, func(ctx context.Context) (bool, error) {
		all, err := s.overrideIndex(ctx)
		if err != nil {
			return false, err
		}
		o, ok := all.find(id)
		if ok {
			answer.Body.Override = &o.Override
		}
		return ok && followed(o), nil
	})
	if known {
		answer.Status, answer.Body.Done = http.StatusOK, true
	}
	return answer
}

// schedule returns the catalog in force, or an error if it has no such schedule.
func (s *server) schedule(id string) (*catalog.Catalog, error) {
	c, err := s.catalogInForce()
	if err != nil {
		return nil, err
	}
	if c.Rules.Schedules[id] == nil {
		return nil, huma.Error404NotFound("no such schedule: " + id)
	}
	return c, nil
}

// event is the override as it goes over the bus, with people by their ids.
func (o *OverrideTerms) event(id, schedule string) events.Override {
	e := events.Override{
		ID: id, Schedule: schedule, Kind: o.Kind, From: o.From.UTC(), To: o.To.UTC(), People: ids(o.People), Replaces: plain(o.Replaces),
	}
	for _, t := range o.Shifts {
		e.Shifts = append(e.Shifts, events.Shift{People: ids(t.People), From: t.From.UTC(), To: t.To.UTC()})
	}
	return e
}

func plain(person string) string { return strings.TrimPrefix(strings.TrimSpace(person), "person:") }

func ids(people []string) []string {
	var all []string
	for _, person := range people {
		all = append(all, plain(person))
	}
	return all
}

// checkOverride reports everything that is wrong with an override, by its place in the request.
func (s *server) checkOverride(c *catalog.Catalog, o events.Override) error {
	faults := unknownPeople(c, o)
	if !o.To.After(s.Clock()) {
		faults = append(faults, &huma.ErrorDetail{Message: "expected an instant that lies ahead", Location: "body.to", Value: o.To})
	}
	for place, at := range map[string]time.Time{"body.from": o.From, "body.to": o.To} {
		if !writable(at) {
			faults = append(faults, &huma.ErrorDetail{Message: "expected an instant between the years 1900 and 9000", Location: place, Value: at.Year()})
		}
	}
	made := rules.NewOverride(o)
	if err := made.Validate(); err != nil {
		head := fmt.Sprintf("override %q: ", o.ID)
		for line := range strings.Lines(err.Error()) {
			faults = append(faults, located(strings.TrimPrefix(strings.TrimSpace(line), head)))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return huma.Error422UnprocessableEntity("invalid override", faults...)
}

// located finds the place of a fault that names a shift.
func located(fault string) *huma.ErrorDetail {
	var n int
	if _, err := fmt.Sscanf(fault, "shift %d:", &n); err == nil {
		_, text, _ := strings.Cut(fault, ": ")
		return &huma.ErrorDetail{Message: text, Location: fmt.Sprintf("body.shifts[%d]", n-1)}
	}
	return &huma.ErrorDetail{Message: fault, Location: "body"}
}

// unknownPeople reports everybody whom the catalog does not have.
func unknownPeople(c *catalog.Catalog, o events.Override) []error {
	var faults []error
	look := func(place, person string) {
		if c.People[person] == nil {
			faults = append(faults, &huma.ErrorDetail{Message: "expected a person of the catalog", Location: place, Value: person})
		}
	}
	for i, person := range o.People {
		look(fmt.Sprintf("body.people[%d]", i), person)
	}
	if o.Replaces != "" {
		look("body.replaces", o.Replaces)
	}
	for i, t := range o.Shifts {
		for j, person := range t.People {
			look(fmt.Sprintf("body.shifts[%d].people[%d]", i, j), person)
		}
	}
	return faults
}
