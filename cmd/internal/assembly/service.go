package assembly

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/daemon"
)

// Service describes one binary that runs one service against a NATS that runs elsewhere.
type Service struct {
	Name  string
	Short string
	// HTTP is the default address of its HTTP door.
	HTTP string
	// Brings says that the service brings a catalog from --config.
	Brings bool
	// Parts gives what runs, in the order in which it is to be stopped.
	Parts func(ctx context.Context, r *Runtime, mux *http.ServeMux) ([]daemon.Part, error)
}

// Main runs the service until a signal, and gives the exit code: 0 ok, 1 failed, 2 wrong usage.
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
	if s.Brings {
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

func (s Service) run(ctx context.Context, o Options) (err error) {
	r, err := Start(ctx, o, s.Name, os.Stdout, os.Stderr)
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
	parts, err := s.Parts(ctx, r, mux)
	if err != nil {
		return err
	}
	front, url, err := r.HTTP(mux)
	if err != nil {
		return err
	}
	group := daemon.NewGroup(r.Log)
	group.Add(front)
	for _, p := range parts {
		group.Add(p)
	}
	fmt.Printf("ready http=%s nats=%s\n", url, r.NATSURL())
	return group.Run(ctx)
}
