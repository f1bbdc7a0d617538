package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
)

// Server error codes with a meaning here.
const (
	codeWrongLastSequence = 10071 // the fence
	codeStorageFull       = 10023 // insufficient resources
	codeMaxBytes          = 10077 // the stream's own limit
	codeNoStorage         = 10047 // no room to make a stream of that size
)

// Publish stores m in INTAKE, once for its id within the window.
func (b *Bus) Publish(ctx context.Context, m bus.Message) error {
	var opts []jetstream.PublishOpt
	if m.ID != "" {
		opts = append(opts, jetstream.WithMsgID(m.ID))
	}
	ctx, cancel := context.WithTimeout(ctx, b.cfg.AnswerTimeout)
	defer cancel()
	if _, err := b.js.PublishMsg(ctx, outgoing(m), opts...); err != nil {
		return fmt.Errorf("publish %s: %w", m.Subject, meaning(err))
	}
	return nil
}

// Append stores m behind the fence.
func (b *Bus) Append(ctx context.Context, s bus.Stream, partition int, after uint64, m bus.Message) (uint64, error) {
	m.Subject = subject(s, partition)
	ctx, cancel := context.WithTimeout(ctx, b.cfg.AnswerTimeout)
	defer cancel()
	ack, err := b.js.PublishMsg(ctx, outgoing(m), jetstream.WithExpectLastSequencePerSubject(after))
	if err != nil {
		return 0, fmt.Errorf("append to %s: %w", m.Subject, meaning(err))
	}
	return ack.Sequence, nil
}

// Last asks the stream's leader for the partition's newest message.
func (b *Bus) Last(ctx context.Context, s bus.Stream, partition int) (bus.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.AnswerTimeout)
	defer cancel()
	m, err := b.streams[s].GetLastMsgForSubject(ctx, subject(s, partition))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return bus.Message{}, bus.ErrEmpty
	}
	if err != nil {
		return bus.Message{}, fmt.Errorf("last of %s: %w", subject(s, partition), err)
	}
	return bus.Message{
		Subject: m.Subject, Header: m.Header, Body: m.Data,
		Seq: m.Sequence, Partition: partitionOf(m.Subject), At: m.Time,
	}, nil
}

// Newest asks the leader: for a whole stream its state, for a partition its last message.
func (b *Bus) Newest(ctx context.Context, s bus.Stream, partition int) (uint64, error) {
	if partition != bus.All {
		last, err := b.Last(ctx, s, partition)
		if errors.Is(err, bus.ErrEmpty) {
			return 0, nil
		}
		return last.Seq, err
	}
	ctx, cancel := context.WithTimeout(ctx, b.cfg.AnswerTimeout)
	defer cancel()
	info, err := b.streams[s].Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("state of %s: %w", streamName(s), err)
	}
	return info.State.LastSeq, nil
}

func outgoing(m bus.Message) *nats.Msg {
	out := nats.NewMsg(m.Subject)
	for name, values := range m.Header {
		out.Header[name] = values
	}
	out.Data = m.Body
	return out
}

// meaning maps the server's codes to the bus's errors. All other errors are uncertain.
func meaning(err error) error {
	api, ok := errors.AsType[*jetstream.APIError](err)
	if !ok {
		return err
	}
	switch api.ErrorCode {
	case codeWrongLastSequence:
		return bus.ErrFenced
	case codeStorageFull, codeMaxBytes:
		return fmt.Errorf("%w: %s", bus.ErrFull, api.Description)
	default:
		return err
	}
}

// partitionOf parses the number in tocsin.<log>.<p>….
func partitionOf(subject string) int {
	parts := strings.SplitN(subject, ".", 4)
	if len(parts) < 3 {
		return 0
	}
	p, err := strconv.Atoi(parts[2])
	if err != nil {
		return 0
	}
	return p
}
