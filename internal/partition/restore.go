package partition

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"tocsin.dev/internal/bus"
)

// saved is the stored form of a snapshot.
type saved struct {
	Seq   uint64          `json:"seq"` // the record after which it was taken
	State json.RawMessage `json:"state"`
}

func (o *Owner) snapshotName() string {
	return "snapshot." + o.cfg.Stream.String() + "." + strconv.Itoa(o.cfg.Partition)
}

func (o *Owner) saveSnapshot(ctx context.Context) error {
	if o.cfg.Blobs == nil || o.tail == 0 {
		return nil
	}
	state, err := o.machine.Snapshot()
	if err != nil {
		return err
	}
	b := strconv.AppendUint(append(make([]byte, 0, len(state)+32), `{"seq":`...), o.writer.fence, 10)
	b = append(append(append(b, `,"state":`...), state...), '}') // a [saved], without parsing the state again
	if err := o.cfg.Blobs.Put(ctx, o.snapshotName(), b); err != nil {
		return fmt.Errorf("store the snapshot: %w", err)
	}
	o.tail, o.snapshotAt = 0, max(o.cfg.SnapshotTail, tailPerSnapshot*len(state))
	return nil
}

// restore brings the machine to the state after record last, from the newest snapshot and the records after it.
func (o *Owner) restore(ctx context.Context, last uint64) error {
	from, err := o.loadSnapshot(ctx, last)
	if err != nil {
		return err
	}
	if from >= last {
		return nil
	}
	reader, err := o.cfg.Log.Read(ctx, o.cfg.Stream, o.cfg.Partition, from)
	if err != nil {
		return fmt.Errorf("read the records: %w", err)
	}
	defer reader.Close()
	for from < last {
		got, err := reader.Poll(pollMax)
		if err != nil {
			return fmt.Errorf("read the records: %w", err)
		}
		for _, m := range got {
			if m.Seq > last {
				return nil
			}
			if err := o.replay(ctx, m); err != nil {
				return err
			}
			from = m.Seq
		}
		if len(got) > 0 || from >= last {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-reader.Ready():
		}
	}
	return nil
}

func (o *Owner) replay(ctx context.Context, m bus.Message) error {
	r, err := ParseRecord(m)
	if err != nil {
		return err
	}
	o.tail += len(m.Body)
	if err := o.machine.Replay(ctx, r); err != nil {
		return fmt.Errorf("replay record %d: %w", r.Seq, err)
	}
	return nil
}

// loadSnapshot loads the stored snapshot; from is the record it was taken after. One that cannot be used costs
// only time: the records alone are enough.
func (o *Owner) loadSnapshot(ctx context.Context, last uint64) (from uint64, err error) {
	var s saved
	if o.cfg.Blobs != nil {
		b, err := o.cfg.Blobs.Get(ctx, o.snapshotName())
		if err != nil && !errors.Is(err, bus.ErrNotFound) {
			return 0, fmt.Errorf("load the snapshot: %w", err)
		}
		if err == nil && (json.Unmarshal(b, &s) != nil || s.Seq > last) {
			s = saved{} // damaged, or of another log: the records alone are enough
		}
	}
	if s.State != nil {
		err := o.machine.Load(ctx, s.State)
		if err == nil {
			return s.Seq, nil
		}
		o.cfg.Warn(fmt.Errorf("load the snapshot: %w", err))
	}
	if err := o.machine.Load(ctx, nil); err != nil {
		return 0, fmt.Errorf("begin from the first record: %w", err)
	}
	return 0, nil
}
