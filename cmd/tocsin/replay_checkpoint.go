package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// saveEvery is how much work an interruption without warning may cost.
const saveEvery = 5 * time.Second

// checkpoints keeps where a replay stands in a file; without a name nothing is kept.
type checkpoints struct {
	file string
	of   string // what is replayed, so that no other replay goes on from it
	last time.Time
}

// stored is the form of the file.
type stored struct {
	Version    int             `json:"version"`
	Of         string          `json:"of"`
	Checkpoint json.RawMessage `json:"checkpoint"`
}

func (r *replayer) checkpoints(of string) *checkpoints {
	return &checkpoints{file: r.resume, of: of, last: time.Now()}
}

// load hands the checkpoint on, if there is one.
func (c *checkpoints) load(resume func(json.RawMessage) error) error {
	if c.file == "" {
		return nil
	}
	b, err := os.ReadFile(c.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unpath(err, c.file)
	}
	var s stored
	err = json.Unmarshal(b, &s)
	if err == nil && (s.Version != 1 || s.Of != c.of) {
		err = errors.New("the checkpoint belongs to another replay")
	}
	if err == nil {
		err = resume(s.Checkpoint)
	}
	if err != nil {
		return fault{err: fmt.Errorf("%s: %w", c.file, err), hint: "remove the file to begin anew"}
	}
	return nil
}

// sometimes saves when the last time is long enough ago.
func (c *checkpoints) sometimes(make func() (json.RawMessage, error)) error {
	if c.file == "" || time.Since(c.last) < saveEvery {
		return nil
	}
	return c.save(make)
}

// save puts a checkpoint in the place of the last one.
func (c *checkpoints) save(make func() (json.RawMessage, error)) error {
	if c.file == "" {
		return nil
	}
	checkpoint, err := make()
	if err != nil {
		return err
	}
	b, err := json.Marshal(stored{Version: 1, Of: c.of, Checkpoint: checkpoint})
	if err != nil {
		return err
	}
	c.last = time.Now()
	return replace(c.file, 0o600, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// done removes the file: there is nothing to go on with.
func (c *checkpoints) done() error {
	if c.file == "" {
		return nil
	}
	if err := os.Remove(c.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
