package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// state is an incident after the facts that were read.
type state struct {
	seq uint64
	// hash is the stored hash of the newest fact, made the one computed from its line. If they differ, one of
	// the two was changed, and the next fact may follow either.
	hash, made []byte
	incident   archive.Incident
	told       string
}

// incidents checks the facts and documents of the incidents in shard n, and with shard 0 also the facts
// without an incident.
func (a *audit) incidents(n, shards int) error {
	mine := func(id string) bool { return shards == 1 || shardOf(id, shards) == n }
	states := map[string]*state{}
	err := a.view.Facts(a.ctx, func(f archive.Fact) error {
		id := f.Subject
		if id == "" {
			if n == 0 {
				a.sum.Facts++
			}
			return a.lone(&f, states, n == 0)
		}
		if !mine(id) {
			return nil
		}
		a.sum.Facts++
		return a.fact(&f, a.state(states, id))
	})
	if err != nil {
		return err
	}
	if err := a.view.Incidents(a.ctx, func(k archive.Kept) error {
		if !mine(k.ID) {
			return nil
		}
		s := states[k.ID]
		delete(states, k.ID)
		return a.document(k, s)
	}); err != nil {
		return err
	}
	for id := range states {
		if err := a.find(Finding{Incident: id, Problem: "it has facts and no document"}); err != nil {
			return err
		}
	}
	return nil
}

func shardOf(id string, shards int) int {
	sum := fnv.New32a()
	sum.Write([]byte(id)) //nolint:errcheck // a hash never fails
	return int(sum.Sum32() % uint32(shards))
}

// state returns the state of an incident. A removed one continues from its removal.
func (a *audit) state(all map[string]*state, id string) *state {
	s := all[id]
	if s == nil {
		s = &state{}
		if r, ok := a.removed[id]; ok {
			s.seq, s.hash, s.made, s.incident = r.Seq, r.Hash, r.Hash, a.left[id]
		}
		all[id] = s
	}
	return s
}

// lone checks a fact without an incident. A renewal still changes an incident's document.
func (a *audit) lone(f *archive.Fact, states map[string]*state, first bool) error {
	env, raw, err := events.Split(f.Line)
	if first {
		if err := a.columns(f, env, err); err != nil {
			return err
		}
		if f.Hash != nil {
			if err := a.find(at(f, "it has a hash but belongs to no incident")); err != nil {
				return err
			}
		}
	}
	if env.Type != renewed {
		return nil
	}
	if d, err := events.DecodeData(env.Type, raw); err == nil {
		if s := states[d.(events.AlertRenewed).Incident]; s != nil {
			s.incident = timeline.Fold(s.incident, events.Event{Envelope: env, Data: d})
		}
	}
	return nil
}

var renewed = events.TypeOf(events.AlertRenewed{})

// columns compares the columns of a fact with its line.
func (a *audit) columns(f *archive.Fact, env events.Envelope, err error) error {
	if err != nil {
		env = events.Envelope{}
	}
	if env.IncidentSeq == 0 {
		env.Subject = ""
	}
	for _, c := range []struct {
		name       string
		kept, line any
	}{
		{"incident", archive.Plain(f.Subject), archive.Plain(env.Subject)},
		{"number", f.IncidentSeq, env.IncidentSeq},
		{"name", archive.Plain(events.NameOf(f.Type)), archive.Plain(events.NameOf(env.Type))},
		{"time", f.Time, asKept(env.Time, f.Time)},
		{"cause", archive.Plain(f.CausationID), archive.Plain(env.CausationID)},
	} {
		if c.kept != c.line {
			return a.find(at(f, "its %s is kept as %q, and its line says %q", c.name, fmt.Sprint(c.kept), fmt.Sprint(c.line)))
		}
	}
	return nil
}

// asKept truncates an instant like the kept one: some stores keep microseconds only.
func asKept(at, kept time.Time) time.Time {
	if kept.Equal(at.Truncate(time.Microsecond)) {
		at = at.Truncate(time.Microsecond)
	}
	if at.Equal(kept) {
		return kept
	}
	return at.UTC()
}

// fact checks one fact of an incident against the one before it.
func (a *audit) fact(f *archive.Fact, s *state) error {
	fits := bytes.Equal(archive.NextHash(s.hash, f.Line), f.Hash) || bytes.Equal(archive.NextHash(s.made, f.Line), f.Hash)
	if err := a.order(f, s, fits); err != nil {
		return err
	}
	env, raw, err := events.Split(f.Line)
	if !fits && f.IncidentSeq == s.seq+1 {
		err = a.find(at(f, "its hash does not match its line and the facts before it: one of them was changed"))
	} else {
		err = a.columns(f, env, err)
	}
	if err != nil {
		return err
	}
	s.made = archive.NextHash(s.hash, f.Line)
	s.seq, s.hash = f.IncidentSeq, bytes.Clone(f.Hash)
	e := events.Event{Envelope: env}
	if d, err := events.DecodeData(env.Type, raw); err == nil {
		e.Data = d
	}
	s.incident = timeline.Fold(s.incident, e)
	whole := archive.Fact{Envelope: env, Line: f.Line}
	s.told = archive.Tell(s.told, &whole)
	return nil
}

// order checks the numbers. When the hashes match across a gap, the ledger already had the gap.
func (a *audit) order(f *archive.Fact, s *state, fits bool) error {
	switch {
	case f.IncidentSeq == s.seq+1:
		return nil
	case fits:
		return a.find(at(f, "it follows fact %d, as it does in the ledger", s.seq))
	case f.IncidentSeq <= s.seq:
		return a.find(at(f, "it follows fact %d", s.seq))
	}
	for n := s.seq + 1; n < f.IncidentSeq; n++ {
		if err := a.find(Finding{Incident: f.Subject, Fact: n, Problem: fmt.Sprintf("it is missing; the next one is in record %d", f.Position)}); err != nil {
			return err
		}
	}
	return nil
}

// document compares an incident's document and columns with its facts.
func (a *audit) document(k archive.Kept, s *state) error {
	problem := func(format string, args ...any) error {
		return a.find(Finding{Incident: k.ID, Problem: fmt.Sprintf(format, args...)})
	}
	var kept archive.Incident
	if err := json.Unmarshal(k.Document, &kept); err != nil {
		return problem("its document cannot be read: %v", err)
	}
	if s == nil {
		return problem("it has a document and no facts")
	}
	if kept.Seq > s.seq {
		for n := s.seq + 1; n <= kept.Seq; n++ {
			if err := a.find(Finding{Incident: k.ID, Fact: n, Problem: "it is missing at the end of the timeline"}); err != nil {
				return err
			}
		}
		return nil
	}
	if a.faulty[k.ID] {
		return nil // its facts are damaged
	}
	want, err := json.Marshal(s.incident)
	if err != nil {
		return err
	}
	if !bytes.Equal(want, k.Document) {
		return problem("its document does not match its facts: %s", difference(want, k.Document))
	}
	if k.ID != kept.ID || archive.Plain(kept.Service) != k.Service || archive.Plain(kept.Team) != k.Team || archive.Plain(kept.Status) != k.Status {
		return problem("its columns do not match its document")
	}
	var resolved time.Time
	if kept.ResolvedAt != nil {
		resolved = *kept.ResolvedAt
	}
	if asKept(resolved, k.Resolved) != k.Resolved {
		return problem("it is kept as resolved at %q, and its document says %q", shown(k.Resolved), shown(resolved))
	}
	if !archive.InPlace(k.Place, kept.OpenedAt) {
		return problem("its place in lists is not at %s, when it opened", shown(kept.OpenedAt))
	}
	if archive.MarkOf(&s.incident, s.told) != k.Mark || s.told != k.Told {
		return problem("its search terms do not match its facts")
	}
	a.words.expect(k.Place, &s.incident, s.told)
	return nil
}

// difference names the first field in which two documents differ.
func difference(want, kept []byte) string {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(want, &a) != nil || json.Unmarshal(kept, &b) != nil {
		return "it is not a JSON object"
	}
	for _, name := range []string{"id", "service", "team", "title", "status", "priority", "severity", "level", "seq"} {
		if !bytes.Equal(a[name], b[name]) {
			return name
		}
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			return name
		}
	}
	return "its form"
}

// shown formats an instant; "never" for the zero time.
func shown(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339Nano)
}
