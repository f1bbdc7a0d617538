package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"tocsin.dev/internal/files"
)

// saveEvery is how much work a crash may cost.
const saveEvery = 5 * time.Second

// checkpoints saves the progress of a replay to a file. Without a file name it does nothing.
type checkpoints struct {
	file string
	of   string // what is replayed, so that another replay does not continue from it
	last time.Time
}

// savedCheckpoint is the format of the file.
type savedCheckpoint struct {
	Version    int             `json:"version"`
	Of         string          `json:"of"`
	Checkpoint json.RawMessage `json:"checkpoint"`
}

func (r *replayer) checkpoints(of string) *checkpoints {
	return &checkpoints{file: r.resume, of: of, last: time.Now()}
}

// load passes the saved checkpoint to resume, if there is one.
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
	var s savedCheckpoint
	err = json.Unmarshal(b, &s)
	if err == nil && (s.Version != 1 || s.Of != c.of) {
		err = errors.New("the checkpoint belongs to another replay")
	}
	if err == nil {
		err = resume(s.Checkpoint)
	}
	if err != nil {
		return fault{err: fmt.Errorf("%s: %w", c.file, err), hint: "remove the file to start over"}
	}
	return nil
}

// saveIfDue saves if the last save was long enough ago.
func (c *checkpoints) saveIfDue(make func() (json.RawMessage, error)) error {
	if c.file == "" || time.Since(c.last) < saveEvery {
		return nil
	}
	return c.save(make)
}

// save replaces the saved checkpoint.
func (c *checkpoints) save(make func() (json.RawMessage, error)) error {
	if c.file == "" {
		return nil
	}
	checkpoint, err := make()
	if err != nil {
		return err
	}
	b, err := json.Marshal(savedCheckpoint{Version: 1, Of: c.of, Checkpoint: checkpoint})
	if err != nil {
		return err
	}
	c.last = time.Now()
	return files.Replace(c.file, 0o600, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// done removes the file after a complete run.
func (c *checkpoints) done() error {
	if c.file == "" {
		return nil
	}
	if err := os.Remove(c.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
