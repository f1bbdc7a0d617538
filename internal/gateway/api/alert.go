package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/pkg/events"
)

// Signal is an alert sent through the API.
type Signal struct {
	Service     string            `json:"service,omitempty" maxLength:"64" doc:"where it belongs; left out, the catalog's routes decide"`
	Key         string            `json:"key" minLength:"1" maxLength:"500" doc:"names the alert within its service"`
	DedupKey    string            `json:"dedup_key,omitempty" maxLength:"500" doc:"names the incident it feeds; the key when left out"`
	Status      string            `json:"status,omitempty" enum:"firing,cleared" default:"firing"`
	Severity    string            `json:"severity,omitempty" maxLength:"100"`
	Summary     string            `json:"summary,omitempty" maxLength:"1024" doc:"one line for a person; the key when left out"`
	Description string            `json:"description,omitempty" maxLength:"8192"`
	Labels      map[string]string `json:"labels,omitempty"`
	Link        string            `json:"link,omitempty" format:"uri" maxLength:"2048"`
	ExpiresAt   time.Time         `json:"expires_at,omitzero" doc:"when it counts as cleared if nothing more is heard; never when left out"`
}

type alertInput struct {
	Repeatable
	Body Signal
}

func (s *server) alerts(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "send-alert", Method: http.MethodPost, Path: "/api/v1/alerts", Summary: "Fire or clear an alert by hand",
		Description: "200 with what it led to, 202 when it is accepted and the outcome is not known yet.",
		Tags:        []string{"alerts"}, MaxBodyBytes: maxInput, BodyReadTimeout: bodyTimeout,
	}, s.alert)
}

func (s *server) alert(ctx context.Context, in *alertInput) (*outcomeAnswer, error) {
	c, err := s.catalogInForce()
	if err != nil {
		return nil, err
	}
	a := in.Body.alert()
	service, err := place(c, in.Body.Service, a)
	if err != nil {
		return nil, err
	}
	var data events.Data = events.AlertReceived{Alert: a}
	if in.Body.Status == "cleared" {
		data = events.AlertCleared{Alert: a}
	}
	e := events.New(data)
	e.Service, e.Actor = service, "alert"
	return s.send(ctx, e, "alerts", in.Key, data.Name(), service, a.Key)
}

func (in Signal) alert() events.Alert {
	a := events.Alert{
		Key: in.Key, DedupKey: in.DedupKey, Severity: in.Severity, Summary: oneLine(in.Summary), Description: in.Description,
		Labels: events.NewLabels(in.Labels), Link: in.Link, EndsAt: in.ExpiresAt, Origin: "api",
	}
	if a.Summary == "" {
		a.Summary = oneLine(a.Key)
	}
	return a
}

// oneLine keeps a summary to the one line that pages and lists have for it.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// place accepts a service by name and refuses an unknown one: a typing error must not page the people
// of the fallback service.
func place(c *catalog.Catalog, service string, a events.Alert) (string, error) {
	if service == "" {
		service, _ = c.Place(a.Labels.Map(), a)
		return service, nil
	}
	if c.Rules.Services[service] == nil {
		return "", huma.Error422UnprocessableEntity("the catalog has no such service", &huma.ErrorDetail{
			Message: "expected a service of the catalog", Location: "body.service", Value: service,
		})
	}
	return service, nil
}
