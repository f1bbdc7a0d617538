package assembly

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/daemon"
	"tocsin.dev/internal/gateway/api"
	"tocsin.dev/internal/gateway/doors"
	"tocsin.dev/internal/insight/live"
)

// Gateway mounts the HTTP API on mux. The returned part closes the archive's reader at the end.
func (r *Runtime) Gateway(ctx context.Context, mux *http.ServeMux) (daemon.Part, error) {
	token, err := r.Options.token()
	if err != nil {
		return daemon.Part{}, err
	}
	reader, err := r.openArchive(ctx)
	if err != nil {
		return daemon.Part{}, err
	}
	services, _ := r.Bus.Partitions()
	importer, err := r.importer(services, reader)
	if err != nil {
		return daemon.Part{}, errors.Join(err, reader.Close())
	}
	doors.Mount(mux, doors.Config{
		Publisher: r.Bus, Partitions: services, Catalog: r.Catalogs.Latest, Sources: sources(),
		OpenWithoutKeys: daemon.Loopback(r.Options.HTTP), Keys: r.intakeKey,
		Log: r.Log, Metrics: r.Health.Metrics,
	})
	if r.history == nil {
		r.history = live.NewHistory(reader, r.Catalogs.Latest, live.Bounds{})
	}
	r.history.KeepAll() // of the recorder in this process, which itself needs only the last month
	api.Mount(mux, api.Config{
		Publisher: r.Bus, Partitions: services, Archive: reader, Catalog: r.Catalogs.Latest, Token: token, Log: r.Log,
		Journal: reader, Suggestions: r.history.Suggestions, Reports: r.history.Report, Blobs: r.Bus, Revision: r.Catalogs.Load, Imports: importer.Status,
		Apply: func(ctx context.Context, files map[string][]byte) (string, []catalog.Fault, error) {
			return r.Catalogs.Apply(ctx, files, "api")
		},
	})
	r.Health.Check("catalog", func(context.Context) error {
		if r.Catalogs.Latest() == nil {
			return errors.New("no catalog was applied yet")
		}
		return nil
	})
	return daemon.Part{Name: "calendars", Run: func(ctx context.Context) error {
		return errors.Join(importer.Run(ctx), reader.Close())
	}}, nil
}

// intakeKey returns the hash of an intake key of the catalog in force.
func (r *Runtime) intakeKey(name string) (hash [32]byte, ok bool) {
	c := r.Catalogs.Latest()
	if c == nil {
		return hash, false
	}
	secret, err := Secret(c.Intake[name].Secret)
	if err != nil || secret == "" {
		return hash, false
	}
	return sha256.Sum256([]byte(secret)), true
}
