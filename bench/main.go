// Command bench measures Tocsin on this machine, beside raw JetStream moving the same bytes in the
// same run, and writes the figures as a table.
//
// In: flags. Out: a Markdown file, and the same on stdout. Everything runs on loopback with the
// real binary, real HTTP, a real webhook receiver, and a disk sync for each message.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"tocsin.dev/internal/daemon"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings of one run.
type settings struct {
	out     string
	storm   int
	ingest  time.Duration
	rate    time.Duration // how long the steady rate is held
	open    int
	timers  int
	profile string

	archive          bool
	incidents, facts int
}

func run() (err error) {
	var s settings
	flag.StringVar(&s.out, "out", "", "file to write the results to; empty for stdout only")
	flag.IntVar(&s.storm, "storm", 10_000, "alerts of the storm")
	flag.DurationVar(&s.ingest, "ingest", 4*time.Second, "time for each size of body")
	flag.DurationVar(&s.rate, "latency", 20*time.Second, "time at 50 alerts a second")
	flag.IntVar(&s.open, "open", 100_000, "open incidents for memory and timers")
	flag.IntVar(&s.timers, "timers", 2_000, "deadlines that fall due among them")
	flag.StringVar(&s.profile, "profile", "", "folder for CPU profiles of each part; empty for none")
	flag.BoolVar(&s.archive, "archive", false, "measure the archive, and nothing else")
	flag.IntVar(&s.incidents, "incidents", 1_000_000, "incidents in the archive that is searched")
	flag.IntVar(&s.facts, "facts", 1_000_000, "facts of the archive that is built again")
	flag.Parse()

	ctx, stop := daemon.SignalContext(context.Background())
	defer stop()
	dir, err := os.MkdirTemp("", "tocsin-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary := filepath.Join(dir, "tocsin")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/tocsin").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	r := &results{started: time.Now()}
	b := &bench{settings: s, dir: dir, binary: binary, results: r}
	defer b.killAll()
	parts, tell := []func(context.Context) error{b.ingestAll, b.latency, b.stormAll, b.crowd}, r.markdown
	if s.archive {
		parts, tell = []func(context.Context) error{b.remember}, func() string { return r.memory.markdown(r.started) }
	}
	for _, part := range parts {
		if err := part(ctx); err != nil {
			return err
		}
	}
	text := tell()
	fmt.Print(text)
	if s.out == "" {
		return nil
	}
	return os.WriteFile(s.out, []byte(text), 0o644)
}

type bench struct {
	settings
	dir     string
	binary  string
	results *results
	started []*process
	runs    int
}
