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

// leases is a bucket whose entries run out, and a picture of it kept up to date by one watcher.
// An entry that was not renewed within the TTL by the local clock counts as gone; the server has
// the last word when somebody tries to take it. The bucket lies in memory: a single server that
// was restarted has lost it, so after each new connection it is looked up, or made, anew.
type leases struct {
	js   jetstream.JetStream
	cfg  Config
	stop context.CancelFunc
	done chan struct{}
	lost chan struct{} // signalled when the bucket is not there any more

	mu   sync.Mutex
	kv   jetstream.KeyValue
	seen map[string]lease
}

type lease struct {
	owner    string
	revision uint64 // 0 = not known, as it may be of a bucket that is gone
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

// open finds the bucket, or makes it, and watches it. What was seen before stands until its time is
// over, but its revisions mean nothing any more.
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

// follow keeps the picture until watching ends. A watcher outlives a lost bucket without a word, and
// then waits for revisions that the new one reaches much later; so it is replaced, not trusted.
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
				w = l.again(watching, w)
			} else if entry != nil { // nil: all there was has been told
				l.picture(entry)
			}
		case <-connected:
			w = l.again(watching, w)
		case <-l.lost:
			w = l.again(watching, w)
		}
	}
}

// again replaces the watcher, trying until the server answers or watching ends.
func (l *leases) again(watching context.Context, old jetstream.KeyWatcher) jetstream.KeyWatcher {
	_ = old.Stop() // it may be of a server that is gone
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

func (l *leases) picture(entry jetstream.KeyValueEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if entry.Operation() == jetstream.KeyValuePut {
		l.note(entry.Key(), lease{owner: string(entry.Value()), revision: entry.Revision(), at: time.Now()})
	} else {
		delete(l.seen, entry.Key())
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

// claim writes the entry over the revision it is believed to have. When that is refused, the server
// says whose it is: an own one may have been written by a renewal whose answer was lost.
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
		case errors.Is(gerr, jetstream.ErrKeyNotFound): // it ran out meanwhile
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

// Release gives a lease up at once.
func (b *Bus) Release(ctx context.Context, name, owner string) error {
	l := b.leases
	e, live := l.live(name)
	if !live || e.owner != owner || e.revision == 0 { // without its revision it may be another's by now
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
