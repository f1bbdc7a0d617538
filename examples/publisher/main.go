// Command publisher shows how a program reports an alert as a CloudEvent, on NATS or by HTTP.
//
// In: flags. Out: one event of the program's own type, acknowledged as durable. Run it again with the
// same -id within ten minutes, and the alert is stored once.
//
//	go run ./examples/publisher -key data/nats-publisher.nk -service web -id 4711
//	go run ./examples/publisher -http http://127.0.0.1:8080 -service web -id 4712
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/pkg/events"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "publisher:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("publisher", flag.ContinueOnError)
	natsURL := flags.String("nats", nats.DefaultURL, "`URL` of the NATS server")
	key := flags.String("key", os.Getenv("NATS_NKEY"), "`file` with the publisher's key: nats-publisher.nk in Tocsin's data folder")
	httpURL := flags.String("http", "", "`URL` of the gateway; publishes there instead of on NATS")
	service := flags.String("service", "", "`id` of the service in the catalog")
	id := flags.String("id", "", "`id` of the event; the same id is the same event")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := events.CheckID(*service); err != nil {
		return fmt.Errorf("-service: %w", err)
	}
	if *id == "" {
		return errors.New("-id is missing")
	}
	e, err := alert(*id, *service)
	if err != nil {
		return err
	}
	if *httpURL != "" {
		err = post(ctx, *httpURL, e)
	} else {
		err = publish(ctx, *natsURL, *key, *service, e)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "alert %s is stored\n", *id)
	return err
}

// alert makes the event. Its data has the fields of Tocsin's generic form; the subject names the alert.
func alert(id, service string) (event.Event, error) {
	e := event.New()
	e.SetID(id)
	e.SetSource("/examples/publisher")
	e.SetType("com.example.index.stale")
	e.SetSubject("search")
	e.SetTime(time.Now())
	err := e.SetData(event.ApplicationJSON, map[string]any{
		"service": service, "summary": "The search index is stale", "severity": "error", "labels": map[string]string{"index": "search"},
	})
	return e, err
}

// publish waits for the stream's answer: from then on the alert is durable.
func publish(ctx context.Context, url, key, service string, e event.Event) error {
	options := []nats.Option{nats.Name("example publisher")}
	if key != "" {
		seed, err := nats.NkeyOptionFromSeed(key)
		if err != nil {
			return fmt.Errorf("-key: %w", err)
		}
		options = append(options, seed)
	}
	nc, err := nats.Connect(url, options...)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("jetstream: %w", err)
	}
	header, body := events.ToNATS(e)
	m := &nats.Msg{Subject: events.SubjectAlerts + "." + service, Header: nats.Header(header), Data: body}
	if _, err := js.PublishMsg(ctx, m, jetstream.WithMsgID(e.Source()+" "+e.ID())); err != nil {
		return fmt.Errorf("publish %s: %w", m.Subject, err)
	}
	return nil
}

// post sends structured mode. A status of 2xx says that the alert is durable.
func post(ctx context.Context, url string, e event.Event) error {
	body, err := e.MarshalJSON()
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/intake/cloudevents", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", event.ApplicationCloudEventsJSON)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		problem, _ := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
		return fmt.Errorf("the gateway answers %s: %s", answer.Status, problem)
	}
	return nil
}
