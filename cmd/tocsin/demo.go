package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/examples"
	"tocsin.dev/pkg/client"
)

// demoTimeout ends a demo that hangs. The story takes 15 s.
const demoTimeout = 2 * time.Minute

func newDemo(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Play a short story: an incident opens, escalates, is acknowledged and resolved",
		Long: `Start everything in a temporary folder, send it an Alertmanager webhook and a CloudEvent, and show how
incidents open, escalate, are acknowledged and resolved. It needs no setup, takes about 15 seconds and leaves nothing
behind.`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), demoTimeout)
			defer cancel()
			return playDemo(ctx, a)
		},
	}
}

// playDemo runs everything until the story ends.
func playDemo(ctx context.Context, a *app) (err error) {
	dir, err := os.MkdirTemp("", "tocsin-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	config := filepath.Join(dir, "tocsin.d")
	if err := unpackDemo(config); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	out := &lockedWriter{w: a.stdout}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	var story error
	o := assembly.Options{
		HTTP: "127.0.0.1:0", NATS: "127.0.0.1:0", Data: filepath.Join(dir, "data"), Config: config,
		Partitions: 4, Replicas: 1, LogLevel: "error", LogFormat: "text",
	}
	err = up(serving, o, out, a.stderr, func(http, _ string) {
		go func() {
			defer stop()
			story = playStory(serving, out, http, filepath.Join(dir, "data", "token"))
		}()
	})
	return errors.Join(err, story)
}

// unpackDemo writes the demo's catalog into a folder.
func unpackDemo(to string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	b, err := examples.Demo.ReadFile("demo/catalog.yaml")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "catalog.yaml"), b, 0o600)
}

// lockedWriter serializes the lines of the story and those of the console channel.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *lockedWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(b)
}

// story is the state of the demo.
type story struct {
	out   io.Writer
	url   string
	api   *client.Client
	start time.Time
	shown map[string]uint64 // by incident: the newest timeline entry that was shown
}

func playStory(ctx context.Context, out io.Writer, url, tokenFile string) error {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	s := &story{
		out: out, url: url, start: time.Now(), shown: map[string]uint64{},
		api: client.New(url, strings.TrimSpace(string(token))),
	}
	for _, scene := range []func(context.Context) error{
		s.opening, s.escalation, s.answer, s.second, s.ending,
	} {
		if err := scene(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		pause(ctx)
	}
	return nil
}

// pause gives the reader time between two scenes.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(2 * time.Second):
	}
}

func (s *story) say(format string, args ...any) {
	fmt.Fprintf(s.out, "\n%5.1fs  %s\n", time.Since(s.start).Seconds(), fmt.Sprintf(format, args...))
}

func (s *story) opening(ctx context.Context) error {
	s.say("Everything runs in this process, including NATS. Lines marked PAGE are what people receive.")
	pause(ctx)
	s.say("It is 3 a.m. Alertmanager posts a webhook to %s/intake/alertmanager:", s.url)
	return s.post(ctx, "/intake/alertmanager", "application/json", "alertmanager.json")
}

func (s *story) escalation(ctx context.Context) error {
	s.say("An incident opens and pages Ana, who is on call this week. She is asleep. The policy waits 4 s, then escalates.")
	return s.until(ctx, "level 2", func(i client.Incident) bool { return i.Service == "checkout" && i.Level == 2 })
}

func (s *story) answer(ctx context.Context) error {
	i, err := s.incident(ctx, "checkout")
	if err != nil {
		return err
	}
	s.say("Bo acknowledges: tocsin incident ack %.8s --by person:bo", i.ID)
	if _, err := s.api.Acknowledge(ctx, i.ID, client.Ask{By: "person:bo", Note: "rolling the deployment back"}); err != nil {
		return err
	}
	return s.until(ctx, "the acknowledgement", func(i client.Incident) bool { return i.Status == "acknowledged" })
}

func (s *story) second(ctx context.Context) error {
	s.say("Meanwhile a monitor publishes a CloudEvent to /intake/cloudevents:")
	if err := s.post(ctx, "/intake/cloudevents", "application/cloudevents+json", "cloudevent.json"); err != nil {
		return err
	}
	if err := s.until(ctx, "the second incident", func(i client.Incident) bool { return i.Service == "ledger" && i.Level == 1 }); err != nil {
		return err
	}
	i, err := s.incident(ctx, "ledger")
	if err != nil {
		return err
	}
	s.say("Ana frees disk space: tocsin incident resolve %.8s --by person:ana", i.ID)
	_, err = s.api.Resolve(ctx, i.ID, client.Ask{By: "person:ana", Note: "old backups removed"})
	return err
}

func (s *story) ending(ctx context.Context) error {
	s.say("The rollback works. Alertmanager reports that the alert is resolved:")
	if err := s.post(ctx, "/intake/alertmanager", "application/json", "alertmanager-resolved.json"); err != nil {
		return err
	}
	if err := s.until(ctx, "the resolution", func(i client.Incident) bool { return i.Service == "checkout" && i.Status == "resolved" }); err != nil {
		return err
	}
	s.say("Both incidents are resolved. To run your own: tocsin up")
	return nil
}

// post sends an example file to an endpoint.
func (s *story) post(ctx context.Context, door, contentType, file string) error {
	body, err := examples.Demo.ReadFile("demo/" + file)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+door, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s answered %s", door, resp.Status)
	}
	return nil
}

func (s *story) incident(ctx context.Context, service string) (client.Incident, error) {
	all, err := s.api.Incidents(ctx, client.Query{Status: "all", Service: service})
	if err != nil {
		return client.Incident{}, err
	}
	if len(all) == 0 {
		return client.Incident{}, fmt.Errorf("service %s has no incident", service)
	}
	return all[0], nil
}

// until prints what happens until an incident satisfies is.
func (s *story) until(ctx context.Context, what string, is func(client.Incident) bool) error {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		all, err := s.api.Incidents(ctx, client.Query{Status: "all"})
		if err != nil {
			return err
		}
		done := false
		for _, i := range all {
			if err := s.show(ctx, i); err != nil {
				return err
			}
			done = done || is(i)
		}
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		case <-ticker.C:
		}
	}
}

// show prints the new entries of an incident's timeline.
func (s *story) show(ctx context.Context, i client.Incident) error {
	entries, err := s.api.Timeline(ctx, i.ID, s.shown[i.ID])
	if err != nil {
		return err
	}
	for _, e := range entries {
		fmt.Fprintf(s.out, "%5.1fs    %.8s  %s\n", time.Since(s.start).Seconds(), i.ID, clean(e.Summary))
		s.shown[i.ID] = e.Seq
	}
	return nil
}
