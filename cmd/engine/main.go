// Command engine decides: alerts become incidents, incidents climb, people are paged.
//
// In: flags, TOCSIN_* environment variables, a NATS that runs elsewhere. Out: records on LEDGER.
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
		Name: "engine", Short: "Decides: alerts become incidents, incidents climb", HTTP: "127.0.0.1:8081",
		Parts: func(_ context.Context, r *assembly.Runtime, _ *http.ServeMux) ([]daemon.Part, error) {
			part, err := r.Engine()
			return []daemon.Part{part}, err
		},
	}.Main())
}
