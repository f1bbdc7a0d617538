package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	js "github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/pkg/events"
)

// stored is one message as our run left it: the raw run moves the same bytes.
type stored struct {
	stream  string
	subject string
	header  nats.Header
	body    []byte
}

// copyStreams reads INTAKE and LEDGER of a running Tocsin.
func copyStreams(ctx context.Context, p *process) ([]stored, error) {
	nc, err := p.reads()
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	var all []stored
	for _, stream := range []string{events.StreamIntake, events.StreamLedger} {
		err := readStream(ctx, nc, stream, func(m js.Msg) error {
			header := nats.Header{}
			for name, values := range m.Headers() {
				if !strings.HasPrefix(name, "Nats-") { // fences and ids of the run they belong to
					header[name] = values
				}
			}
			all = append(all, stored{stream: stream, subject: m.Subject(), header: header, body: m.Data()})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readStream hands every message that a stream holds now to f.
func readStream(ctx context.Context, nc *nats.Conn, stream string, f func(js.Msg) error) error {
	client, err := js.New(nc)
	if err != nil {
		return err
	}
	s, err := client.Stream(ctx, stream)
	if err != nil {
		return err
	}
	consumer, err := s.OrderedConsumer(ctx, js.OrderedConsumerConfig{})
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(js.PullMaxMessages(64))
	if err != nil {
		return err
	}
	defer messages.Stop()
	for left := s.CachedInfo().State.Msgs; left > 0; left-- {
		m, err := messages.Next()
		if err != nil {
			return err
		}
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}

// raw publishes the messages to a fresh server of the same settings, each stream's partitions side
// by side as we do, reads them back, and returns the time of both.
func (b *bench) raw(ctx context.Context, all []stored) (time.Duration, error) {
	b.runs++
	dir := filepath.Join(b.dir, fmt.Sprintf("%d-raw", b.runs))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return 0, err
	}
	srv, err := jetstream.StartServer(jetstream.ServerConfig{Dir: dir, Addr: "127.0.0.1:0"})
	if err != nil {
		return 0, err
	}
	defer func() { _ = srv.Stop() }()
	nc, err := nats.Connect(srv.URL())
	if err != nil {
		return 0, err
	}
	defer nc.Close()
	client, err := js.New(nc)
	if err != nil {
		return 0, err
	}
	for _, name := range []string{events.StreamIntake, events.StreamLedger} {
		if _, err := client.CreateStream(ctx, js.StreamConfig{Name: name, Subjects: []string{"raw." + name + ".>"}}); err != nil {
			return 0, err
		}
	}
	begin := time.Now()
	if err := publishRaw(ctx, client, all); err != nil {
		return 0, err
	}
	for _, name := range []string{events.StreamIntake, events.StreamLedger} {
		if err := readStream(ctx, nc, name, func(js.Msg) error { return nil }); err != nil {
			return 0, err
		}
	}
	return time.Since(begin), nil
}

// publishRaw sends INTAKE from 8 workers and LEDGER from one for each partition, waiting for each
// answer, as the doors and the engines do.
func publishRaw(ctx context.Context, client js.JetStream, all []stored) error {
	lanes := map[string][]stored{}
	n := 0
	for _, m := range all {
		lane := m.subject // a partition of LEDGER has one subject
		if m.stream == events.StreamIntake {
			lane = strconv.Itoa(n % 8)
			n++
		}
		lanes[lane] = append(lanes[lane], m)
	}
	var wg sync.WaitGroup
	errs := make(chan error, len(lanes))
	for _, lane := range lanes {
		wg.Go(func() {
			for _, m := range lane {
				msg := &nats.Msg{Subject: "raw." + m.stream + "." + m.subject, Header: m.header, Data: m.body}
				if _, err := client.PublishMsg(ctx, msg); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// lateness returns how long after its due time each step of a climb was taken, in order.
func lateness(ctx context.Context, p *process) ([]time.Duration, error) {
	nc, err := p.reads()
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	due := map[string]time.Time{}
	var late []time.Duration
	err = readStream(ctx, nc, events.StreamLedger, func(m js.Msg) error {
		for _, line := range events.Lines(m.Data()) {
			if events.TypeAt(line) != events.TypeOf(events.EscalationAdvanced{}) {
				continue
			}
			e, err := events.Decode(line)
			if err != nil {
				return err
			}
			step := e.Data.(events.EscalationAdvanced)
			if at, ok := due[e.Subject]; ok && step.Trigger == "unacknowledged" {
				late = append(late, e.Time.Sub(at))
			}
			due[e.Subject] = step.DueAt
		}
		return nil
	})
	slices.Sort(late)
	return late, err
}
