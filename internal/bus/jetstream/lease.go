package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
)

// leases is a bucket whose entries run out, and a picture of it kept up to date by one watcher.
// An entry that was not renewed within the TTL by the local clock counts as gone; the server has
// the last word when somebody tries to take it.
type leases struct {
	kv   jetstream.KeyValue
	ttl  time.Duration
	stop context.CancelFunc
	done chan struct{}

	mu   sync.Mutex
	seen map[string]lease
}

type lease struct {
	owner    string
	revision uint64
	at       time.Time
}

func openLeases(ctx context.Context, js jetstream.JetStream, cfg Config) (*leases, error) {
	kv, err := js.KeyValue(ctx, bucketLeases)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		kv, err = js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: bucketLeases, Description: "who should try", TTL: cfg.LeaseTTL,
			Storage: jetstream.MemoryStorage, Replicas: cfg.Replicas, History: 1,
		})
		if errors.Is(err, jetstream.ErrBucketExists) {
			kv, err = js.KeyValue(ctx, bucketLeases)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", bucketLeases, err)
	}
	watching, stop := context.WithCancel(context.Background())
	watcher, err := kv.WatchAll(watching)
	if err != nil {
		stop()
		return nil, fmt.Errorf("watch %s: %w", bucketLeases, err)
	}
	l := &leases{kv: kv, ttl: cfg.LeaseTTL, stop: stop, done: make(chan struct{}), seen: map[string]lease{}}
	go l.watch(watcher)
	return l, nil
}

func (l *leases) watch(w jetstream.KeyWatcher) {
	defer close(l.done)
	for entry := range w.Updates() {
		if entry == nil { // all there was has been told
			continue
		}
		l.mu.Lock()
		if entry.Operation() == jetstream.KeyValuePut {
			l.note(entry.Key(), lease{owner: string(entry.Value()), revision: entry.Revision(), at: time.Now()})
		} else {
			delete(l.seen, entry.Key())
		}
		l.mu.Unlock()
	}
}

// note keeps the newer of two pictures; the watcher may be behind our own writes.
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
	return e, ok && time.Since(e.at) < l.ttl
}

// Hold takes or renews a lease.
func (b *Bus) Hold(ctx context.Context, name, owner string) error {
	l := b.leases
	e, live := l.live(name)
	if live && e.owner != owner {
		return bus.ErrHeld
	}
	var revision uint64
	var err error
	if live {
		revision, err = l.kv.Update(ctx, name, []byte(owner), e.revision)
	} else {
		revision, err = l.kv.Create(ctx, name, []byte(owner))
	}
	if errors.Is(err, jetstream.ErrKeyExists) || errors.Is(meaning(err), bus.ErrFenced) {
		return bus.ErrHeld
	}
	if err != nil {
		return fmt.Errorf("lease %s: %w", name, err)
	}
	l.mu.Lock()
	l.note(name, lease{owner: owner, revision: revision, at: time.Now()})
	l.mu.Unlock()
	return nil
}

// Release gives a lease up at once.
func (b *Bus) Release(ctx context.Context, name, owner string) error {
	l := b.leases
	e, live := l.live(name)
	if !live || e.owner != owner {
		return nil
	}
	if err := l.kv.Delete(ctx, name, jetstream.LastRevision(e.revision)); err != nil {
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
		if strings.HasPrefix(name, prefix) && time.Since(e.at) < l.ttl {
			out[name] = e.owner
		}
	}
	return out, nil
}
