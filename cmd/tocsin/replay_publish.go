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

// Limits of the stream TOCSIN_REPLAY: it is for trying subscribers, and must never take the space of
// what matters. The oldest facts make room.
const (
	replayBytes = 256 << 20
	replayAge   = 24 * time.Hour
	replayDedup = 10 * time.Minute
)

// republish tells the facts of the period again, as they were decided, or as the backtest decides them.
func (r *replayer) republish(ctx context.Context) error {
	if err := events.CheckID(r.publish); err != nil {
		return fault{err: fmt.Errorf("--publish: %w", err), code: codeUsage}
	}
	speed, err := speedOf(r.speed)
	if err != nil {
		return fault{err: fmt.Errorf("--speed: %w", err), code: codeUsage}
	}
	b, done, err := r.connect(ctx)
	if err != nil {
		return err
	}
	defer done()
	facts, err := r.told(ctx, streams.Streams{Bus: b, Foreign: cloudevents.FromNATS})
	if err != nil {
		return err
	}
	if err := makeReplayStream(ctx, b.JetStream()); err != nil {
		return err
	}
	return r.tell(ctx, b.JetStream(), facts, speed)
}

// told gathers the public facts of the period, in order of time.
func (r *replayer) told(ctx context.Context, source streams.Streams) (facts []events.Event, err error) {
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
		_, err = r.play(ctx, r.present, nil, keep)
	case r.stored() != "":
		if err := r.load(ctx); err != nil {
			return nil, err
		}
		return nil, fault{
			err: fmt.Errorf("the facts of %s are published by the catalog that decides them: name one with --catalog", r.kind()), code: codeUsage,
		}
	default:
		err = r.readLedger(ctx, source, keep)
	}
	slices.SortStableFunc(facts, func(a, b events.Event) int { return cmp.Compare(a.Time.UnixNano(), b.Time.UnixNano()) })
	return facts, err
}

// speedOf reads "1", "10", "0.5" or "max", which is 0.
func speedOf(word string) (float64, error) {
	if word == "max" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(word, 64)
	if err != nil || !(speed > 0) || speed > 1e9 {
		return 0, fmt.Errorf("%q is no speed such as 1, 60 or max", word)
	}
	return speed, nil
}

// makeReplayStream makes the stream where there is none; one that is there keeps its limits.
func makeReplayStream(ctx context.Context, js jetstream.JetStream) error {
	if _, err := js.Stream(ctx, events.StreamReplay); err == nil || !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	_, err := js.CreateStream(ctx, jetstream.StreamConfig{
		Name:        events.StreamReplay,
		Description: "facts told again by `tocsin replay --publish`, for subscribers to be tried; pages nobody",
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

// toldSoFar is the checkpoint of a republication.
type toldSoFar struct {
	Next int    `json:"next"` // of the facts, in order of time
	ID   string `json:"id"`   // of the fact before, so that another history is noticed
}

// tell publishes facts, paced by their times. An interrupt ends it in order.
func (r *replayer) tell(ctx context.Context, js jetstream.JetStream, facts []events.Event, speed float64) error {
	at := toldSoFar{}
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
	where := func() (json.RawMessage, error) { return json.Marshal(at) }
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
			fmt.Fprintf(r.stderr, "stopped after %s of %d\n", plural(at.Next, "fact"), len(facts))
			return saved.save(where)
		}
		if err := r.tellOne(ctx, js, e); err != nil {
			return errors.Join(err, saved.save(where))
		}
		at.ID = e.ID
		bar.show(at.Next+1, len(facts))
		if err := saved.sometimes(func() (json.RawMessage, error) { return json.Marshal(toldSoFar{at.Next + 1, e.ID}) }); err != nil {
			return err
		}
	}
	bar.end()
	if err := saved.done(); err != nil {
		return err
	}
	subject := events.SubjectReplay + "." + r.publish + ".>"
	if r.json {
		return object(r.stdout, map[string]any{"mode": "publish", "facts": len(facts), "stream": events.StreamReplay, "subject": subject})
	}
	fmt.Fprintf(r.stdout, "%s on %s\n", plural(len(facts), "fact"), subject)
	return nil
}

// tellOne stores one fact as EVENTS has it. The same fact under the same name within ten minutes is
// stored once, so what an interruption left uncertain may be told again.
func (r *replayer) tellOne(ctx context.Context, js jetstream.JetStream, e events.Event) error {
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
