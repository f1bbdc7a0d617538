// Package api is the gateway's own HTTP API under /api/v1: incidents, timelines, commands, who is on
// call, the catalog, and alerts sent by people.
//
// In: HTTP requests with the API token. Out: JSON from the archive and the catalog, and inputs on
// INTAKE. A command is answered with its outcome, which is in the archive once the engine has decided
// and the recorder has stored it. Errors are problem details (RFC 9457); the description is
// at /api/v1/openapi.json.
//
// The package never decides about an incident and never writes to the archive.
package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/gateway/calendars"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/internal/insight/why"
	"tocsin.dev/pkg/events"
)

// Config is what the API needs.
type Config struct {
	// Publisher takes commands and alerts for INTAKE. Required.
	Publisher bus.Publisher
	// Partitions is the number of partitions of services. Required.
	Partitions int
	// Archive answers questions. Required.
	Archive archive.Reader
	// Catalog returns the catalog in force, or nil while there is none. Required.
	Catalog func() *catalog.Catalog
	// Revision returns a catalog that was applied at some time, for explanations; it fails with
	// [bus.ErrNotFound] for one that is lost. Nil: only the one in force is known.
	Revision func(ctx context.Context, revision string) (*catalog.Catalog, error)
	// Apply puts new catalog files in force. It returns their revision and every fault; none is in
	// force after a fault that is more than a warning. Nil refuses to apply.
	Apply func(ctx context.Context, files map[string][]byte) (revision string, faults []catalog.Fault, err error)
	// Journal holds the facts about overrides, calendars and problems. Nil: none are known, and no
	// override can be made.
	Journal archive.Journal
	// Imports returns the status of a schedule's calendar; ok is false where it was not read yet. Nil:
	// not known here.
	Imports func(schedule string) (s calendars.Status, ok bool)
	// Suggestions returns those of the incident with this full id, and whether they are remembered. Nil:
	// none are made.
	Suggestions func(ctx context.Context, incident string) (made []suggest.Suggestion, known bool, err error)
	// Reports makes a report of all that the archive holds, by these options: the same as `tocsin report`
	// makes with the catalog in force. It fails with [report.ErrNoTeam] and [report.Forgotten]. Nil: none are made.
	Reports func(ctx context.Context, o report.Options) (report.Report, error)
	// Blobs keep the secrets of feeds. Nil: there are no feeds.
	Blobs bus.Blobs
	// Token is what a caller sends in "Authorization: Bearer". An empty one lets nobody in.
	Token string
	// Clock returns the time of inputs. Defaults to time.Now.
	Clock func() time.Time
	// Wait is how long a command waits for its outcome before it is answered 202. Defaults to 3 s.
	Wait time.Duration
	// Log takes errors that the caller of the API cannot help. Defaults to none.
	Log *zap.Logger
}

// WithDefaults fills what was left empty.
func (c Config) WithDefaults() Config {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Wait == 0 {
		c.Wait = 3 * time.Second
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return c
}

// Validate reports everything that is wrong.
func (c Config) Validate() error {
	var faults []error
	for what, missing := range map[string]bool{
		"Publisher": c.Publisher == nil, "Archive": c.Archive == nil, "Catalog": c.Catalog == nil, "Partitions": c.Partitions < 1,
	} {
		if missing {
			faults = append(faults, errors.New("api: "+what+" is missing"))
		}
	}
	return errors.Join(faults...)
}

// maxCatalog bounds the JSON of one set of catalog files: 16 MiB of text, which grows when quoted.
const maxCatalog = 24 << 20

// maxInput bounds one command or alert, so that what comes of it always fits into a record.
const maxInput = 64 << 10

// bodyTimeout bounds the reading of one request's body.
const bodyTimeout = 10 * time.Second

// server holds what the operations share.
type server struct {
	Config
	// indexed is what the archive has apart from incidents, read incrementally.
	indexed struct {
		overrides overrideIndex
		rosters   calendars.Imported
		problems  problemIndex
	}
}

// Mount puts the API on mux, everything below /api/v1/ behind the token. More specific routes
// below it may be mounted too. It panics on a Config that is not valid.
func Mount(mux *http.ServeMux, cfg Config) {
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	s := &server{Config: cfg.WithDefaults()}
	inner := http.NewServeMux()
	inner.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, http.StatusNotFound, nothingHere+"; see /api/v1/openapi.json")
	})
	api := humago.New(inner, description())
	s.incidents(api)
	s.suggestions(api)
	s.reports(api)
	s.reviews(api)
	s.tasks(api)
	s.whys(api)
	s.resemblances(api)
	s.problems(api)
	s.commands(api)
	s.alerts(api)
	s.oncall(api)
	s.schedules(api)
	s.overrides(api)
	s.feeds(api, mux)
	s.catalogs(api)
	mux.Handle("/api/v1/", Guard(s.Token, inner))
}

// description is the head of the OpenAPI document.
func description() huma.Config {
	c := huma.DefaultConfig("Tocsin", "v1")
	c.Info.Description = "Incidents, timelines, commands, on-call schedules and the catalog of a Tocsin."
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "/api/v1/openapi", "", ""
	c.CreateHooks = nil // they would add a $schema link to every answer
	c.RejectUnknownQueryParameters = true
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	c.Components.Schemas.RegisterTypeAlias(reflect.TypeFor[events.Labels](), reflect.TypeFor[map[string]string]())
	c.Security = []map[string][]string{{"token": {}}}
	return c
}

// schemaName keeps the types of explanations apart from those of the API of the same name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.PkgPath() == reflect.TypeFor[why.Explanation]().PkgPath() {
		return "Why" + name
	}
	return name
}

// Guard accepts requests that carry the token in "Authorization: Bearer". The comparison takes
// the same time for every wrong token.
func Guard(token string, next http.Handler) http.Handler {
	want := sha256.Sum256([]byte(token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, shown, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		got := sha256.Sum256([]byte(strings.TrimSpace(shown)))
		same := subtle.ConstantTimeCompare(want[:], got[:]) == 1
		if token == "" || !same || !strings.EqualFold(scheme, "bearer") {
			w.Header().Set("WWW-Authenticate", `Bearer realm="tocsin"`)
			writeProblem(w, http.StatusUnauthorized, "the API token is missing or wrong")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// writeProblem answers outside of an operation in the same form as inside.
func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail}) //nolint:errcheck // the caller is gone
}
