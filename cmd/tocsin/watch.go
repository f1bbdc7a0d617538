package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/spf13/cobra"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

func newWatch(a *app) *cobra.Command {
	var address string
	c := &cobra.Command{
		Use: "watch [SUBJECT]", Short: "Show facts as they are decided", Args: args(cobra.MaximumNArgs(1)),
		Long: `Show facts as they are decided, from the stream ` + events.StreamEvents + ` of NATS, until interrupted.
The subject narrows them: tocsin.incidents.<team>.<service>.<fact>, tocsin.escalations.…, tocsin.pages.….
With --json each is a CloudEvent on a line of its own.`,
		Example: "  tocsin watch\n  tocsin watch 'tocsin.pages.payments.>'",
		RunE: func(c *cobra.Command, subjects []string) error {
			subject := "tocsin.>"
			if len(subjects) > 0 {
				subject = subjects[0]
			}
			return a.watch(c.Context(), address, subject)
		},
	}
	c.Flags().StringVar(&address, "nats-url", env("NATS_URL", nats.DefaultURL), "`URL` of NATS (NATS_URL); NATS_CREDS names a file of credentials")
	return c
}

func (a *app) watch(ctx context.Context, address, subject string) error {
	ended := make(chan struct{})
	options := []nats.Option{nats.Name("tocsin watch"), nats.ClosedHandler(func(*nats.Conn) { close(ended) })}
	if file := os.Getenv("NATS_CREDS"); file != "" {
		options = append(options, nats.UserCredentials(file))
	}
	conn, err := nats.Connect(address, options...)
	if err != nil {
		return fault{err: fmt.Errorf("connect to NATS: %w", err), hint: "is it running? 'tocsin up' starts it, --nats-url says where it is"}
	}
	defer conn.Close()
	following, err := a.subscribe(ctx, conn, subject)
	if err != nil {
		return err
	}
	defer following.Stop()
	fmt.Fprintf(a.stderr, "watching %s\n", subject)
	select {
	case <-ctx.Done():
		return nil
	case <-ended:
		return errors.New("the connection to NATS has ended")
	}
}

func (a *app) subscribe(ctx context.Context, conn *nats.Conn, subject string) (jetstream.ConsumeContext, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", subject, err)
	}
	consumer, err := js.OrderedConsumer(ctx, events.StreamEvents, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{subject}, DeliverPolicy: jetstream.DeliverNewPolicy,
	})
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, fault{err: fmt.Errorf("NATS has no stream %s", events.StreamEvents), hint: "has a Tocsin been started on it?"}
	}
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", subject, err)
	}
	return consumer.Consume(func(m jetstream.Msg) { a.showFact(m) })
}

// showFact writes one message. What is no CloudEvent (a position of the teller) is none of the
// watcher's business; a fact that this build does not know is named on stderr.
func (a *app) showFact(m jetstream.Msg) {
	header := events.Header(m.Headers())
	if header.Get("ce-type") == "" {
		return
	}
	e, err := events.DecodeNATS(header, m.Data())
	if err != nil {
		fmt.Fprintf(a.stderr, "tocsin: not shown, on %s: %s\n", clean(m.Subject()), clean(err.Error()))
		return
	}
	if a.json {
		line(a.stdout, e) //nolint:errcheck // stdout is gone, and the interrupt will come
		return
	}
	told := timeline.Tell(e)
	fmt.Fprintf(a.stdout, "%s  %-24s  %-12s  %s  %s\n", a.short(told.At), told.Type, clean(e.Service), brief(told.Incident), clean(told.Summary))
}
