package api

import (
	"context"
	"encoding/json"
	"slices"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// MergeRequest names the incident that goes on.
type MergeRequest struct {
	CommandRequest
	Into string `json:"into" minLength:"1" maxLength:"200" doc:"id of the incident that goes on, or the beginning of it"`
}

// merged finds the other incident's service, which tells the engine where that one is decided.
func (s *server) merge(ctx context.Context, c events.Command, b *MergeRequest) (events.CommandData, error) {
	into, err := s.Archive.Incident(ctx, b.Into)
	if err != nil {
		return nil, s.archiveError("merge", err)
	}
	return events.MergeReceived{Command: c, Into: into.ID, IntoService: into.Service}, nil
}

var (
	mergeRequested = events.MergeRequested{}.Name()
	mergeDone      = events.IncidentMerged{}.Name()
)

// settle adds the outcome of a merge that another partition has to answer; its last facts have another
// cause than the first. It returns false while that outcome is unknown, and true for any other command.
func (s *server) settle(ctx context.Context, facts []archive.Entry) ([]archive.Entry, bool, error) {
	i := slices.IndexFunc(facts, func(f archive.Entry) bool { return f.Type == mergeRequested })
	if i < 0 {
		return facts, true, nil
	}
	later, err := s.Archive.Timeline(ctx, facts[i].Incident, facts[i].Seq)
	if err != nil {
		return facts, false, err
	}
	n := slices.IndexFunc(later, endsMerge)
	if n < 0 {
		return facts, false, nil
	}
	facts = append(slices.Clip(facts), later[n])
	for _, f := range later[n+1:] {
		if f.Cause != "" && f.Cause == later[n].Cause {
			facts = append(facts, f)
		}
	}
	return facts, true, nil
}

func endsMerge(f archive.Entry) bool {
	var refusal events.CommandRefused
	return f.Type == mergeDone || f.Type == refused && json.Unmarshal(f.Data, &refusal) == nil && refusal.Ends
}
