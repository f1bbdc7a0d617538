// Command notifier delivers: a page becomes notifications, tried until one is taken.
//
// In: flags, TOCSIN_* environment variables, a NATS that runs elsewhere. Out: notifications on
// channels, and receipts.
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
		Name: "notifier", Short: "Delivers: a page becomes notifications, tried until one is taken", HTTP: "127.0.0.1:8082",
		Parts: func(_ context.Context, r *assembly.Runtime, _ *http.ServeMux) ([]daemon.Part, error) {
			part, err := r.Notifier()
			return []daemon.Part{part}, err
		},
	}.Main())
}
