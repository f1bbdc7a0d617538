// Command gateway is the front door: alerts and commands in, answers out.
//
// In: flags, TOCSIN_* environment variables, an external NATS, the recorder's archive,
// and with --config a catalog. Out: the HTTP doors.
package main

import (
	"context"
	"net/http"
	"os"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/daemon"
)

func main() {
	os.Exit(assembly.Service{
		Name: "gateway", Short: "The front door: alerts and commands in, answers out", HTTP: "127.0.0.1:8080", Catalog: true,
		Parts: func(ctx context.Context, r *assembly.Runtime, mux *http.ServeMux) ([]daemon.Part, error) {
			part, err := r.Gateway(ctx, mux)
			parts := []daemon.Part{r.FollowCatalogs(), part}
			if r.Options.Config != "" {
				parts = append(parts, r.WatchFolder())
			}
			return parts, err
		},
	}.Main())
}
