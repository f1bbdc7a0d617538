package simulation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

const lawEvents = "8 EVENTS has each fact once"

// public is what EVENTS must hold of one partition.
type public struct {
	want []events.Event
	next int
}

func (p *public) expect(e events.Event) {
	if _, ok := events.PublicSubject(e.Envelope); ok {
		p.want = append(p.want, e)
	}
}

// public checks that a message of EVENTS is the next fact of its partition.
func (l *laws) public(m bus.Message) {
	if m.Get("ce-id") == "" {
		return // the teller's own position
	}
	t := l.told[m.Partition]
	if t.next == len(t.want) {
		fail(lawEvents, "message %d, %s: the ledger holds no more facts", m.Seq, m.Subject)
	}
	want := t.want[t.next]
	t.next++
	subject, _ := events.PublicSubject(want.Envelope)
	got, err := events.DecodeNATS(m.Header, m.Body)
	if err != nil || m.Subject != subject || got.ID != want.ID || got.IncidentSeq != want.IncidentSeq {
		fail(lawEvents, "message %d is %s %s, want %s %s (%v)", m.Seq, m.Subject, m.Get("ce-id"), subject, want.ID, err)
	}
}

// end checks what holds when everything is over.
func (l *laws) end() {
	l.climbing()
	l.problems.end(l.w.services)
	for p, q := range l.intake {
		for _, in := range q.inputs[q.next:] { // used, and led to no fact since the last record
			l.mayBeIgnored(p, in)
		}
		if t := l.told[p]; t.next != len(t.want) {
			fail(lawEvents, "partition %d: %d of %d facts were told", p, t.next, len(t.want))
		}
	}
	l.accepted()
	l.archive()
	l.replayed()
}

// accepted checks that no publish that was answered with yes is missing.
func (l *laws) accepted() {
	for nonce := range l.w.traffic.accepted {
		if !slices.ContainsFunc(l.intake, func(q *intake) bool { return q.nonces[nonce] }) {
			fail(lawDecided, "message %s was accepted and is not on INTAKE", nonce)
		}
	}
}

// archive checks that the recorder kept the ledger: law 7.
func (l *laws) archive() {
	const law = "7 the archive is the ledger"
	w := l.w
	if err := w.recorder.recorder.Healthy(); err != nil {
		fail(law, "%v", err)
	}
	facts := w.recorder.archive.facts
	if len(facts) != len(l.lines) {
		fail(law, "%d facts are kept, the ledger has %d", len(facts), len(l.lines))
	}
	chains, incidents := map[string][]byte{}, map[string]archive.Incident{}
	for i, f := range facts {
		line := l.lines[i]
		if f.Position != line.seq || !bytes.Equal(f.Line, line.line) {
			fail(law, "fact %d is not the ledger's", i)
		}
		id := line.event.Subject
		if renewed, ok := line.event.Data.(events.AlertRenewed); ok {
			id = renewed.Incident
		}
		if id == "" {
			continue
		}
		incidents[id] = timeline.Fold(incidents[id], line.event)
		if line.event.IncidentSeq == 0 {
			continue
		}
		before := chains[id]
		if before == nil {
			before = make([]byte, sha256.Size)
		}
		sum := sha256.Sum256(append(bytes.Clone(before), f.Line...))
		if !bytes.Equal(sum[:], f.Hash) {
			fail(law, "the chain of %s breaks at fact %d", id, f.IncidentSeq)
		}
		chains[id] = sum[:]
	}
	for id, want := range incidents {
		got, _ := json.Marshal(w.recorder.archive.incidents[id])
		if whole, _ := json.Marshal(want); !bytes.Equal(got, whole) {
			fail(law, "incident %s is kept as\n%s, the ledger says\n%s", id, got, whole)
		}
	}
}

// snapshot checks that what an engine left behind is what its records say: replay equals live.
func (l *laws) snapshot(p int) {
	const law = "7 replay equals live"
	w := l.w
	b, err := w.bus.Get(w.ctx, fmt.Sprint("snapshot.ledger.", p))
	if err != nil {
		return // nothing was left, because nothing was decided
	}
	var saved struct {
		Seq   uint64          `json:"seq"`
		State json.RawMessage `json:"state"`
	}
	if err := json.Unmarshal(b, &saved); err != nil {
		fail(law, "%v", err)
	}
	state := rules.NewState(p)
	for _, line := range l.lines {
		if line.partition != p || line.seq > saved.Seq {
			continue
		}
		if rev := rules.Needs(line.event); rev != "" && !state.Knows(rev) {
			c, err := w.traffic.catalogs.Load(w.ctx, rev)
			if err != nil {
				fail(law, "%v", err)
			}
			state.Learn(c.Rules)
		}
		if err := state.Evolve(line.event); err != nil {
			fail(law, "record %d: %v", line.seq, err)
		}
	}
	again, err := state.Snapshot()
	if err != nil {
		fail(law, "%v", err)
	}
	if !bytes.Equal(again, saved.State) && !l.dropped(state, saved.State) {
		fail(law, "partition %d at record %d: live\n%s\nreplayed\n%s", p, saved.Seq, saved.State, again)
	}
}

// dropped allows that the live state has let go of incidents that were resolved long ago, which is
// no fact: replaying lets go of them when its time comes too.
func (l *laws) dropped(state *rules.State, live []byte) bool {
	if len(state.Fire(l.w.now, math.MaxInt)) > 0 {
		return false
	}
	again, err := state.Snapshot()
	return err == nil && bytes.Equal(again, live)
}

func digestOf(all []bus.Message) string {
	h := sha256.New()
	for _, m := range all {
		fmt.Fprintf(h, "%d %d %s %s %s\n", m.Seq, m.Partition, m.At, m.Subject, m.Body) //nolint:errcheck // a hash never fails
	}
	return hex.EncodeToString(h.Sum(nil))
}
