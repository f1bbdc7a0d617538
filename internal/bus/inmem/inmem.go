// Package inmem is a bus in memory for tests and simulations, with the guarantees of JetStream's and with
// faults on demand.
//
// In and out: see package bus. It writes nothing to disk and reads only the clock it is given.
package inmem

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// ErrLost is returned by a call whose request or answer was lost on purpose.
var ErrLost = errors.New("inmem: no answer")

// Faults are called before each operation. A nil function never injects a fault.
type Faults struct {
	// LoseRequest makes the call fail with nothing stored.
	LoseRequest func(call string) bool
	// LoseAnswer makes the call fail although it took effect.
	LoseAnswer func(call string) bool
	// Twice stores a published message a second time when it carries no id.
	Twice func() bool
	// Delay makes a Poll return nothing for now.
	Delay func() bool
}

// Config of a bus.
type Config struct {
	Partitions int              // Defaults to 8
	Targets    int              // Defaults to Partitions
	LeaseTTL   time.Duration    // Defaults to 3 s
	Clock      func() time.Time // required
	Faults     Faults
}

// Bus keeps everything in memory.
type Bus struct {
	cfg Config

	mu      sync.Mutex
	streams [4]*stream
	leases  map[string]lease
	blobs   map[string][]byte
	readers map[*reader]struct{}
}

type stream struct {
	all  []bus.Message
	last map[string]uint64 // by partition: the sequence of its newest message
	ids  map[string]uint64
}

type lease struct {
	owner string
	until time.Time
}

var _ bus.Bus = (*Bus)(nil)

// New returns an empty bus.
func New(cfg Config) *Bus {
	cfg.Partitions = cmp.Or(cfg.Partitions, 8)
	cfg.Targets = cmp.Or(cfg.Targets, cfg.Partitions)
	cfg.LeaseTTL = cmp.Or(cfg.LeaseTTL, 3*time.Second)
	b := &Bus{cfg: cfg, leases: map[string]lease{}, blobs: map[string][]byte{}, readers: map[*reader]struct{}{}}
	for i := range b.streams {
		b.streams[i] = &stream{last: map[string]uint64{}, ids: map[string]uint64{}}
	}
	return b
}

// Installation is the same for every bus in memory, so that tests know their ids.
func (b *Bus) Installation() string { return "inmem" }

// Partitions returns the numbers it was made with.
func (b *Bus) Partitions() (services, targets int) { return b.cfg.Partitions, b.cfg.Targets }

func (b *Bus) before(call string) error {
	if f := b.cfg.Faults.LoseRequest; f != nil && f(call) {
		return fmt.Errorf("%s: %w", call, ErrLost)
	}
	return nil
}

func (b *Bus) after(call string) error {
	if f := b.cfg.Faults.LoseAnswer; f != nil && f(call) {
		return fmt.Errorf("%s: %w", call, ErrLost)
	}
	return nil
}

// store appends to a stream; the caller holds the lock.
func (b *Bus) store(s bus.Stream, partition int, place string, m bus.Message) uint64 {
	st := b.streams[s]
	m.Seq, m.Partition, m.At = uint64(len(st.all)+1), partition, b.cfg.Clock()
	st.all = append(st.all, m)
	st.last[place] = m.Seq
	for r := range b.readers {
		if r.stream == s {
			r.signal()
		}
	}
	return m.Seq
}

// Publish stores m in INTAKE, in the partition that the server would choose.
func (b *Bus) Publish(_ context.Context, m bus.Message) error {
	if err := b.before("publish"); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	st := b.streams[bus.Intake]
	if m.ID == "" || st.ids[m.ID] == 0 {
		p := b.place(&m)
		seq := b.store(bus.Intake, p, place(p), m)
		if m.ID != "" {
			st.ids[m.ID] = seq
		} else if f := b.cfg.Faults.Twice; f != nil && f() {
			b.store(bus.Intake, p, place(p), m)
		}
	}
	return b.after("publish")
}

// place returns the partition of an intake subject, and rewrites public subjects.
func (b *Bus) place(m *bus.Message) int {
	parts := strings.Split(m.Subject, ".")
	if len(parts) == 3 { // tocsin.alerts.<service>
		p := events.Partition(parts[2], b.cfg.Partitions)
		m.Subject = events.IntakeSubject(p, parts[1]+"."+parts[2])
		return p
	}
	var p int
	if len(parts) > 3 {
		_, _ = fmt.Sscanf(parts[2], "%d", &p) // our own subjects always have a number
	}
	return p
}

func place(partition int) string { return fmt.Sprint(partition) }

// Last returns the newest message of a partition.
func (b *Bus) Last(_ context.Context, s bus.Stream, partition int) (bus.Message, error) {
	if err := b.before("last"); err != nil {
		return bus.Message{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	seq := b.streams[s].last[place(partition)]
	if seq == 0 {
		return bus.Message{}, bus.ErrEmpty
	}
	return b.streams[s].all[seq-1], nil
}

// Newest returns the sequence of the newest message.
func (b *Bus) Newest(_ context.Context, s bus.Stream, partition int) (uint64, error) {
	if err := b.before("newest"); err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if partition == bus.All {
		return uint64(len(b.streams[s].all)), nil
	}
	return b.streams[s].last[place(partition)], nil
}

// Append stores m behind the fence.
func (b *Bus) Append(_ context.Context, s bus.Stream, partition int, after uint64, m bus.Message) (uint64, error) {
	if err := b.before("append"); err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.streams[s].last[place(partition)] != after {
		return 0, bus.ErrFenced
	}
	seq := b.store(s, partition, place(partition), m)
	return seq, b.after("append")
}

const toldPlace = "told."

// Told returns how far partition p has been published.
func (b *Bus) Told(_ context.Context, p int) (position, fence uint64, err error) {
	if err := b.before("told"); err != nil {
		return 0, 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	seq := b.streams[bus.Events].last[toldPlace+place(p)]
	if seq == 0 {
		return 0, 0, nil
	}
	_, err = fmt.Sscanf(b.streams[bus.Events].all[seq-1].Get("position"), "%d", &position)
	return position, seq, err
}

// Announce stores all messages and the position, or nothing.
func (b *Bus) Announce(_ context.Context, p int, fence, position uint64, all []bus.Message) (uint64, error) {
	if err := b.before("announce"); err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.streams[bus.Events].last[toldPlace+place(p)] != fence {
		return 0, bus.ErrFenced
	}
	for _, m := range all {
		b.store(bus.Events, p, m.Subject, m)
	}
	seq := b.store(bus.Events, p, toldPlace+place(p), bus.Message{
		Subject: events.SubjectTold + "." + place(p),
		Header:  map[string][]string{"position": {fmt.Sprint(position)}},
	})
	return seq, b.after("announce")
}

// Hold takes or renews a lease.
func (b *Bus) Hold(_ context.Context, name, owner string) error {
	if err := b.before("hold"); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.cfg.Clock()
	if l, ok := b.leases[name]; ok && l.owner != owner && now.Before(l.until) {
		return bus.ErrHeld
	}
	b.leases[name] = lease{owner: owner, until: now.Add(b.cfg.LeaseTTL)}
	return b.after("hold")
}

// Release ends a lease.
func (b *Bus) Release(_ context.Context, name, owner string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.leases[name].owner == owner {
		delete(b.leases, name)
	}
	return nil
}

// Held lists the live leases under a prefix.
func (b *Bus) Held(_ context.Context, prefix string) (map[string]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := map[string]string{}
	for name, l := range b.leases {
		if strings.HasPrefix(name, prefix) && b.cfg.Clock().Before(l.until) {
			out[name] = l.owner
		}
	}
	return out, nil
}

// Put stores a blob.
func (b *Bus) Put(_ context.Context, name string, data []byte) error {
	if err := b.before("put"); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.blobs[name] = bytes.Clone(data)
	return b.after("put")
}

// Get returns a blob.
func (b *Bus) Get(_ context.Context, name string) ([]byte, error) {
	if err := b.before("get"); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.blobs[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, bus.ErrNotFound)
	}
	return data, nil
}

// Messages returns a copy of a stream, for tests.
func (b *Bus) Messages(s bus.Stream) []bus.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.streams[s].all)
}
