package backtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/rules"
)

// place is where a verification stands within a partition, behind a record.
type place struct {
	Partition int             `json:"partition"`
	Record    uint64          `json:"record"`
	Epoch     uint64          `json:"epoch"`
	Now       time.Time       `json:"now"`
	Position  Position        `json:"position"`
	State     json.RawMessage `json:"state"`
	Overdue   overdueMark     `json:"overdue"`
}

// overdueMark is the stored form of [overdue].
type overdueMark struct {
	At    time.Time `json:"at,omitzero"`
	Since time.Time `json:"since,omitzero"`
	Epoch uint64    `json:"epoch,omitempty"`
	Told  bool      `json:"told,omitempty"`
}

type verifyCheckpoint struct {
	Period   Period  `json:"period"`
	Verdict  Verdict `json:"verdict"`
	Finished []int   `json:"finished"`
	Present  *place  `json:"present,omitempty"`
}

// Checkpoint gives everything that a later run needs to go on, as of the last record. It may be
// taken within [Verifier.After], or between partitions.
func (v *Verifier) Checkpoint() (json.RawMessage, error) {
	c := verifyCheckpoint{Period: v.Period, Verdict: v.verdict}
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
			State: state, Overdue: overdueMark{r.idle.at, r.idle.since, r.idle.epoch, r.idle.told},
		}
	}
	return json.Marshal(c)
}

// ErrOther says that a checkpoint belongs to another replay.
var ErrOther = errors.New("the checkpoint belongs to another replay")

// Resume goes on where a [Verifier.Checkpoint] was taken. It must come before the first partition.
func (v *Verifier) Resume(checkpoint json.RawMessage) error {
	var c verifyCheckpoint
	if err := json.Unmarshal(checkpoint, &c); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if !c.Period.From.Equal(v.Period.From) || !c.Period.To.Equal(v.Period.To) {
		return fmt.Errorf("%w: of another period", ErrOther)
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
	r.ledger = state
	r.before = Record{Seq: p.Record, Epoch: p.Epoch, Now: p.Now, Position: p.Position}
	r.idle = overdue{p.Overdue.At, p.Overdue.Since, p.Overdue.Epoch, p.Overdue.Told}
	return nil
}
