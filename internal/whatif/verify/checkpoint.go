package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/rules"
)

// ErrCheckpoint means that a checkpoint belongs to another verification.
var ErrCheckpoint = errors.New("the checkpoint belongs to another verification")

// checkpoint is the stored form of a [Verifier].
type checkpoint struct {
	Period   measure.Period `json:"period"`
	Verdict  Verdict        `json:"verdict"`
	Finished []int          `json:"finished"`
	Present  *place         `json:"present,omitempty"`
}

// place is how far one partition was verified: up to and including a record.
type place struct {
	Partition int             `json:"partition"`
	Record    uint64          `json:"record"`
	Epoch     uint64          `json:"epoch"`
	Now       time.Time       `json:"now"`
	Position  Position        `json:"position"`
	State     json.RawMessage `json:"state"`
	Overdue   overdue         `json:"overdue"`
}

// Checkpoint returns everything that a later run needs to continue after the last record. It may be
// called within [Verifier.After], or between partitions.
func (v *Verifier) Checkpoint() (json.RawMessage, error) {
	c := checkpoint{Period: v.Period, Verdict: v.verdict}
	for p := range v.finished {
		c.Finished = append(c.Finished, p)
	}
	slices.Sort(c.Finished)
	if r := v.present; r != nil {
		state, err := r.ledger.Snapshot()
		if err != nil {
			return nil, err
		}
		c.Present = &place{
			Partition: r.p.Number, Record: r.before.Seq, Epoch: r.before.Epoch, Now: r.before.Now, Position: r.before.Position,
			State: state, Overdue: r.idle,
		}
	}
	return json.Marshal(c)
}

// Resume continues after a [Verifier.Checkpoint]; [ErrCheckpoint] when it does not fit. Call it before the
// first partition.
func (v *Verifier) Resume(saved json.RawMessage) error {
	var c checkpoint
	if err := json.Unmarshal(saved, &c); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if !c.Period.From.Equal(v.Period.From) || !c.Period.To.Equal(v.Period.To) {
		return fmt.Errorf("%w: its period differs", ErrCheckpoint)
	}
	v.verdict, v.resume, v.finished = c.Verdict, c.Present, map[int]bool{}
	for _, p := range c.Finished {
		v.finished[p] = true
	}
	return nil
}

func (r *verification) restore(p place) error {
	state, err := rules.RestoreState(p.State, r.v.Catalog)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	state.Installation = r.p.Installation
	r.ledger, r.idle = state, p.Overdue
	r.before = Record{Seq: p.Record, Epoch: p.Epoch, Now: p.Now, Position: p.Position}
	return nil
}
