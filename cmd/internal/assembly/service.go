package assembly

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/daemon"
)

// Service describes one binary that runs one service against an external NATS.
type Service struct {
	Name  string
	Short string
	// HTTP is the default address of its HTTP server.
	HTTP string
	// Catalog says that the service applies a catalog folder, --config.
	Catalog bool
	Parts   MakeParts
}

// MakeParts makes what a process runs, in the order in which the parts stop.
type MakeParts func(ctx context.Context, r *Runtime, mux *http.ServeMux) ([]daemon.Part, error)

// Main runs the service until a signal and returns the exit code: 0 ok, 1 failed, 2 wrong usage.
func (s Service) Main() int {
	var o Options
	failed := false
	cmd := &cobra.Command{
		Use: s.Name, Short: s.Short, Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Validate(); err != nil {
				return err
			}
			failed = true
			ctx, stop := daemon.SignalContext(cmd.Context())
			defer stop()
			return s.run(ctx, o)
		},
	}
	o.Bind(cmd.Flags(), s.HTTP)
	if s.Catalog {
		o.BindConfig(cmd.Flags(), "")
	}
	err := cmd.ExecuteContext(context.Background())
	switch {
	case err == nil:
		return 0
	case failed:
		fmt.Fprintln(os.Stderr, s.Name+":", err)
		return 1
	default:
		fmt.Fprintln(os.Stderr, s.Name+":", err)
		fmt.Fprintf(os.Stderr, "hint: %s --help\n", s.Name)
		return 2
	}
}

func (s Service) run(ctx context.Context, o Options) error {
	return Run(ctx, o, s.Name, os.Stdout, os.Stderr, s.Parts, func(http, nats string) {
		fmt.Printf("ready http=%s nats=%s\n", http, nats)
	})
}

// Only makes the parts of a service that has one.
func Only(part func(*Runtime) (daemon.Part, error)) MakeParts {
	return func(_ context.Context, r *Runtime, _ *http.ServeMux) ([]daemon.Part, error) {
		p, err := part(r)
		return []daemon.Part{p}, err
	}
}

// Run starts a process, applies the catalog folder if there is one, and runs an HTTP server and the parts
// until ctx ends. It calls ready when it serves.
func Run(ctx context.Context, o Options, name string, stdout, stderr io.Writer, parts MakeParts, ready func(http, nats string)) (err error) {
	r, err := Start(ctx, o, name, stdout, stderr)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := r.Close(); err == nil {
			err = cerr
		}
	}()
	if o.Config != "" {
		if err := r.ApplyFolder(ctx); err != nil {
			return err
		}
	}
	mux := http.NewServeMux()
	all, err := parts(ctx, r, mux)
	if err != nil {
		return err
	}
	front, url, err := r.HTTP(mux)
	if err != nil {
		return err
	}
	group := daemon.NewGroup(r.Log)
	group.Add(front)
	for _, p := range all {
		group.Add(p)
	}
	ready(url, r.NATSURL())
	return group.Run(ctx)
}
