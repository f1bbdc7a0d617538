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

// archiveError turns an error of the archive into an answer. What the caller cannot help is logged, and
// its text is kept from the caller.
func (s *server) archiveError(what string, err error) error {
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return huma.Error404NotFound(err.Error())
	case errors.Is(err, archive.ErrAmbiguous):
		return huma.Error400BadRequest(err.Error())
	case errors.Is(err, context.Canceled):
		return huma.NewError(499, "the caller went away")
	}
	s.Log.Error("archive did not answer", zap.String("question", what), zap.Error(err))
	return retryLater(huma.Error503ServiceUnavailable("the archive does not answer"))
}

// historyError turns an error of what is learned from the whole archive into an answer: where time ran
// out, the first reading goes on.
func (s *server) historyError(ctx context.Context, question string, err error) error {
	if ctx.Err() != nil {
		return retryLater(huma.Error503ServiceUnavailable("the history is being read; ask again"))
	}
	s.Log.Error("archive did not answer", zap.String("question", question), zap.Error(err))
	return retryLater(huma.Error503ServiceUnavailable("the archive does not answer"))
}

// publishError turns an error of the publisher into an answer: nothing was promised, so send it again.
func (s *server) publishError(what string, err error) error {
	s.Log.Error("input not published", zap.String("input", what), zap.Error(err))
	if errors.Is(err, bus.ErrFull) {
		return retryLater(huma.Error503ServiceUnavailable("the storage of inputs is full"))
	}
	return retryLater(huma.Error503ServiceUnavailable("the bus does not take the input"))
}

// catalogInForce returns the catalog, or an answer that asks the caller to wait for the first one.
func (s *server) catalogInForce() (*catalog.Catalog, error) {
	if c := s.Catalog(); c != nil {
		return c, nil
	}
	return nil, retryLater(huma.Error503ServiceUnavailable("no catalog is in force yet"))
}

// retryLater tells the caller when to ask again.
func retryLater(err error) error {
	return huma.ErrorWithHeaders(err, http.Header{"Retry-After": {"5"}})
}

// catalogError answers with every fault of a catalog: the location is file:line:column, the value the hint.
func catalogError(faults []catalog.Fault) error {
	details := make([]error, len(faults))
	for i, f := range faults {
		told := AnswerFault(f)
		d := &huma.ErrorDetail{Message: f.Message, Location: told.Place}
		if f.Hint != "" {
			d.Value = f.Hint
		}
		details[i] = d
	}
	return huma.Error422UnprocessableEntity("the catalog has faults; nothing was changed", details...)
}
