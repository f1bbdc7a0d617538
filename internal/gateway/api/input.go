package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// The first and the longest pause between two looks for an outcome.
const (
	firstLook   = 5 * time.Millisecond
	longestLook = 50 * time.Millisecond
)

// inputID derives an input's id from the caller's key and what it asks for, so that one key used
// for two things is two inputs. Without a key it is drawn.
func inputID(key string, about ...string) string {
	if key != "" {
		return events.DeriveID(append([]string{"api", key}, about...)...)
	}
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // it never fails; it ends the process instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// send publishes one input to its service's partition and waits for what becomes of it. An input
// with a key that was decided already is not published again, however long ago that was.
func (s *server) send(ctx context.Context, e events.Event, kind, key string, about ...string) (*outcomeAnswer, error) {
	e.ID, e.Source, e.Time = inputID(key, about...), "tocsin/gateway", s.Clock().UTC()
	if key != "" {
		if facts, err := s.Archive.Caused(ctx, e.ID); err == nil && len(facts) > 0 {
			return s.done(ctx, &outcomeAnswer{Body: Outcome{ID: e.ID}}, facts)
		}
	}
	body, err := events.EncodeBatch([]events.Event{e})
	if err != nil {
		return nil, huma.Error422UnprocessableEntity("the input cannot be written as JSON")
	}
	err = s.Publisher.Publish(ctx, bus.Message{
		Subject: events.IntakeSubject(events.Partition(e.Service, s.Partitions), kind), ID: e.ID,
		Header: map[string][]string{"content-type": {events.ContentBatch}}, Body: body,
	})
	if err != nil {
		return nil, s.told(events.NameOf(e.Type), err)
	}
	return s.outcome(ctx, e)
}

// outcome asks the archive until it knows facts that e led to, or the time is over.
func (s *server) outcome(ctx context.Context, e events.Event) (*outcomeAnswer, error) {
	accepted := &outcomeAnswer{Status: http.StatusAccepted, Body: Outcome{ID: e.ID, Facts: []archive.Entry{}}}
	ctx, cancel := context.WithTimeout(ctx, s.Wait)
	defer cancel()
	for pause := firstLook; ; pause = min(2*pause, longestLook) {
		facts, err := s.Archive.Caused(ctx, e.ID)
		if err == nil && len(facts) > 0 {
			return s.done(ctx, accepted, facts)
		}
		if err != nil && ctx.Err() == nil {
			s.Log.Error("archive did not answer", zap.String("question", "outcome"), zap.Error(err))
			return accepted, nil // the input is durable, and that is what the caller must know
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return accepted, nil
		}
	}
}

var refused = events.CommandRefused{}.Name()

func (s *server) done(ctx context.Context, answer *outcomeAnswer, facts []archive.Entry) (*outcomeAnswer, error) {
	for _, f := range facts {
		if f.Type == refused {
			return nil, huma.Error409Conflict(reasonOf(f))
		}
	}
	answer.Status, answer.Body.Done, answer.Body.Facts = http.StatusOK, true, facts
	for _, f := range facts {
		if f.Incident == "" {
			continue
		}
		if incident, err := s.Archive.Incident(ctx, f.Incident); err == nil {
			answer.Body.Incident = &incident
			break
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
