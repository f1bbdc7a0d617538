package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tocsin.dev/cmd/internal/assembly"
	bussed "tocsin.dev/internal/bus/jetstream"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

func newWatch(a *app) *cobra.Command {
	var address string
	c := &cobra.Command{
		Use: "watch [SUBJECT]", Short: "Print events as they happen", Args: args(cobra.MaximumNArgs(1)),
		Long: `Print the events of the NATS stream ` + events.StreamEvents + ` as they happen, until interrupted. SUBJECT selects some of
them: tocsin.incidents.<team>.<service>.<fact>, tocsin.escalations.…, tocsin.pages.…. With --json, each
event is a CloudEvent on its own line.`,
		Example: "  tocsin watch\n  tocsin watch 'tocsin.pages.payments.>'",
		RunE: func(c *cobra.Command, subjects []string) error {
			subject := "tocsin.>"
			if len(subjects) > 0 {
				subject = subjects[0]
			}
			return a.watch(c.Context(), address, subject)
		},
	}
	natsVar(c.Flags(), &address)
	return c
}

// natsVar adds --nats-url.
func natsVar(f *pflag.FlagSet, to *string) {
	f.StringVar(to, "nats-url", env("NATS_URL", nats.DefaultURL), "`URL` of NATS (NATS_URL); NATS_CREDS or NATS_NKEY names a file with credentials")
}

// dial connects to NATS with the credentials that the environment names, or else as a user of the
// data folder.
func (a *app) dial(address, name string, user bussed.User, options ...nats.Option) (*nats.Conn, error) {
	options = append(options, nats.Name(name))
	creds, key := os.Getenv("NATS_CREDS"), os.Getenv("NATS_NKEY")
	switch {
	case creds != "":
		options = append(options, nats.UserCredentials(creds))
	case key != "":
		seed, err := nats.NkeyOptionFromSeed(key)
		if err != nil {
			return nil, fmt.Errorf("NATS_NKEY: %w", err)
		}
		options = append(options, seed)
	default:
		own, err := assembly.NATSKey(a.data, user)
		if err != nil {
			return nil, err
		}
		options = append(options, own...)
	}
	conn, err := nats.Connect(address, options...)
	if errors.Is(err, nats.ErrAuthorization) {
		return nil, fault{err: fmt.Errorf("connect to NATS: %w", err), hint: "name Tocsin's data folder with --data, or a file with credentials with NATS_CREDS or NATS_NKEY"}
	}
	if err != nil {
		return nil, fault{err: fmt.Errorf("connect to NATS: %w", err), hint: "is it running? Start it with 'tocsin up', or set --nats-url to its address"}
	}
	return conn, nil
}

// noStream is the error of a NATS that Tocsin has never used.
func noStream(name string) error {
	return fault{err: fmt.Errorf("NATS has no stream %s", name), hint: "start Tocsin on this NATS first, or set --nats-url to another one"}
}

func (a *app) watch(ctx context.Context, address, subject string) error {
	ended := make(chan struct{})
	conn, err := a.dial(address, "tocsin watch", bussed.Reader, nats.ClosedHandler(func(*nats.Conn) { close(ended) }))
	if err != nil {
		return err
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
		return errors.New("NATS closed the connection")
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
		return nil, noStream(events.StreamEvents)
	}
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", subject, err)
	}
	return consumer.Consume(a.showEvent)
}

// showEvent prints a message. It skips messages that are not CloudEvents, such as the teller's positions, and
// reports events that this version does not know on stderr.
func (a *app) showEvent(m jetstream.Msg) {
	header := events.Header(m.Headers())
	if header.Get("ce-type") == "" {
		return
	}
	e, err := events.DecodeNATS(header, m.Data())
	if err != nil {
		fmt.Fprintf(a.stderr, "tocsin: cannot show an event on %s: %s\n", clean(m.Subject()), clean(err.Error()))
		return
	}
	if a.json {
		line(a.stdout, e) //nolint:errcheck // nobody reads stdout any more
		return
	}
	entry := timeline.Tell(e)
	fmt.Fprintf(a.stdout, "%s  %-24s  %-12s  %s  %s\n", a.short(entry.At), entry.Type, clean(e.Service), brief(entry.Incident), clean(entry.Summary))
}
