package backtest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
)

// checkpointVersion changes when an older checkpoint can no longer be read.
const checkpointVersion = 2

// played is the stored form of a backtest between two inputs.
type played struct {
	Version  int       `json:"version"`
	History  string    `json:"history"` // fingerprint
	Catalog  string    `json:"catalog"` // revision
	Until    time.Time `json:"until"`
	Next     int       `json:"next"`
	Position uint64    `json:"position"`
	Now      time.Time `json:"now"`

	State   json.RawMessage   `json:"state"`
	Lives   []*Life           `json:"lives"`
	Pages   page.Virtual      `json:"pages"`
	Answers []answer          `json:"answers"`
	Waits   []waits           `json:"waits"`
	By      map[string]string `json:"by"`
	Refused map[string]int    `json:"refused"`
}

type waits struct {
	Opener string `json:"opener"`
	By     string `json:"by"`
	waiting
}

// Fingerprint tells histories apart: equal ones have the same inputs at the same instants.
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

// Checkpoint gives everything that a later run of the same history needs to go on. It may be taken
// within [Options.After].
func (b *Backtest) Checkpoint() (json.RawMessage, error) {
	state, err := b.state.Snapshot()
	if err != nil {
		return nil, err
	}
	p := played{
		Version: checkpointVersion,
		History: b.history.Fingerprint(), Catalog: b.catalog.Rules.Revision, Until: b.until,
		Next: b.next, Position: b.position, Now: b.now, State: state,
		Lives: b.outcomes.lives, Pages: b.pages, Answers: b.answers, By: b.by, Refused: b.refused,
	}
	for who, w := range b.waits {
		p.Waits = append(p.Waits, waits{who.opener, who.by, *w})
	}
	return json.Marshal(&p) // a pointer, so that the pages are stored as they say
}

// Resume goes on where a [Backtest.Checkpoint] was taken. It must come before [Backtest.Run]; what a
// sink was told before is not told again.
func (b *Backtest) Resume(checkpoint json.RawMessage) error {
	var p played
	if err := json.Unmarshal(checkpoint, &p); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	switch {
	case p.Version != checkpointVersion:
		return fmt.Errorf("%w: of another version of tocsin", ErrOther)
	case p.History != b.history.Fingerprint():
		return fmt.Errorf("%w: of another history", ErrOther)
	case p.Catalog != b.catalog.Rules.Revision:
		return fmt.Errorf("%w: of another catalog", ErrOther)
	case !p.Until.Equal(b.until):
		return fmt.Errorf("%w: of another end", ErrOther)
	}
	state, err := rules.RestoreState(p.State, func(string) (*rules.Catalog, error) { return b.catalog.Rules, nil })
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	b.state, b.next, b.position, b.now = state, p.Next, p.Position, p.Now
	for _, l := range p.Lives {
		b.outcomes.add(l)
	}
	b.pages, b.answers = p.Pages, p.Answers
	b.pages.Replan(b.catalog.TargetPlan)
	for _, w := range p.Waits {
		b.waits[answerer{w.Opener, w.By}] = &w.waiting
	}
	maps.Copy(b.by, p.By)
	for what, n := range p.Refused {
		b.refused[what] = n
	}
	return nil
}
