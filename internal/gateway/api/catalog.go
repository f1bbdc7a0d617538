package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"tocsin.dev/internal/catalog"
)

// Source is a set of catalog files.
type Source struct {
	Files map[string]string `json:"files" minProperties:"1" doc:"YAML by file name"`
}

// InForce is the catalog in force. Its secrets are references, so the files hold none.
type InForce struct {
	Revision string            `json:"revision" doc:"SHA-256 of the files, in hex"`
	Files    map[string]string `json:"files"`
}

// Fault is one thing wrong with a catalog.
type Fault struct {
	Place   string `json:"place" doc:"file:line:column, or less where it concerns more"`
	File    string `json:"file"`
	Line    int    `json:"line" doc:"from 1; 0 for the whole file"`
	Column  int    `json:"column" doc:"from 1; 0 for the whole file"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning" doc:"allowed, but probably not meant"`
}

// AnswerFault returns a fault in the form of the API.
func AnswerFault(f catalog.Fault) Fault {
	place := f.File
	if f.File != "" && f.Line > 0 {
		place += ":" + strconv.Itoa(f.Line) + ":" + strconv.Itoa(f.Column)
	}
	return Fault{Place: place, File: f.File, Line: f.Line, Column: f.Column, Message: f.Message, Hint: f.Hint, Warning: f.Warning}
}

// Verdict is what was found in a set of files.
type Verdict struct {
	OK       bool    `json:"ok" doc:"no fault is more than a warning"`
	Revision string  `json:"revision,omitempty" doc:"of the files; left out when they are not ok"`
	Faults   []Fault `json:"faults"`
}

type (
	sourceInput   struct{ Body Source }
	verdictAnswer struct{ Body Verdict }
)

func (s *server) catalogs(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "show-catalog", Method: http.MethodGet, Path: "/api/v1/catalog", Summary: "The catalog in force", Tags: []string{"catalog"},
	}, s.showCatalog)
	huma.Register(api, huma.Operation{
		OperationID: "apply-catalog", Method: http.MethodPut, Path: "/api/v1/catalog", Summary: "Put a catalog in force",
		Description: "It counts for incidents that open from then on. 422 lists every fault, and nothing is changed.",
		Tags:        []string{"catalog"}, MaxBodyBytes: maxCatalog, BodyReadTimeout: bodyTimeout,
	}, s.applyCatalog)
	huma.Register(api, huma.Operation{
		OperationID: "check-catalog", Method: http.MethodPost, Path: "/api/v1/catalog/check", Summary: "Check a catalog and change nothing",
		Tags: []string{"catalog"}, MaxBodyBytes: maxCatalog, BodyReadTimeout: bodyTimeout,
	}, s.checkCatalog)
}

func (s *server) showCatalog(context.Context, *struct{}) (*struct{ Body InForce }, error) {
	c, err := s.catalogInForce()
	if err != nil {
		return nil, err
	}
	body := InForce{Revision: c.Rules.Revision, Files: make(map[string]string, len(c.Files))}
	for name, text := range c.Files {
		body.Files[name] = string(text)
	}
	return &struct{ Body InForce }{body}, nil
}

func (s *server) checkCatalog(_ context.Context, in *sourceInput) (*verdictAnswer, error) {
	c, faults := catalog.Parse(in.Body.bytes())
	v := verdict(faults)
	if c != nil {
		v.Revision = c.Rules.Revision
	}
	return &verdictAnswer{v}, nil
}

func (s *server) applyCatalog(ctx context.Context, in *sourceInput) (*verdictAnswer, error) {
	if s.Apply == nil {
		return nil, huma.Error501NotImplemented("this gateway does not apply catalogs")
	}
	revision, faults, err := s.Apply(ctx, in.Body.bytes())
	if catalog.Refused(faults) {
		return nil, catalogError(faults)
	}
	if err != nil {
		s.Log.Error("catalog not applied", zap.Error(err))
		return nil, retryLater(huma.Error503ServiceUnavailable("the catalog could not be put in force"))
	}
	v := verdict(faults)
	v.Revision = revision
	return &verdictAnswer{v}, nil
}

func (in Source) bytes() map[string][]byte {
	out := make(map[string][]byte, len(in.Files))
	for name, text := range in.Files {
		out[name] = []byte(text)
	}
	return out
}

func verdict(faults []catalog.Fault) Verdict {
	v := Verdict{OK: !catalog.Refused(faults), Faults: make([]Fault, len(faults))}
	for i, f := range faults {
		v.Faults[i] = AnswerFault(f)
	}
	return v
}
