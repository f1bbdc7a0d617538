package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// headerTold carries the position on the subject tocsin.told.<p>.
const headerTold = "Tocsin-Position"

// Told asks the leader how far partition p has been published.
func (b *Bus) Told(ctx context.Context, p int) (position, fence uint64, err error) {
	m, err := b.streams[bus.Events].GetLastMsgForSubject(ctx, toldSubject(p))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("last of %s: %w", toldSubject(p), err)
	}
	position, err = strconv.ParseUint(m.Header.Get(headerTold), 10, 64)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: header %s: %w", toldSubject(p), headerTold, err)
	}
	return position, m.Sequence, nil
}

// Announce publishes the messages and the new position as one atomic batch. The message of the position
// carries the fence and is last, so its sequence is the batch's.
func (b *Bus) Announce(ctx context.Context, p int, fence, position uint64, all []bus.Message) (uint64, error) {
	batch := make([]*nats.Msg, 0, len(all)+1)
	for _, m := range all {
		batch = append(batch, outgoing(m))
	}
	told := nats.NewMsg(toldSubject(p))
	told.Header.Set(headerTold, strconv.FormatUint(position, 10))
	told.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(fence, 10))
	batch = append(batch, told)

	ctx, cancel := context.WithTimeout(ctx, b.cfg.AnswerTimeout)
	defer cancel()
	ack, err := jetstreamext.PublishMsgBatch(ctx, b.js, batch, jetstreamext.BatchFlowControl{})
	if err != nil {
		return 0, fmt.Errorf("announce partition %d: %w", p, meaning(err))
	}
	return ack.Sequence, nil
}

func toldSubject(p int) string { return events.SubjectTold + "." + strconv.Itoa(p) }
