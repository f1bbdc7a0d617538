package verify

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// Verifier decides the recorded inputs once more and compares the facts byte for byte. With only
// Catalog set it verifies everything.
type Verifier struct {
	// Period bounds the records that are verified; those before it only build the state.
	Period measure.Period
	// Catalog returns a revision as it was applied. Required.
	Catalog func(revision string) (*rules.Catalog, error)
	// After is called after each record; it may call [Verifier.Checkpoint]. An error ends the run and is
	// returned. Defaults to nothing.
	After func() error

	verdict  Verdict
	finished map[int]bool
	resume   *place
	present  *verification
}

// Verdict is what a verification found.
type Verdict struct {
	Partitions int `json:"partitions"`
	Records    int `json:"records"`
	// Inputs were decided again, Facts were compared.
	Inputs int `json:"inputs"`
	Facts  int `json:"facts"`
	// Nothing is how many of the inputs led to nothing, then and now.
	Nothing int `json:"inputs_without_facts"`
	// Lost are facts that were not verified, because INTAKE no longer holds their inputs.
	Lost        int          `json:"facts_without_inputs"`
	LostRecords int          `json:"records_without_inputs"`
	Undecided   int          `json:"inputs_behind_the_last_record"`
	Different   int          `json:"different"`
	Differences []Difference `json:"differences"` // the first 1000
}

// Verdict returns what was found so far.
func (v *Verifier) Verdict() Verdict {
	out := v.verdict
	out.Differences = append([]Difference{}, out.Differences...)
	return out
}

// Partition verifies one partition. It fails when the records cannot be read or applied; a difference
// is not an error.
func (v *Verifier) Partition(p Partition) error {
	if v.finished[p.Number] {
		return nil
	}
	run := &verification{v: v, p: p, ledger: rules.NewState(p.Number)}
	run.ledger.Installation = p.Installation
	if r := v.resume; r != nil && r.Partition == p.Number {
		if err := run.restore(*r); err != nil {
			return err
		}
		v.resume = nil
	}
	v.present = run
	if err := run.run(); err != nil {
		return fmt.Errorf("partition %d: %w", p.Number, err)
	}
	v.present = nil
	if v.finished == nil {
		v.finished = map[int]bool{}
	}
	v.finished[p.Number] = true
	v.verdict.Partitions++
	return nil
}

// verification is the work on one partition.
type verification struct {
	v *Verifier
	p Partition
	// ledger is the state that the records alone lead to; live decides, and is nil after a difference.
	ledger, live *rules.State
	intake       *intake
	before       Record // the last one
	idle         overdue
}

func (r *verification) run() error {
	defer r.close()
	for rec, err := range r.p.Records(r.before.Seq) {
		if err != nil {
			return err
		}
		if !r.v.Period.To.IsZero() && !rec.Now.Before(r.v.Period.To) {
			return nil
		}
		if err := r.record(rec); err != nil {
			return fmt.Errorf("record %d: %w", rec.Seq, err)
		}
		r.before = rec
		r.before.Lines = nil
		if r.v.After != nil {
			if err := r.v.After(); err != nil {
				return err
			}
		}
	}
	return r.rest()
}

// rest counts the inputs after the last record: they are not decided yet, or led to nothing.
func (r *verification) rest() error {
	if r.intake == nil {
		r.intake = openIntake(r.p, r.before.Position)
	}
	for {
		m, ok, err := r.intake.peek()
		if err != nil || !ok {
			return err
		}
		r.v.verdict.Undecided += len(m.Events) - min(r.intake.at.Part, len(m.Events))
		r.intake.at = Position{Seq: m.Seq}
	}
}

func (r *verification) close() {
	if r.intake != nil {
		r.intake.stop()
		r.intake = nil
	}
}

func (r *verification) record(rec Record) error {
	facts, err := r.decode(rec)
	if err != nil {
		return err
	}
	if r.v.Period.Holds(rec.Now) {
		if err := r.verify(rec, facts); err != nil {
			return err
		}
	}
	for n, e := range facts {
		if err := r.ledger.Evolve(e); err != nil {
			return fmt.Errorf("fact %d: %w", n+1, err)
		}
	}
	r.ledger.Forget(rec.Now)
	return nil
}

func (r *verification) decode(rec Record) ([]events.Event, error) {
	facts := make([]events.Event, len(rec.Lines))
	for n, line := range rec.Lines {
		e, err := events.Decode(line)
		if err != nil {
			return nil, fmt.Errorf("fact %d: %w", n+1, err)
		}
		if err := r.learn(r.ledger, rules.Needs(e)); err != nil {
			return nil, fmt.Errorf("fact %d: %w", n+1, err)
		}
		facts[n] = e
	}
	return facts, nil
}

// learn adds a catalog revision to a state that lacks it.
func (r *verification) learn(s *rules.State, revision string) error {
	if revision == "" || s.Knows(revision) {
		return nil
	}
	c, err := r.v.Catalog(revision)
	if err != nil {
		return err
	}
	s.Learn(c)
	return nil
}

// verify decides the inputs of one record and compares.
func (r *verification) verify(rec Record, facts []events.Event) error {
	if r.intake == nil {
		r.intake = openIntake(r.p, r.before.Position)
	}
	verdict := &r.v.verdict
	verdict.Records++
	held := r.before.Position.Seq+1 >= r.p.Kept || rec.Position == r.before.Position
	inputs, whole, err := r.intake.upTo(rec.Position)
	if err != nil {
		return err
	}
	if !held || !whole && rec.Position != r.before.Position {
		verdict.LostRecords++
		verdict.Lost += len(facts)
		r.live = nil
		return nil
	}
	verdict.Inputs += len(inputs)
	verdict.Facts += len(facts)
	return r.compare(rec, facts, inputs)
}

// compare lets the live state decide. If the facts differ, inputs that led to nothing may have been
// decided in an earlier turn, which left no record. So they are tried once more at the instants at which
// they were stored.
func (r *verification) compare(rec Record, facts []events.Event, inputs []input) error {
	if r.live == nil {
		if err := r.revive(); err != nil {
			return err
		}
	}
	got, nothing, err := r.decide(rec, facts, inputs, 0)
	if err != nil {
		return err
	}
	if !same(rec.Lines, got) {
		if early := leading(inputs, facts); early > 0 {
			if err := r.revive(); err != nil {
				return err
			}
			again, none, err := r.decide(rec, facts, inputs, early)
			if err != nil {
				return err
			}
			if same(rec.Lines, again) {
				got, nothing = again, none
			}
		}
	}
	r.v.verdict.Nothing += nothing
	if same(rec.Lines, got) {
		r.live.Forget(rec.Now)
		return r.overdue(rec)
	}
	r.v.differ(r.differences(rec, facts, got))
	r.live = nil // go on from the ledger's state
	return nil
}

// revive rebuilds the live state from the ledger's.
func (r *verification) revive() error {
	b, err := r.ledger.Snapshot()
	if err != nil {
		return err
	}
	if r.live, err = rules.RestoreState(b, r.v.Catalog); err != nil {
		return err
	}
	r.live.Installation = r.p.Installation
	return nil
}

// decision is one fact and its encoding; a nil line means that it is not encoded yet.
type decision struct {
	fact events.Event
	line []byte
}

// decide returns what the rules decide about a record's inputs, the first early of them at the instants
// at which they were stored, and then about the deadlines that the record shows.
func (r *verification) decide(rec Record, facts []events.Event, inputs []input, early int) (got []decision, nothing int, err error) {
	gather := func(some []events.Event) {
		for _, e := range some {
			line, encodeErr := e.Encode()
			err = errors.Join(err, encodeErr)
			got = append(got, decision{e, line})
		}
	}
	if r.live.Catalog() == nil && len(facts) > 0 {
		if err := r.adopt(facts[0], rec.Now, gather); err != nil {
			return nil, 0, err
		}
	}
	for n, in := range inputs {
		if revised, ok := in.event.Data.(events.CatalogRevised); ok {
			if err := r.learn(r.live, revised.Revision); err != nil {
				return nil, 0, fmt.Errorf("input %d: %w", in.position, err)
			}
		}
		now := rec.Now
		if n < early {
			now = within(in.at, r.before.Now, rec.Now)
		}
		d := r.live.Decide(rules.Input{Position: in.position, Index: in.index, Event: in.event}, now)
		if len(d.Facts) == 0 {
			nothing++
		}
		gather(d.Facts)
	}
	for len(got) < len(facts) {
		at, ok := r.live.NextDeadline()
		if !ok || at.After(rec.Now) {
			break
		}
		gather(r.live.Fire(rec.Now, 1))
	}
	return got, nothing, err
}

// adopt does what the owner of a partition without a catalog does: it decides the current revision before
// the first input.
func (r *verification) adopt(first events.Event, now time.Time, gather func([]events.Event)) error {
	revised, ok := first.Data.(events.CatalogRevised)
	if !ok {
		return errors.New("the first fact of the partition is not a catalog revision")
	}
	if first.CausationID != "" {
		return nil // it arrived on INTAKE
	}
	if err := r.learn(r.live, revised.Revision); err != nil {
		return err
	}
	gather(r.live.Decide(rules.Input{Event: events.New(events.CatalogRevised{Revision: revised.Revision})}, now).Facts)
	return nil
}

// within returns t, or the nearer bound.
func within(t, from, to time.Time) time.Time {
	switch {
	case t.Before(from):
		return from
	case t.After(to):
		return to
	}
	return t
}

// leading counts the inputs before the first that a fact of the record names as its cause.
func leading(inputs []input, facts []events.Event) int {
	causes := make(map[string]bool, len(facts))
	for _, e := range facts {
		causes[e.CausationID] = true
	}
	for n, in := range inputs {
		if causes[in.event.ID] {
			return n
		}
	}
	return len(inputs)
}

func same(lines [][]byte, got []decision) bool {
	if len(lines) != len(got) {
		return false
	}
	for n := range lines {
		if !bytes.Equal(lines[n], got[n].line) {
			return false
		}
	}
	return true
}

// overdue is a deadline that fell due before a record that did not fire it.
type overdue struct {
	At       time.Time `json:"at,omitzero"`    // of the deadline; zero for none
	Since    time.Time `json:"since,omitzero"` // of the first record after it
	Epoch    uint64    `json:"epoch,omitempty"`
	Reported bool      `json:"told,omitempty"`
}

// patience is how long a deadline may be due before it counts as missed. It is also how much later than
// the record an input must have been stored to prove that the owner was not waiting for it: the stream and
// the owner have different clocks.
const patience = 10 * time.Second

// overdue reports a deadline that the ledger did not fire although no earlier input was waiting.
func (r *verification) overdue(rec Record) error {
	at, ok := r.live.NextDeadline()
	if !ok || at.After(rec.Now) {
		r.idle = overdue{}
		return nil
	}
	if !r.idle.At.Equal(at) || r.idle.Epoch != rec.Epoch {
		r.idle = overdue{At: at, Since: rec.Now, Epoch: rec.Epoch}
		return nil
	}
	if r.idle.Reported || rec.Now.Before(r.idle.Since.Add(patience)) {
		return nil
	}
	if m, waits, err := r.intake.peek(); err != nil || waits && !m.At.After(rec.Now.Add(patience)) {
		return err
	}
	r.idle.Reported = true
	var all []Difference
	for _, e := range r.live.Fire(rec.Now, 1) {
		all = append(all, r.difference(rec, 0, Missing, nil, &decision{fact: e}))
	}
	r.v.differ(all)
	r.live = nil
	return nil
}
