package doors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/source"
)

// nameAPI is the source behind POST /api/v2/alerts; it has no door under /intake.
const nameAPI = "api/v2"

// nameCloudEvents is the source whose senders may start with a handshake.
const nameCloudEvents = "cloudevents"

// retryAfter is how many seconds a sender should wait after a 503.
const retryAfter = "5"

// Mount adds the doors to mux:
//
//	POST      /api/v2/alerts
//	POST, PUT /intake/{format}
//	POST, PUT /intake/{format}/{key}
//	OPTIONS   /intake/cloudevents[/{key}]
//
// It panics when cfg is not valid: that is a mistake in the wiring, see [Config.Validate].
func Mount(mux *http.ServeMux, cfg Config) {
	cfg = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		panic(err)
	}
	d := &doors{cfg: cfg, sources: make(map[string]source.Source, len(cfg.Sources)), metrics: newMetrics(cfg.Metrics)}
	for _, s := range cfg.Sources {
		d.sources[s.Name()] = s
		if s.Name() != nameAPI {
			d.formats = append(d.formats, s.Name())
		}
	}
	slices.Sort(d.formats)
	if d.sources[nameAPI] != nil {
		mux.HandleFunc("POST /api/v2/alerts", d.serveAPI)
	}
	for _, method := range []string{"POST", "PUT"} {
		mux.HandleFunc(method+" /intake/{format}", d.serveFormat)
		mux.HandleFunc(method+" /intake/{format}/{key}", d.serveFormat)
	}
	if d.sources[nameCloudEvents] != nil {
		mux.HandleFunc("OPTIONS /intake/"+nameCloudEvents, d.shakeHands)
		mux.HandleFunc("OPTIONS /intake/"+nameCloudEvents+"/{key}", d.shakeHands)
	}
}

type doors struct {
	cfg     Config
	sources map[string]source.Source
	formats []string // those under /intake, sorted
	metrics *metrics
}

func (d *doors) serveAPI(w http.ResponseWriter, r *http.Request) {
	d.serve(w, r, d.sources[nameAPI])
}

func (d *doors) serveFormat(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("format")
	if name == nameAPI || d.sources[name] == nil {
		d.metrics.request("unknown", http.StatusNotFound)
		problem{Status: http.StatusNotFound, Detail: "no such format; there are: " + strings.Join(d.formats, ", ")}.write(w)
		return
	}
	d.serve(w, r, d.sources[name])
}

// shakeHands answers the handshake of the CloudEvents webhook specification (section 4). Whoever has a
// key may send from any origin at any rate.
func (d *doors) shakeHands(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	cat := d.cfg.Catalog()
	switch origin := r.Header.Get("WebHook-Request-Origin"); {
	case cat == nil:
		status = unavailable(w, "no catalog is in force yet")
	case origin == "":
		status = problem{Status: http.StatusBadRequest, Detail: "WebHook-Request-Origin is missing"}.write(w)
	default:
		if _, refused := d.letIn(cat, r); refused != nil {
			status = refused(w)
			break
		}
		w.Header().Set("WebHook-Allowed-Origin", origin)
		w.Header().Set("WebHook-Allowed-Rate", "*")
		w.Header().Set("Allow", "POST, PUT")
		w.WriteHeader(status)
	}
	d.metrics.request(nameCloudEvents, status)
}

// serve answers one request and counts it.
func (d *doors) serve(w http.ResponseWriter, r *http.Request, from source.Source) {
	begun := time.Now() // real time: it measures the process, whatever cfg.Clock says
	status := d.take(w, r, from)
	d.metrics.request(from.Name(), status)
	d.metrics.seconds.WithLabelValues(from.Name()).Observe(time.Since(begun).Seconds())
}

// take handles one request and returns the status of its answer.
func (d *doors) take(w http.ResponseWriter, r *http.Request, from source.Source) int {
	cat := d.cfg.Catalog()
	if cat == nil {
		return unavailable(w, "no catalog is in force yet")
	}
	key, refused := d.letIn(cat, r)
	if refused != nil {
		return refused(w)
	}
	body, fault := readBody(w, r)
	if fault != nil {
		return fault.write(w)
	}
	at := d.cfg.Clock()
	signals, faults := from.Parse(source.Request{Header: r.Header, Body: body, At: at})
	load, tooLarge := d.place(cat, receipt{door: from.Name(), key: key, at: at}, signals)
	faults = append(faults, tooLarge...)
	if err := d.publish(r.Context(), load); err != nil {
		d.metrics.alert(from.Name(), "unavailable", load.alerts)
		d.cfg.Log.Error("alerts not stored", zap.String("format", from.Name()), zap.Int("alerts", load.alerts), zap.Error(err))
		return unavailable(w, "the alerts cannot be stored at present")
	}
	d.metrics.alert(from.Name(), "accepted", load.alerts)
	d.metrics.alert(from.Name(), "invalid", len(faults))
	return answer(w, from.Name(), load.alerts, faults)
}

// readBody returns the body, or the problem to answer with.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *problem) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		return nil, &problem{Status: http.StatusUnsupportedMediaType, Detail: "a Content-Encoding is not taken: send the body as it is"}
	}
	tooLarge := &problem{Status: http.StatusRequestEntityTooLarge, Detail: fmt.Sprintf("the body has more than %d bytes", source.MaxBody)}
	if r.ContentLength > source.MaxBody {
		return nil, tooLarge
	}
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(r.ContentLength) + bytes.MinRead)
	}
	_, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, source.MaxBody))
	var exceeded *http.MaxBytesError
	switch {
	case errors.As(err, &exceeded):
		return nil, tooLarge
	case err != nil:
		return nil, &problem{Status: http.StatusBadRequest, Detail: "the body broke off"}
	}
	return body.Bytes(), nil
}

// answer reports what was accepted. A body with faults is answered with 400 even if most of it was
// accepted: such senders do not retry after a 4xx, and somebody should see the faults.
func answer(w http.ResponseWriter, format string, taken int, faults []source.Fault) int {
	if len(faults) > 0 {
		return problem{
			Status: http.StatusBadRequest, Accepted: &taken, Errors: faults,
			Detail: fmt.Sprintf("%d alerts were taken, %d faults were found", taken, len(faults)),
		}.write(w)
	}
	if format == nameAPI || format == "alertmanager" {
		w.WriteHeader(http.StatusOK)
		return http.StatusOK
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"accepted":`+strconv.Itoa(taken)+"}\n") //nolint:errcheck // the sender is gone
	return http.StatusAccepted
}

// unavailable answers 503 and never 429: Alertmanager sends again after the one, not the other.
func unavailable(w http.ResponseWriter, detail string) int {
	w.Header().Set("Retry-After", retryAfter)
	return problem{Status: http.StatusServiceUnavailable, Detail: detail}.write(w)
}

func unauthorized(w http.ResponseWriter) int {
	w.Header().Set("WWW-Authenticate", `Bearer realm="tocsin"`)
	return problem{Status: http.StatusUnauthorized, Detail: "an intake key is required: as a bearer token, as basic password or in the path"}.write(w)
}

// receipt is how and when an alert came in.
type receipt struct {
	door string
	key  *catalog.IntakeKey // nil where the door is open
	at   time.Time
}

// publish stores the load, all partitions at once, and fails when any of it fails.
func (d *doors) publish(ctx context.Context, l load) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.PublishTimeout)
	defer cancel()
	return l.publish(ctx, d.cfg.Publisher)
}
