package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/daemon"
)

func newUp(a *app) *cobra.Command {
	var o assembly.Options
	var profile string
	cmd := &cobra.Command{
		Use: "up", Short: "Run everything in one process, including NATS", Args: args(cobra.NoArgs),
		Long: `Run gateway, engine, notifier, recorder and an embedded NATS in one process.

When it is ready it prints one line on stdout: ready http=http://… nats=nats://…
SIGINT or SIGTERM shuts it down in order. --nats-url uses an external NATS instead of the embedded one.

--shadow makes all decisions and records every page, but sends none. It runs alongside your current pager, and
'tocsin shadow compare' compares the two.`,
		Example: "  tocsin up --config ./tocsin.d --data ./data",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Validate(); err != nil {
				return misuse("%w", err)
			}
			stop, err := startProfile(profile)
			if err != nil {
				return err
			}
			defer stop()
			return up(cmd.Context(), o, a.stdout, a.stderr, func(http, nats string) {
				if o.Shadow {
					fmt.Fprintln(a.stderr, "SHADOW RUN: pages are recorded, but not sent")
				}
				fmt.Fprintf(a.stdout, "ready http=%s nats=%s\n", http, nats)
			})
		},
	}
	o.Bind(cmd.Flags(), "127.0.0.1:8080")
	o.BindConfig(cmd.Flags(), "./tocsin.d")
	o.BindNATS(cmd.Flags())
	cmd.Flags().StringVar(&profile, "profile", "", "write a CPU profile to this `file` on shutdown, and a memory profile to <file>.heap")
	return cmd
}

// startProfile writes a CPU profile to path until stop is called, and a memory profile then. An empty path
// writes none.
func startProfile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("profile: %w", err), f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close() // a truncated profile must not fail the shutdown
		if heap, err := os.Create(path + ".heap"); err == nil {
			_ = pprof.Lookup("allocs").WriteTo(heap, 0)
			_ = heap.Close()
		}
	}, nil
}

// up runs everything until ctx is done. It calls ready when it serves.
func up(ctx context.Context, o assembly.Options, stdout, stderr io.Writer, ready func(http, nats string)) error {
	if o.Config == "" {
		return errors.New("--config is empty: name the catalog folder")
	}
	return assembly.Run(ctx, o, "tocsin", stdout, stderr, everything, ready)
}

// everything returns all parts in the order in which they stop: the gateway first, the recorder last.
func everything(ctx context.Context, r *assembly.Runtime, mux *http.ServeMux) ([]daemon.Part, error) {
	recorder, err := r.Recorder()
	if err != nil {
		return nil, err
	}
	gateway, err := r.Gateway(ctx, mux)
	if err != nil {
		return nil, err
	}
	engine, err := r.Engine()
	if err != nil {
		return nil, err
	}
	notifier, err := r.Notifier()
	if err != nil {
		return nil, err
	}
	return []daemon.Part{r.FollowCatalogs(), r.WatchFolder(), gateway, engine, notifier, recorder}, nil
}
