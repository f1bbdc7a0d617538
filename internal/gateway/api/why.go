package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/why"
	"tocsin.dev/pkg/events"
)

// WhyQuery is the question why an incident went as it did.
type WhyQuery struct {
	Named
	Person string `query:"person" maxLength:"200" doc:"why this person was paged, or was not; everything when left out"`
	Zone   string `query:"timezone" maxLength:"100" doc:"IANA name of the time zone of the sentences" default:"UTC"`
}

func (s *server) whys(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "why", Method: http.MethodGet, Path: "/api/v1/incidents/{id}/why", Summary: "Why who was paged, and who was not",
		Description: "By the catalog that the incident opened with and the overrides known at each instant, not by today's. Where that " +
			"catalog is lost, catalog.known is false and the facts alone are told. 404 for an incident that is not there, and for a person whom neither catalog has.",
		Tags: []string{"incidents"},
	}, s.why)
}

func (s *server) why(ctx context.Context, in *WhyQuery) (*struct{ Body why.Explanation }, error) {
	zone, err := time.LoadLocation(in.Zone)
	if err != nil || in.Zone == "Local" {
		return nil, huma.Error422UnprocessableEntity("that is no time zone", &huma.ErrorDetail{
			Message: "expected an IANA name such as Europe/Madrid", Location: "query.timezone", Value: in.Zone,
		})
	}
	incident, all, err := s.timeline(ctx, "why", in.ID, 0)
	if err != nil {
		return nil, err
	}
	facts := why.FromTimeline(incident, all)
	then := s.catalogOf(ctx, facts)
	overrides, err := s.overrideHistory(ctx)
	if err != nil {
		return nil, err
	}
	rosters, err := s.rosterHistory(ctx, then)
	if err != nil {
		return nil, err
	}
	e, err := why.Explain(why.Case{
		Facts: facts, Catalog: then, Today: s.Catalog(), Overrides: overrides, Rosters: rosters,
		Person: in.Person, Now: s.Clock(), Zone: zone,
	})
	var stranger *why.StrangerError
	if errors.As(err, &stranger) {
		return nil, huma.Error404NotFound(stranger.Error())
	}
	return &struct{ Body why.Explanation }{e}, err
}

// catalogOf returns the catalog that an incident opened with; nil where it is lost, or cannot be read by
// this build: the facts can be explained without it.
func (s *server) catalogOf(ctx context.Context, facts []events.Event) *catalog.Catalog {
	if len(facts) == 0 {
		return nil
	}
	opened, ok := facts[0].Data.(events.IncidentTriggered)
	if !ok {
		return nil
	}
	if now := s.Catalog(); now != nil && now.Rules.Revision == opened.Catalog {
		return now
	}
	if s.Revision == nil {
		return nil
	}
	c, err := s.Revision(ctx, opened.Catalog)
	if err != nil && !errors.Is(err, bus.ErrNotFound) {
		s.Log.Error("catalog of an incident not read", zap.String("revision", opened.Catalog), zap.Error(err))
	}
	return c
}

// overrideHistory returns all overrides, those that are over or were taken back included.
func (s *server) overrideHistory(ctx context.Context) ([]why.Known, error) {
	if s.Journal == nil {
		return nil, nil
	}
	standing, err := s.overrideIndex(ctx)
	if err != nil {
		return nil, err
	}
	var out []why.Known
	for _, o := range standing.all() {
		out = append(out, why.Known{
			Override: o.event(o.ID, o.Schedule), By: o.By, Note: o.Note, AddedAt: o.AddedAt, RemovedAt: o.removedAt,
		})
	}
	return out, nil
}

// rosterHistory returns all that was ever read of the calendars of a catalog's schedules, each once: every
// partition writes it. A catalog without such schedules, and one that is lost, costs nothing.
func (s *server) rosterHistory(ctx context.Context, c *catalog.Catalog) ([]why.Read, error) {
	if s.Journal == nil || c == nil || len(c.Imports) == 0 {
		return nil, nil
	}
	facts, _, err := s.Journal.Loose(ctx, 0, events.RosterImported{}.Name())
	if err != nil {
		return nil, s.archiveError("why", err)
	}
	var out []why.Read
	met := map[string]bool{}
	for i := range facts {
		e, err := events.Decode(facts[i].Line)
		d, ok := e.Data.(events.RosterImported)
		if err != nil || !ok || met[d.ID] || c.Rules.Schedules[d.Schedule] == nil {
			continue // the recorder reports lines that it cannot read
		}
		met[d.ID] = true
		out = append(out, why.Read{Roster: d.Roster, At: e.Time})
	}
	return out, nil
}
