package api

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/insight/review"
)

// written is an answer that is not JSON.
type written struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) reviews(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "show-review", Method: http.MethodGet, Path: "/api/v1/incidents/{id}/review", Summary: "The document for a post-incident review, as Markdown", Tags: []string{"incidents"},
		Description: "What the timeline knows is filled in; what only people know is left to be written.",
		Responses:   media("text/markdown", "the document"),
	}, s.showReview)
	huma.Register(api, huma.Operation{
		OperationID: "show-review-chart", Method: http.MethodGet, Path: "/api/v1/incidents/{id}/review/chart", Summary: "Its levels over time, as SVG", Tags: []string{"incidents"},
		Responses: media("image/svg+xml", "the chart"),
	}, s.showChart)
}

// media describes an answer of a media type other than JSON.
func media(kind, what string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: what, Content: map[string]*huma.MediaType{kind: {Schema: &huma.Schema{Type: "string"}}}}}
}

func (s *server) showReview(ctx context.Context, in *struct {
	Named
	Chart string `query:"chart" maxLength:"200" pattern:"^[A-Za-z0-9._%-]*$" default:"inline" doc:"inline puts the chart into the document, none leaves it out; anything else is the escaped name of the file in which the reader will find it"`
},
) (*written, error) {
	r, err := s.review(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	chart := map[string]string{"inline": r.Inline(), "none": ""}
	at, known := chart[in.Chart]
	if !known {
		at = in.Chart
	}
	var b bytes.Buffer
	if err := r.Markdown(&b, at); err != nil {
		return nil, err
	}
	return &written{ContentType: "text/markdown; charset=utf-8", Body: b.Bytes()}, nil
}

func (s *server) showChart(ctx context.Context, in *Named) (*written, error) {
	r, err := s.review(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &written{ContentType: "image/svg+xml", Body: []byte(r.Chart())}, nil
}

func (s *server) review(ctx context.Context, id string) (*review.Review, error) {
	incident, all, err := s.timeline(ctx, "review", id, 0)
	if err != nil {
		return nil, err
	}
	return review.Make(incident, all, s.nameOf), nil
}

// nameOf returns the name that the catalog has for somebody; empty for none.
func (s *server) nameOf(actor string) string {
	c := s.Catalog()
	if id, ok := strings.CutPrefix(actor, "person:"); ok && c != nil && c.People[id] != nil {
		return c.People[id].Name
	}
	return ""
}
