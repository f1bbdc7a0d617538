package crash

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"tocsin.dev/internal/archive/sqlite"
	"tocsin.dev/pkg/client"
	"tocsin.dev/test/crash/process"
)

// until polls a condition until it gives no error.
func until(ctx context.Context, t *testing.T, what string, within time.Duration, holds func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := holds(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			require.NoError(t, err, "not so within %s: %s", within, what)
		case <-time.After(pause):
		}
	}
}

// timelines asks the API for every timeline: numbered 1 to n, and chained as the ledger says.
func (a *audit) timelines(ctx context.Context, t *testing.T) {
	t.Helper()
	c := client.New(a.w.http, a.w.token)
	last := a.order[len(a.order)-1]
	until(ctx, t, "the archive has the newest incident", 30*time.Second, func(ctx context.Context) error {
		_, err := c.Incident(ctx, last)
		return err
	})
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for id, i := range a.incidents {
		group.Go(func() error {
			for {
				all, err := c.Timeline(ctx, id, 0)
				if err != nil {
					return fmt.Errorf("timeline of %s: %w", id, err)
				}
				if len(all) < len(i.chain) && ctx.Err() == nil {
					continue // the recorder is a moment behind
				}
				return i.matches(id, all)
			}
		})
	}
	require.NoError(t, group.Wait())
	until(ctx, t, "EVENTS has every fact", 30*time.Second, func(context.Context) error {
		missing, err := a.told(t.Context())
		require.NoError(t, err)
		if missing > 0 {
			return fmt.Errorf("%d facts are not told", missing)
		}
		return nil
	})
}

func (i *incident) matches(id string, all []client.Entry) error {
	if len(all) != len(i.chain) {
		return fmt.Errorf("timeline of %s has %d entries, the ledger %d", id, len(all), len(i.chain))
	}
	for n, entry := range all {
		if entry.Seq != uint64(n+1) || entry.Hash != i.chain[n] {
			return fmt.Errorf("entry %d of %s: number %d, hash %s, the ledger's chain says %s", n+1, id, entry.Seq, entry.Hash, i.chain[n])
		}
	}
	return nil
}

// rebuild lets a fresh recorder build an archive from the same ledger: its content is the same.
func (a *audit) rebuild(ctx context.Context, t *testing.T) {
	t.Helper()
	digest := func(path string) (string, error) {
		r, err := sqlite.OpenReader(path)
		if err != nil {
			return "", err
		}
		defer r.Close()
		return r.Digest(ctx)
	}
	fresh := filepath.Join(a.w.dir, "rebuilt.db")
	args := []string{"--data", "rebuilt", "--nats-url", "nats://" + a.w.nats, "--http", "127.0.0.1:0", "--archive", fresh}
	key := filepath.Join(a.w.dir, "data", "nats-recorder.nk")
	if _, err := os.Stat(key); err == nil { // the embedded NATS of `tocsin up` asks for it
		args = append(args, "--nats-key", key)
	}
	p, err := process.Start(a.w.spec("rebuilder", "recorder", args...))
	require.NoError(t, err)
	defer func() {
		code, err := p.Stop(20 * time.Second)
		require.NoError(t, err)
		require.Zero(t, code, "the recorder's clean stop")
	}()
	until(ctx, t, "the rebuilt archive equals the first", time.Minute, func(context.Context) error {
		was, err := digest(filepath.Join(a.w.dir, "data", "archive.db"))
		if err != nil {
			return err
		}
		is, err := digest(fresh)
		if err == nil && is != was {
			err = fmt.Errorf("digest %s, not %s", is, was)
		}
		return err
	})
}

// restart kills everything once more and starts it. What is sent then is only what is new: one
// alert for each service is fired, and before its page nothing old may arrive.
func (a *audit) restart(ctx context.Context, t *testing.T) {
	t.Helper()
	before := len(a.w.receiver.snapshot())
	for _, s := range a.w.fleet.specs {
		a.w.fleet.kill(t, s)
	}
	a.w.fleet.ready(ctx, t)
	s := newSender(&world{http: a.w.http, token: a.w.token})
	var batch []signal
	for n := range services {
		batch = append(batch, firing(a.w.alerts+services+n-a.w.alerts%services))
	}
	require.NoError(t, s.post(ctx, batch))
	until(ctx, t, "the page of every new alert", time.Minute, func(context.Context) error {
		paged := map[string]bool{}
		for _, r := range a.w.receiver.snapshot()[before:] {
			if a.pages[r.Page] != nil {
				t.Fatalf("page %s of incident %s came again after the last start", r.Page, r.Incident)
			}
			if r.Level == 1 {
				paged[r.Service] = true
			}
		}
		if len(paged) < services {
			return fmt.Errorf("pages of %d services of %d", len(paged), services)
		}
		return nil
	})
}
