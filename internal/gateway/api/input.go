package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/intake"
	"tocsin.dev/pkg/events"
)

// The first and the longest pause between two looks for an outcome, and how long the last look may take.
const (
	firstLook   = 5 * time.Millisecond
	longestLook = 50 * time.Millisecond
	lastLook    = 2 * time.Second
)

// inputID derives an input's id from the caller's key and what it asks for, so that one key used
// for two things is two inputs. Without a key it is random.
func inputID(key string, about ...string) string {
	if key != "" {
		return events.DeriveID(append([]string{"api", key}, about...)...)
	}
	return uuid.NewString()
}

// Outcome is what became of an input.
type Outcome struct {
	ID string `json:"id" doc:"the input's id, which its facts name as their cause"`
	// Done is false when nothing was heard within the time; the input is durable nevertheless.
	Done     bool              `json:"done" doc:"false: accepted, and the outcome is not known yet"`
	Incident *archive.Incident `json:"incident" doc:"the incident as it stands now, where it is known"`
	Facts    []archive.Entry   `json:"facts" doc:"what the input led to"`
}

// outcomeAnswer is 200 when done and 202 when only accepted.
type outcomeAnswer struct {
	Status int
	Body   Outcome
}

// send publishes one input to its service's partition and waits for what becomes of it. An input
// with a key that was decided already is not published again, however long ago that was.
func (s *server) send(ctx context.Context, e events.Event, kind, key string, about ...string) (*outcomeAnswer, error) {
	e.ID, e.Source, e.Time = inputID(key, about...), source, s.Clock().UTC()
	if key != "" {
		if facts, err := s.Archive.Caused(ctx, e.ID); err == nil && len(facts) > 0 {
			return s.outcome(ctx, e)
		}
	}
	if err := intake.Put(ctx, s.Publisher, events.Partition(e.Service, s.Partitions), kind, e.ID, e); err != nil {
		return nil, s.publishError(events.NameOf(e.Type), err)
	}
	return s.outcome(ctx, e)
}

// source is the CloudEvents source of what comes in here.
const source = "tocsin/gateway"

// outcome asks the archive until it knows what e led to, or the time is over.
func (s *server) outcome(ctx context.Context, e events.Event) (*outcomeAnswer, error) {
	facts := []archive.Entry{}
	known := s.await(ctx, func(ctx context.Context) (bool, error) {
		caused, err := s.Archive.Caused(ctx, e.ID)
		if err != nil || len(caused) == 0 {
			return false, err
		}
		var settled bool
		facts, settled, err = s.settle(ctx, caused)
		return settled, err
	})
	if !known {
		return &outcomeAnswer{Status: http.StatusAccepted, Body: Outcome{ID: e.ID, Facts: facts}}, nil
	}
	return s.done(ctx, e, facts)
}

// await looks until what is looked for is there, or the time is over, or looking failed: the input
// is durable by then, and that is what the caller must know. There is one look at least, and one that
// has begun may end.
func (s *server) await(ctx context.Context, look func(context.Context) (bool, error)) bool {
	over := time.NewTimer(s.Wait)
	defer over.Stop()
	ctx, cancel := context.WithTimeout(ctx, s.Wait+lastLook)
	defer cancel()
	for pause := firstLook; ; pause = min(2*pause, longestLook) {
		found, err := look(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("archive did not answer", zap.String("question", "outcome"), zap.Error(err))
			return false
		}
		if err == nil && found {
			return true
		}
		next := time.NewTimer(pause)
		select {
		case <-next.C:
			continue
		case <-over.C:
		case <-ctx.Done():
		}
		next.Stop()
		return false
	}
}

var refused = events.CommandRefused{}.Name()

// done tells what e led to: a refusal, or facts with the incident that e names, else the first one
// of the facts.
func (s *server) done(ctx context.Context, e events.Event, facts []archive.Entry) (*outcomeAnswer, error) {
	about := e.Subject
	for _, f := range facts {
		if f.Type == refused {
			return nil, huma.Error409Conflict(reasonOf(f))
		}
		if about == "" {
			about = f.Incident
		}
	}
	answer := &outcomeAnswer{Status: http.StatusOK, Body: Outcome{ID: e.ID, Done: true, Facts: facts}}
	if about != "" {
		if incident, err := s.Archive.Incident(ctx, about); err == nil {
			answer.Body.Incident = &incident
		}
	}
	return answer, nil
}

func reasonOf(f archive.Entry) string {
	if f.Reason != "" {
		return f.Reason
	}
	return f.Summary
}
