package jetstream

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// The buckets, and the metadata of INTAKE that applies to all streams.
const (
	bucketLeases = "TOCSIN_LEASES"
	bucketBlobs  = "TOCSIN_BLOBS"
	metaServices = "tocsin.partitions"
	metaTargets  = "tocsin.targets"
	metaInstall  = "tocsin.installation"
)

// maxMessage is the largest message: the server's default limit, below which every record stays.
const maxMessage = 1 << 20

// duplicates is the window in which a message id is stored once, intakeAge how long INTAKE keeps messages.
const (
	duplicates = 10 * time.Minute
	intakeAge  = 30 * 24 * time.Hour
)

// makeStreams creates missing streams. INTAKE is first: it carries the numbers of partitions, and whoever
// creates it fixes them.
func (b *Bus) makeStreams(ctx context.Context) error {
	var err error
	if b.streams[bus.Intake], err = b.makeIntake(ctx); err != nil {
		return err
	}
	meta := b.streams[bus.Intake].CachedInfo().Config.Metadata
	b.cfg.Partitions = atoi(meta[metaServices], b.cfg.Partitions)
	b.cfg.Targets = atoi(meta[metaTargets], b.cfg.Targets)
	b.installation = meta[metaInstall]
	for s, cfg := range map[bus.Stream]jetstream.StreamConfig{
		bus.Ledger: b.logConfig(bus.Ledger), bus.Deliveries: b.logConfig(bus.Deliveries), bus.Events: b.eventsConfig(),
	} {
		if b.streams[s], err = b.makeStream(ctx, cfg); err != nil {
			return err
		}
	}
	return nil
}

// makeIntake creates INTAKE as large as configured, or smaller when the server has less space.
func (b *Bus) makeIntake(ctx context.Context) (jetstream.Stream, error) {
	for {
		s, err := b.makeStream(ctx, b.intakeConfig())
		api, answered := errors.AsType[*jetstream.APIError](err)
		if b.cfg.IntakeBytes <= leastIntake || !answered || api.ErrorCode != codeNoStorage {
			return s, err
		}
		b.cfg.IntakeBytes /= 4
	}
}

// leastIntake is the smallest useful INTAKE.
const leastIntake = 64 << 20

func (b *Bus) intakeConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        events.StreamIntake,
		Description: "what was asked: alerts, commands, receipts, catalogs",
		Subjects:    []string{events.SubjectAlerts + ".*", events.SubjectCommands + ".*", events.SubjectIntake + ".>"},
		// A publisher on tocsin.alerts.<service> needs to know nothing about partitions.
		SubjectTransform: &jetstream.SubjectTransformConfig{
			Source:      "tocsin.*.*",
			Destination: fmt.Sprintf("%s.{{partition(%d,2)}}.{{wildcard(1)}}.{{wildcard(2)}}", events.SubjectIntake, b.cfg.Partitions),
		},
		Discard:    jetstream.DiscardNew, // a full intake refuses; it never drops the oldest
		MaxBytes:   b.cfg.IntakeBytes,
		MaxAge:     intakeAge,
		MaxMsgSize: maxMessage,
		Duplicates: duplicates,
		Replicas:   b.cfg.Replicas,
		DenyDelete: true,
		Metadata: map[string]string{
			metaServices: strconv.Itoa(b.cfg.Partitions),
			metaTargets:  strconv.Itoa(b.cfg.Targets),
			metaInstall:  rand.Text(),
		},
	}
}

// logConfig is a stream of records: one subject for each partition, and nothing is dropped.
func (b *Bus) logConfig(s bus.Stream) jetstream.StreamConfig {
	cfg := jetstream.StreamConfig{
		Name: streamName(s), Subjects: []string{subject(s, bus.All)},
		MaxMsgSize: maxMessage, Replicas: b.cfg.Replicas, DenyDelete: true,
		Description: "what was decided: one record a commit",
	}
	if s == bus.Deliveries {
		cfg.Description = "what the notifier claimed, and what came of it"
	}
	return cfg
}

func (b *Bus) eventsConfig() jetstream.StreamConfig {
	return jetstream.StreamConfig{
		Name:        events.StreamEvents,
		Description: "the public contract: every incident, escalation and page fact",
		Subjects: []string{
			events.SubjectIncidents + ".>", events.SubjectEscalations + ".>", events.SubjectPages + ".>",
			events.SubjectTold + ".*",
		},
		MaxMsgSize: maxMessage, Replicas: b.cfg.Replicas, AllowAtomicPublish: true, DenyDelete: true,
	}
}

// makeStream creates the stream, or returns the existing one unchanged.
func (b *Bus) makeStream(ctx context.Context, cfg jetstream.StreamConfig) (jetstream.Stream, error) {
	s, err := b.js.Stream(ctx, cfg.Name)
	if err == nil {
		return s, nil
	}
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fmt.Errorf("look up stream %s: %w", cfg.Name, err)
	}
	cfg.Storage = jetstream.FileStorage
	s, err = b.js.CreateStream(ctx, cfg)
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process was first
		s, err = b.js.Stream(ctx, cfg.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("create stream %s: %w", cfg.Name, err)
	}
	return s, nil
}

func streamName(s bus.Stream) string {
	return [...]string{events.StreamIntake, events.StreamLedger, events.StreamDeliveries, events.StreamEvents}[s]
}

// subject returns the filter of a partition, or of all.
func subject(s bus.Stream, partition int) string {
	root := [...]string{events.SubjectIntake, events.SubjectLedger, events.SubjectDeliveries, "tocsin"}[s]
	token := "*"
	if partition != bus.All {
		token = strconv.Itoa(partition)
	}
	switch s {
	case bus.Intake:
		return root + "." + token + ".>"
	case bus.Events:
		return ">"
	default:
		return root + "." + token
	}
}
