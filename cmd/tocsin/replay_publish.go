package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/whatif/verify/streams"
	"tocsin.dev/pkg/events"
)

// Limits of the stream TOCSIN_REPLAY. It is for trying out subscribers and must not take space from other
// streams: when it is full, the oldest facts are dropped.
const (
	replayBytes = 256 << 20
	replayAge   = 24 * time.Hour
	replayDedup = 10 * time.Minute
)

// republish publishes the facts of the period, as they were decided or as a backtest decides them.
func (r *replayer) republish(ctx context.Context) error {
	if err := events.CheckID(r.publish); err != nil {
		return misuse("--publish: %w", err)
	}
	speed, err := speedOf(r.speed)
	if err != nil {
		return misuse("--speed: %w", err)
	}
	b, done, err := r.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	facts, err := r.publicFacts(ctx, streams.Streams{Bus: b, Foreign: cloudevents.FromNATS})
	if err != nil {
		return err
	}
	if err := makeReplayStream(ctx, b.JetStream()); err != nil {
		return err
	}
	return r.publishAll(ctx, b.JetStream(), facts, speed)
}

// publicFacts returns the public facts of the period, ordered by time.
func (r *replayer) publicFacts(ctx context.Context, source streams.Streams) (facts []events.Event, err error) {
	keep := func(e events.Event) error {
		if _, public := events.PublicSubject(e.Envelope); public && r.period.Holds(e.Time) {
			facts = append(facts, e)
		}
		return nil
	}
	switch {
	case r.catalog != "":
		if err := r.load(ctx); err != nil {
			return nil, err
		}
		_, err = r.play(ctx, r.candidate, nil, keep)
	case r.stored() != "":
		if err := r.load(ctx); err != nil {
			return nil, err
		}
		return nil, misuse("to publish the facts of %s, name the catalog that decides them with --catalog", r.kind())
	default:
		err = r.readLedger(ctx, source, keep)
	}
	slices.SortStableFunc(facts, func(a, b events.Event) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	return facts, err
}

// speedOf parses "1", "10" or "0.5"; "max" is 0.
func speedOf(word string) (float64, error) {
	if word == "max" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(word, 64)
	if err != nil || !(speed > 0) || speed > 1e9 {
		return 0, fmt.Errorf("%q is not a speed such as 1, 60 or max", word)
	}
	return speed, nil
}

// makeReplayStream creates the stream if it does not exist. An existing one keeps its limits.
func makeReplayStream(ctx context.Context, js jetstream.JetStream) error {
	if _, err := js.Stream(ctx, events.StreamReplay); err == nil || !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	_, err := js.CreateStream(ctx, jetstream.StreamConfig{
		Name:        events.StreamReplay,
		Description: "facts published by `tocsin replay --publish` to try out subscribers; pages nobody",
		Subjects:    []string{events.SubjectReplay + ".>"},
		Storage:     jetstream.FileStorage,
		Discard:     jetstream.DiscardOld,
		MaxBytes:    replayBytes, MaxAge: replayAge, MaxMsgSize: 1 << 20, Duplicates: replayDedup,
	})
	if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return fmt.Errorf("create stream %s: %w", events.StreamReplay, err)
	}
	return nil
}

// publishPosition is the checkpoint of a publication.
type publishPosition struct {
	Next int    `json:"next"` // index of the next fact
	ID   string `json:"id"`   // id of the fact before it, to detect another history
}

// publishAll publishes facts, paced by their times. An interrupt saves a checkpoint and is not an error.
func (r *replayer) publishAll(ctx context.Context, js jetstream.JetStream, facts []events.Event, speed float64) error {
	at := publishPosition{}
	saved := r.checkpoints("publish " + r.publish)
	err := saved.load(func(b json.RawMessage) error {
		if err := json.Unmarshal(b, &at); err != nil {
			return err
		}
		if at.Next > len(facts) || at.Next > 0 && facts[at.Next-1].ID != at.ID {
			return errors.New("the checkpoint belongs to another history")
		}
		return nil
	})
	if err != nil {
		return err
	}
	position := func() (json.RawMessage, error) { return json.Marshal(at) }
	bar, first := r.progress("facts"), at.Next
	defer bar.end()
	var began time.Time
	for ; at.Next < len(facts); at.Next++ {
		e := facts[at.Next]
		if at.Next == first {
			began = time.Now()
		} else if speed > 0 {
			due := began.Add(time.Duration(float64(e.Time.Sub(facts[first].Time)) / speed))
			wait(ctx, time.Until(due))
		}
		if ctx.Err() != nil {
			bar.end()
			fmt.Fprintf(r.stderr, "stopped after %d of %s\n", at.Next, count(len(facts), "fact"))
			return saved.save(position)
		}
		if err := r.publishOne(ctx, js, e); err != nil {
			return errors.Join(err, saved.save(position))
		}
		at.ID = e.ID
		bar.show(at.Next+1, len(facts))
		if err := saved.saveIfDue(func() (json.RawMessage, error) { return json.Marshal(publishPosition{at.Next + 1, e.ID}) }); err != nil {
			return err
		}
	}
	bar.end()
	if err := saved.done(); err != nil {
		return err
	}
	subject := events.SubjectReplay + "." + r.publish + ".>"
	return r.show(map[string]any{"mode": "publish", "facts": len(facts), "stream": events.StreamReplay, "subject": subject}, func() {
		fmt.Fprintf(r.stdout, "published %s on %s\n", count(len(facts), "fact"), subject)
	})
}

// publishOne publishes a fact in the form of EVENTS. The server drops a repeat under the same name within ten
// minutes, so it is safe to publish again what an interruption left uncertain.
func (r *replayer) publishOne(ctx context.Context, js jetstream.JetStream, e events.Event) error {
	subject, _ := events.ReplaySubject(r.publish, e.Envelope)
	body, err := json.Marshal(e.Data)
	if err != nil {
		return err
	}
	m := nats.NewMsg(subject)
	for name, values := range events.BinaryHeader(e.Envelope) {
		m.Header[name] = values
	}
	m.Data = body
	answer, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := js.PublishMsg(answer, m, jetstream.WithMsgID("replay/"+r.publish+"/"+e.ID)); err != nil {
		return fmt.Errorf("publish %s: %w", subject, err)
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
