package backtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
)

// ErrCheckpoint means that a checkpoint belongs to another backtest.
var ErrCheckpoint = errors.New("the checkpoint belongs to another backtest")

// checkpointVersion changes when an older checkpoint can no longer be read.
const checkpointVersion = 2

// checkpoint is the stored form of a backtest between two inputs.
type checkpoint struct {
	Version  int       `json:"version"`
	History  string    `json:"history"` // fingerprint
	Catalog  string    `json:"catalog"` // revision
	Until    time.Time `json:"until"`
	Next     int       `json:"next"`
	Position uint64    `json:"position"`
	Now      time.Time `json:"now"`

	State     json.RawMessage   `json:"state"`
	Lives     []*Life           `json:"lives"`
	Pages     *page.Virtual     `json:"pages"`
	Answers   []answer          `json:"answers"`
	Waits     []waits           `json:"waits"`
	Incidents map[string]string `json:"by"`
	Refused   map[string]int    `json:"refused"`
}

type waits struct {
	Opener string `json:"opener"`
	By     string `json:"by"`
	waiting
}

// Fingerprint identifies a history: equal ones have the same inputs at the same instants.
func (h *History) Fingerprint() string {
	sum := fnv.New64a()
	for n := range h.inputs {
		e := &h.inputs[n].Event
		io.WriteString(sum, e.ID)                                  //nolint:errcheck // a hash never fails
		io.WriteString(sum, e.Type)                                //nolint:errcheck // a hash never fails
		io.WriteString(sum, e.Time.UTC().Format(time.RFC3339Nano)) //nolint:errcheck // a hash never fails
	}
	return fmt.Sprintf("%d/%016x", len(h.inputs), sum.Sum64())
}

// Checkpoint returns everything that a later run of the same history needs to continue. It may be called
// within [Options.After].
func (b *Backtest) Checkpoint() (json.RawMessage, error) {
	state, err := b.state.Snapshot()
	if err != nil {
		return nil, err
	}
	c := checkpoint{
		Version: checkpointVersion, History: b.history.Fingerprint(), Catalog: b.catalog.Rules.Revision, Until: b.until,
		Next: b.next, Position: b.position, Now: b.now, State: state,
		Lives: b.outcomes.lives, Pages: &b.pages, Answers: b.answers, Incidents: b.incidents, Refused: b.refused,
	}
	for who, w := range b.waits {
		c.Waits = append(c.Waits, waits{who.opener, who.by, *w})
	}
	return json.Marshal(c)
}

// Resume continues after a [Backtest.Checkpoint]; [ErrCheckpoint] when it does not fit. Call it before
// [Backtest.Run]; the sink does not get the facts before the checkpoint again.
func (b *Backtest) Resume(saved json.RawMessage) error {
	c := checkpoint{Pages: &b.pages}
	if err := json.Unmarshal(saved, &c); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	switch {
	case c.Version != checkpointVersion:
		return fmt.Errorf("%w: another version of tocsin wrote it", ErrCheckpoint)
	case c.History != b.history.Fingerprint():
		return fmt.Errorf("%w: its history differs", ErrCheckpoint)
	case c.Catalog != b.catalog.Rules.Revision:
		return fmt.Errorf("%w: its catalog differs", ErrCheckpoint)
	case !c.Until.Equal(b.until):
		return fmt.Errorf("%w: its end differs", ErrCheckpoint)
	}
	state, err := rules.RestoreState(c.State, func(string) (*rules.Catalog, error) { return b.catalog.Rules, nil })
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	b.state, b.next, b.position, b.now, b.answers = state, c.Next, c.Position, c.Now, c.Answers
	for _, l := range c.Lives {
		b.outcomes.add(l)
	}
	b.pages.Replan(b.catalog.TargetPlan)
	for _, w := range c.Waits {
		b.waits[answerer{w.Opener, w.By}] = &w.waiting
	}
	maps.Copy(b.incidents, c.Incidents)
	maps.Copy(b.refused, c.Refused)
	return nil
}
