package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
)

// leases is a bucket whose entries expire, and a cache of it that one watcher keeps up to date. An entry
// that was not renewed within the TTL, by the local clock, counts as expired; the server decides when
// somebody tries to take it. The bucket is in memory, so a single server loses it in a restart, and each
// new connection looks it up or creates it again.
type leases struct {
	js   jetstream.JetStream
	cfg  Config
	stop context.CancelFunc
	done chan struct{}
	lost chan struct{} // signalled when the bucket no longer exists

	mu   sync.Mutex
	kv   jetstream.KeyValue
	seen map[string]lease
}

type lease struct {
	owner    string
	revision uint64 // 0 = unknown: it may be from a lost bucket
	at       time.Time
}

func openLeases(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, cfg Config) (*leases, error) {
	l := &leases{js: js, cfg: cfg, done: make(chan struct{}), lost: make(chan struct{}, 1), seen: map[string]lease{}}
	watching, stop := context.WithCancel(context.Background())
	l.stop = stop
	watcher, err := l.open(ctx, watching)
	if err != nil {
		stop()
		return nil, err
	}
	go l.follow(watching, nc, watcher)
	return l, nil
}

// open finds or creates the bucket, and watches it. Entries seen before stay until they expire, but their
// revisions are no longer valid.
func (l *leases) open(ctx, watching context.Context) (jetstream.KeyWatcher, error) {
	kv, err := l.js.KeyValue(ctx, bucketLeases)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = l.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: bucketLeases, Description: "who should try", TTL: l.cfg.LeaseTTL,
			Storage: jetstream.MemoryStorage, Replicas: l.cfg.Replicas, History: 1,
		})
		if errors.Is(err, jetstream.ErrBucketExists) {
			kv, err = l.js.KeyValue(ctx, bucketLeases)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", bucketLeases, err)
	}
	watcher, err := kv.WatchAll(watching)
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", bucketLeases, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kv = kv
	for name, e := range l.seen {
		e.revision = 0
		l.seen[name] = e
	}
	return watcher, nil
}

// follow updates the cache until watching ends. A watcher survives a lost bucket silently, and then waits
// for revisions that the new bucket reaches much later. So it is replaced after each reconnect.
func (l *leases) follow(watching context.Context, nc *nats.Conn, w jetstream.KeyWatcher) {
	defer close(l.done)
	connected := nc.StatusChanged(nats.CONNECTED)
	defer nc.RemoveStatusListener(connected)
	for {
		select {
		case <-watching.Done():
			return
		case entry, ok := <-w.Updates():
			if !ok {
				w = l.rewatch(watching, w)
			} else if entry != nil { // nil: all present entries were delivered
				l.update(entry)
			}
		case <-connected:
			w = l.rewatch(watching, w)
		case <-l.lost:
			w = l.rewatch(watching, w)
		}
	}
}

// rewatch replaces the watcher, trying until the server answers or watching ends.
func (l *leases) rewatch(watching context.Context, old jetstream.KeyWatcher) jetstream.KeyWatcher {
	_ = old.Stop() // its server may be gone
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		ctx, cancel := context.WithTimeout(watching, l.cfg.AnswerTimeout)
		w, err := l.open(ctx, watching)
		cancel()
		if err == nil {
			return w
		}
		timer := time.NewTimer(pause)
		select {
		case <-watching.Done():
			timer.Stop()
			return old
		case <-timer.C:
		}
	}
}

func (l *leases) update(entry jetstream.KeyValueEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if entry.Operation() == jetstream.KeyValuePut {
		l.note(entry.Key(), lease{owner: string(entry.Value()), revision: entry.Revision(), at: time.Now()})
	} else {
		delete(l.seen, entry.Key())
	}
}

// note keeps the newer of two entries; the watcher may be behind our own writes.
func (l *leases) note(name string, e lease) {
	if e.revision >= l.seen[name].revision {
		l.seen[name] = e
	}
}

func (l *leases) close() {
	l.stop()
	<-l.done
}

func (l *leases) live(name string) (lease, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.seen[name]
	return e, ok && time.Since(e.at) < l.cfg.LeaseTTL
}

// Hold takes or renews a lease.
func (b *Bus) Hold(ctx context.Context, name, owner string) error {
	l := b.leases
	e, live := l.live(name)
	if live && e.owner != owner {
		return bus.ErrHeld
	}
	if !live {
		e.revision = 0
	}
	revision, err := l.claim(ctx, name, owner, e.revision)
	if err != nil {
		return fmt.Errorf("lease %s: %w", name, err)
	}
	l.mu.Lock()
	l.note(name, lease{owner: owner, revision: revision, at: time.Now()})
	l.mu.Unlock()
	return nil
}

// claim replaces the entry if it has the believed revision. If that fails, it asks the server who owns the
// entry: it may be us, by a renewal whose answer was lost.
func (l *leases) claim(ctx context.Context, name, owner string, believed uint64) (revision uint64, err error) {
	l.mu.Lock()
	kv := l.kv
	l.mu.Unlock()
	if believed > 0 {
		revision, err = kv.Update(ctx, name, []byte(owner), believed)
	} else {
		revision, err = kv.Create(ctx, name, []byte(owner))
	}
	if refused(err) {
		entry, gerr := kv.Get(ctx, name)
		switch {
		case errors.Is(gerr, jetstream.ErrKeyNotFound): // it expired meanwhile
			revision, err = kv.Create(ctx, name, []byte(owner))
		case gerr != nil:
			err = gerr
		case string(entry.Value()) == owner:
			revision, err = kv.Update(ctx, name, []byte(owner), entry.Revision())
		}
	}
	switch {
	case refused(err):
		return 0, bus.ErrHeld
	case bucketGone(err):
		select {
		case l.lost <- struct{}{}:
		default:
		}
	}
	return revision, err
}

func refused(err error) bool {
	return errors.Is(err, jetstream.ErrKeyExists) || errors.Is(meaning(err), bus.ErrFenced)
}

func bucketGone(err error) bool {
	return errors.Is(err, jetstream.ErrNoStreamResponse) || errors.Is(err, nats.ErrNoResponders) ||
		errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrBucketNotFound)
}

// Release ends a lease at once.
func (b *Bus) Release(ctx context.Context, name, owner string) error {
	l := b.leases
	e, live := l.live(name)
	if !live || e.owner != owner || e.revision == 0 { // without a revision somebody else may own it by now
		return nil
	}
	l.mu.Lock()
	kv := l.kv
	l.mu.Unlock()
	if err := kv.Delete(ctx, name, jetstream.LastRevision(e.revision)); err != nil {
		return fmt.Errorf("release %s: %w", name, err)
	}
	l.mu.Lock()
	delete(l.seen, name)
	l.mu.Unlock()
	return nil
}

// Held lists the live leases under a prefix.
func (b *Bus) Held(_ context.Context, prefix string) (map[string]string, error) {
	l := b.leases
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]string{}
	for name, e := range l.seen {
		if strings.HasPrefix(name, prefix) && time.Since(e.at) < l.cfg.LeaseTTL {
			out[name] = e.owner
		}
	}
	return out, nil
}
