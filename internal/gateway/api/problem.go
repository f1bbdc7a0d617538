package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
)

// asked turns an error of the archive into an answer. What the caller cannot help is logged here
// and told without its inner words.
func (s *server) asked(what string, err error) error {
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, archive.ErrAmbiguous):
		return huma.Error400BadRequest(err.Error())
	case errors.Is(err, context.Canceled):
		return huma.NewError(499, "the caller went away")
	}
	s.Log.Error("archive did not answer", zap.String("question", what), zap.Error(err))
	return later(huma.Error503ServiceUnavailable("the archive does not answer"))
}

// told turns an error of the publisher into an answer: nothing was promised, so send it again.
func (s *server) told(what string, err error) error {
	s.Log.Error("input not published", zap.String("input", what), zap.Error(err))
	if errors.Is(err, bus.ErrFull) {
		return later(huma.Error503ServiceUnavailable("the storage of inputs is full"))
	}
	return later(huma.Error503ServiceUnavailable("the bus does not take the input"))
}

// later asks the caller to come again.
func later(err error) error {
	return huma.ErrorWithHeaders(err, http.Header{"Retry-After": {"5"}})
}

// faulty answers with every fault of a catalog: the location is file:line:column, the value the hint.
func faulty(faults []catalog.Fault) error {
	details := make([]error, len(faults))
	for i, f := range faults {
		told := Told(f)
		d := &huma.ErrorDetail{Message: f.Message, Location: told.Place}
		if f.Hint != "" {
			d.Value = f.Hint
		}
		details[i] = d
	}
	return huma.Error422UnprocessableEntity("the catalog has faults; nothing was changed", details...)
}
