// Command recorder remembers: every fact becomes a line of a timeline.
//
// In: flags, TOCSIN_* environment variables, an external NATS. Out: the archive.
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
		Name: "recorder", Short: "Remembers: every fact becomes a line of a timeline", HTTP: "127.0.0.1:8083",
		Parts: func(_ context.Context, r *assembly.Runtime, _ *http.ServeMux) ([]daemon.Part, error) {
			part, err := r.Recorder()
			return []daemon.Part{r.FollowCatalogs(), part}, err
		},
	}.Main())
}
