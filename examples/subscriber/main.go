// Command subscriber shows how a team follows its own escalations on NATS.
//
// In: the facts on tocsin.escalations.<team>.> of the stream TOCSIN_EVENTS. Out: one line on
// standard output for each. A durable consumer remembers how far the team has read, so nothing is
// missed while this program is down. It never publishes, and needs no right to.
//
//	go run ./examples/subscriber -key data/nats-reader.nk -team payments
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/pkg/events"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "subscriber:", err)
		os.Exit(1)
	}
}

// run follows the escalations of one team until ctx is done.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("subscriber", flag.ContinueOnError)
	url := flags.String("nats", nats.DefaultURL, "`URL` of the NATS server")
	key := flags.String("key", os.Getenv("NATS_NKEY"), "`file` with the reader's key: nats-reader.nk in Tocsin's data folder")
	team := flags.String("team", "", "`id` of the team in the catalog")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := events.CheckID(*team); err != nil {
		return fmt.Errorf("-team: %w", err)
	}
	options := []nats.Option{nats.Name("example subscriber of " + *team)}
	if *key != "" {
		seed, err := nats.NkeyOptionFromSeed(*key)
		if err != nil {
			return fmt.Errorf("-key: %w", err)
		}
		options = append(options, seed)
	}
	nc, err := nats.Connect(*url, options...)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer nc.Close()
	return follow(ctx, nc, *team, out)
}

func follow(ctx context.Context, nc *nats.Conn, team string, out io.Writer) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("jetstream: %w", err)
	}
	consumer, err := js.CreateOrUpdateConsumer(ctx, events.StreamEvents, jetstream.ConsumerConfig{
		Durable:       "example-subscriber-" + team,
		FilterSubject: events.SubjectEscalations + "." + team + ".>",
		AckPolicy:     jetstream.AckExplicitPolicy,
	})
	if err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return fmt.Errorf("consume: %w", err)
	}
	defer context.AfterFunc(ctx, messages.Stop)()
	for {
		msg, err := messages.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("next: %w", err)
		}
		if err := handle(msg, out); err != nil {
			return err
		}
	}
}

// handle acknowledges after its work is done: a crash in between shows the fact once more, and
// its id (the second word of the line) tells that it is the same one.
func handle(msg jetstream.Msg, out io.Writer) error {
	line, err := describe(events.Header(msg.Headers()), msg.Data())
	switch {
	case errors.Is(err, events.ErrUnknownType):
		line = "a newer Tocsin says: " + err.Error() // not ours to stumble over
	case err != nil:
		// It will never become readable: keep it from coming back, and say so.
		fmt.Fprintf(os.Stderr, "subscriber: %s: %v\n", msg.Subject(), err)
		return msg.Term()
	}
	if _, err := fmt.Fprintln(out, line); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return msg.Ack()
}

// describe reads one message and says what it means to the team.
func describe(h events.Header, body []byte) (string, error) {
	e, err := events.FromNATS(h, body)
	if err != nil {
		return "", err
	}
	fact, err := events.Fact(e)
	if err != nil {
		return "", err
	}
	what := events.NameOf(e.Type())
	switch fact := fact.(type) {
	case events.EscalationAdvanced:
		what = fmt.Sprintf("round %d, level %d (%s): %s", fact.Round, fact.Level, fact.Trigger, people(fact.Pages))
	case events.EscalationExhausted:
		what = fmt.Sprintf("nobody answered after %d rounds of %d levels", fact.Rounds, fact.Levels)
	}
	return fmt.Sprintf("%s %s %s %s: %s", e.Time().Format(time.RFC3339), e.ID(), events.Extension(e, "service"), e.Subject(), what), nil
}

func people(pages []string) string {
	if len(pages) == 0 {
		return "nobody to page"
	}
	return "paging " + strings.Join(pages, ", ")
}
