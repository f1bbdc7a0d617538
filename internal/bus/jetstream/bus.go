// Package jetstream is the bus on NATS JetStream, and the embedded server for one machine.
//
// In and out: what package bus says. Every stream, subject, bucket and header is named in
// streams.go. The fence is Nats-Expected-Last-Subject-Sequence on the one subject of a partition.
// Decisions read from the stream's leader only; no consumer acknowledgement is part of correctness.
package jetstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
)

// Config says how to create streams that do not exist yet. Existing ones keep their settings.
type Config struct {
	// Partitions of services. Defaults to 8. Fixed for the life of the streams.
	Partitions int
	// Targets is the number of partitions of targets. Defaults to Partitions.
	Targets int
	// Replicas of each stream: 1 or 3. Defaults to 1.
	Replicas int
	// IntakeBytes is the size at which INTAKE refuses messages. Defaults to 8 GiB.
	IntakeBytes int64
	// LeaseTTL is how long a dead owner's lease lasts. Defaults to 3 s; at least 1 s.
	LeaseTTL time.Duration
	// AnswerTimeout bounds the wait for a response of the server. Defaults to 5 s.
	AnswerTimeout time.Duration
}

// WithDefaults sets fields that are zero.
func (c Config) WithDefaults() Config {
	c.Partitions = cmp.Or(c.Partitions, 8)
	c.Targets = cmp.Or(c.Targets, c.Partitions)
	c.Replicas = cmp.Or(c.Replicas, 1)
	c.IntakeBytes = cmp.Or(c.IntakeBytes, 8<<30)
	c.LeaseTTL = cmp.Or(c.LeaseTTL, 3*time.Second)
	c.AnswerTimeout = cmp.Or(c.AnswerTimeout, 5*time.Second)
	return c
}

// Validate reports all faults at once.
func (c Config) Validate() error {
	var faults []error
	if c.Partitions < 1 || c.Partitions > 1024 {
		faults = append(faults, fmt.Errorf("partitions: %d is not between 1 and 1024", c.Partitions))
	}
	if c.Targets < 1 || c.Targets > 1024 {
		faults = append(faults, fmt.Errorf("targets: %d is not between 1 and 1024", c.Targets))
	}
	if c.Replicas < 1 || c.Replicas > 5 {
		faults = append(faults, fmt.Errorf("replicas: %d is not between 1 and 5", c.Replicas))
	}
	if c.LeaseTTL < time.Second {
		faults = append(faults, fmt.Errorf("lease TTL: %s is under a second", c.LeaseTTL))
	}
	return errors.Join(faults...)
}

// Bus is a [bus.Bus] on one NATS connection.
type Bus struct {
	cfg          Config
	nc           *nats.Conn
	js           jetstream.JetStream
	streams      [4]jetstream.Stream // by [bus.Stream]
	leases       *leases
	blobs        jetstream.ObjectStore
	installation string
}

var _ bus.Bus = (*Bus)(nil)

// Options returns what every connection needs: it reconnects for ever and never buffers a publish, since the
// caller repeats it after a lost answer.
func Options(name string) []nats.Option {
	return []nats.Option{
		nats.Name(name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(100 * time.Millisecond),
		nats.ReconnectBufSize(-1),
		nats.RetryOnFailedConnect(true),
	}
}

// Open creates missing streams and returns the bus. The caller closes the connection, after [Bus.Close].
func Open(ctx context.Context, nc *nats.Conn, cfg Config) (*Bus, error) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(cfg.AnswerTimeout))
	if err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	b := &Bus{cfg: cfg, nc: nc, js: js}
	if err := b.makeStreams(ctx); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	if b.leases, err = openLeases(ctx, nc, js, cfg); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	if b.blobs, err = openBlobs(ctx, js, cfg); err != nil {
		return nil, fmt.Errorf("bus: %w", err)
	}
	return b, nil
}

// Close stops the background work of the bus. Leases that were not released expire.
func (b *Bus) Close() { b.leases.close() }

// Partitions returns what the streams were made with.
func (b *Bus) Partitions() (services, targets int) { return b.cfg.Partitions, b.cfg.Targets }

// Installation returns the name that INTAKE was made with.
func (b *Bus) Installation() string { return b.installation }

// Connected reports whether the connection is up.
func (b *Bus) Connected() bool { return b.nc.IsConnected() }

// Conn returns the connection, for subscriptions on the public subjects.
func (b *Bus) Conn() *nats.Conn { return b.nc }

// JetStream returns the client, for consumers on EVENTS.
func (b *Bus) JetStream() jetstream.JetStream { return b.js }

func atoi(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}
