package recorder

import (
	"bytes"
	"context"
	"fmt"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// state is one incident after its newest fact, with the end of its chain.
type state struct {
	incident archive.Incident
	seq      uint64 // number of the newest fact in ledger order
	hash     []byte // hash of that fact; nil before the first
}

// batch is what goes into one transaction.
type batch struct {
	records []bus.Message
	facts   []archive.Fact
	decoded []events.Event // one for each fact; without data if unknown or without an incident
	states  map[string]*state
	touched []string // ids of incidents that changed, in order
	faults  []fault
}

// lineCount returns the number of facts in a record without allocating.
func lineCount(body []byte) int { return bytes.Count(body, []byte("\n")) - 1 }

// readRecords splits records into lines and decodes them. It needs no other state.
func readRecords(records []bus.Message) *batch {
	s := &batch{records: records, states: map[string]*state{}}
	for _, m := range records {
		for i, line := range events.Lines(m.Body) {
			s.read(m.Seq, i, line)
		}
	}
	return s
}

// take chains the facts of a batch and folds its incidents.
func (r *Recorder) take(ctx context.Context, s *batch) error {
	if err := s.load(ctx, r.known, r.cfg.Archive); err != nil {
		return err
	}
	for i := range s.facts {
		s.fold(&s.facts[i], s.decoded[i])
	}
	return nil
}

// read decodes one line. A line that is not one of our events is a fact without an incident.
func (s *batch) read(position uint64, index int, line []byte) {
	env, raw, err := events.Split(line)
	if err != nil {
		s.faults = append(s.faults, fault{kind: unreadable, position: position, index: index, reason: err.Error()})
		env = events.Envelope{}
	}
	if env.IncidentSeq == 0 {
		env.Subject = "" // without a number it is not part of a timeline
	}
	e := events.Event{Envelope: env}
	if env.Subject != "" || env.Type == renewed {
		if data, err := events.DecodeData(env.Type, raw); err == nil {
			e.Data = data
		}
	}
	s.facts = append(s.facts, archive.Fact{Envelope: env, Position: position, Index: index, Line: line})
	s.decoded = append(s.decoded, e)
}

var renewed = events.TypeOf(events.AlertRenewed{})

// concerns returns the id of the incident that a fact changes, or "". Only a renewal names it in its data
// instead of its envelope.
func concerns(e events.Event) string {
	if again, ok := e.Data.(events.AlertRenewed); ok && e.Subject == "" {
		return again.Incident
	}
	return e.Subject
}

// load gets every incident that the batch concerns from the cache or the archive.
func (s *batch) load(ctx context.Context, known *cache, from archive.Writer) error {
	var missing []string
	for _, e := range s.decoded {
		id := concerns(e)
		if id == "" || s.states[id] != nil {
			continue
		}
		at, ok := known.get(id)
		if !ok {
			missing = append(missing, id)
		}
		s.states[id] = &at
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := from.Load(ctx, missing)
	if err != nil {
		return err
	}
	for _, in := range found {
		seq, hash, err := from.Head(ctx, in.ID)
		if err != nil {
			return err
		}
		*s.states[in.ID] = state{incident: in, seq: seq, hash: hash}
	}
	return nil
}

// fold chains one fact and folds it into its incident.
func (s *batch) fold(f *archive.Fact, e events.Event) {
	id := concerns(e)
	if id == "" {
		return
	}
	at := s.states[id]
	if f.Subject == "" { // a renewal is not part of the timeline
		if at.incident.ID != "" {
			at.incident = timeline.Fold(at.incident, e)
			s.touch(id)
		}
		return
	}
	if f.IncidentSeq != at.seq+1 {
		s.faults = append(s.faults, outOfOrder(f, at.seq))
	}
	f.Hash = archive.NextHash(at.hash, f.Line)
	at.seq, at.hash = f.IncidentSeq, f.Hash
	at.incident = timeline.Fold(at.incident, e)
	s.touch(id)
}

func (s *batch) touch(id string) {
	if n := len(s.touched); n > 0 && s.touched[n-1] == id {
		return
	}
	s.touched = append(s.touched, id)
}

// incidents returns those that changed, each once, as they are after the batch.
func (s *batch) incidents() []archive.Incident {
	out := make([]archive.Incident, 0, len(s.touched))
	seen := make(map[string]bool, len(s.touched))
	for _, id := range s.touched {
		if !seen[id] {
			seen[id] = true
			out = append(out, s.states[id].incident)
		}
	}
	return out
}

// remember caches the incidents once the archive has them.
func (s *batch) remember(known *cache) {
	for _, id := range s.touched {
		known.put(id, *s.states[id])
	}
}

func outOfOrder(f *archive.Fact, last uint64) fault {
	kind := gap
	if f.IncidentSeq <= last {
		kind = stepBack
	}
	return fault{
		kind: kind, incident: f.Subject, position: f.Position, index: f.Index,
		reason: fmt.Sprintf("fact %d follows fact %d", f.IncidentSeq, last),
	}
}
