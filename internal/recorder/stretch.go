package recorder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// story is one incident as it stands, with the end of its chain.
type story struct {
	incident archive.Incident
	seq      uint64 // number of the newest fact in ledger order
	hash     []byte // hash of that fact; nil before the first
}

// stretch is what goes into one transaction.
type stretch struct {
	records []bus.Message
	facts   []archive.Fact
	decoded []events.Event // of each fact; without data where it is unknown or of no incident
	stories map[string]*story
	touched []string // ids of stories that changed, in order
	faults  []fault
	sum     hash.Hash
}

// lineCount gives the number of facts in a record, without allocating.
func lineCount(body []byte) int { return bytes.Count(body, []byte("\n")) - 1 }

// readRecords takes records apart into lines and events, for which nothing else must be known.
func readRecords(records []bus.Message) *stretch {
	s := &stretch{records: records, stories: map[string]*story{}, sum: sha256.New()}
	for _, m := range records {
		for i, line := range events.Lines(m.Body) {
			s.read(m.Seq, i, line)
		}
	}
	return s
}

// take chains the facts of a stretch and folds its incidents.
func (r *Recorder) take(ctx context.Context, s *stretch) error {
	if err := s.load(ctx, r.known, r.cfg.Archive); err != nil {
		return err
	}
	for i := range s.facts {
		s.fold(&s.facts[i], s.decoded[i])
	}
	return nil
}

// read takes one line apart. A line that is no event of ours is a fact of no incident.
func (s *stretch) read(position uint64, index int, line []byte) {
	env, raw, err := events.Split(line)
	if err != nil {
		s.faults = append(s.faults, fault{kind: unreadable, position: position, index: index, reason: err.Error()})
		env = events.Envelope{}
	}
	if env.IncidentSeq == 0 {
		env.Subject = "" // without a number it is no line of a timeline
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

// concerns gives the id of the incident that a fact changes, or "". Only a renewal may name it in
// its data instead of its envelope.
func concerns(e events.Event) string {
	if again, ok := e.Data.(events.AlertRenewed); ok && e.Subject == "" {
		return again.Incident
	}
	return e.Subject
}

// load brings every story that the stretch concerns, from memory or from the archive.
func (s *stretch) load(ctx context.Context, known *cache, from archive.Writer) error {
	var missing []string
	for _, e := range s.decoded {
		id := concerns(e)
		if id == "" || s.stories[id] != nil {
			continue
		}
		at, ok := known.get(id)
		if !ok {
			missing = append(missing, id)
		}
		s.stories[id] = &at
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
		*s.stories[in.ID] = story{incident: in, seq: seq, hash: hash}
	}
	return nil
}

// fold chains one fact and folds it into its incident.
func (s *stretch) fold(f *archive.Fact, e events.Event) {
	id := concerns(e)
	if id == "" {
		return
	}
	at := s.stories[id]
	if f.Subject == "" { // a renewal: no line of the timeline
		if at.incident.ID != "" {
			at.incident = timeline.Fold(at.incident, e)
			s.touch(id)
		}
		return
	}
	if f.IncidentSeq != at.seq+1 {
		s.faults = append(s.faults, outOfOrder(f, at.seq))
	}
	f.Hash = s.chain(at.hash, f.Line)
	at.seq, at.hash = f.IncidentSeq, f.Hash
	at.incident = timeline.Fold(at.incident, e)
	s.touch(id)
}

// start is the hash before an incident's first fact.
var start [sha256.Size]byte

func (s *stretch) chain(prev, line []byte) []byte {
	if prev == nil {
		prev = start[:]
	}
	s.sum.Reset()
	s.sum.Write(prev) //nolint:errcheck // a hash never fails
	s.sum.Write(line) //nolint:errcheck // as above
	return s.sum.Sum(nil)
}

func (s *stretch) touch(id string) {
	if n := len(s.touched); n > 0 && s.touched[n-1] == id {
		return
	}
	s.touched = append(s.touched, id)
}

// incidents gives those that changed, each once, as they stand after the stretch.
func (s *stretch) incidents() []archive.Incident {
	out := make([]archive.Incident, 0, len(s.touched))
	seen := make(map[string]bool, len(s.touched))
	for _, id := range s.touched {
		if !seen[id] {
			seen[id] = true
			out = append(out, s.stories[id].incident)
		}
	}
	return out
}

// remember moves the stories into memory, once the archive has them.
func (s *stretch) remember(known *cache) {
	for _, id := range s.touched {
		known.put(id, *s.stories[id])
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
