// Package cloudevents reads CloudEvents 1.0 (and 0.3) as alerts, from HTTP and from NATS.
//
// In: a body with its headers, in binary, structured or batch mode. Out: alerts and faults. Any
// event is an alert: its data may speak Tocsin's own words (package alertobject), or be anything
// else and become the description. What the data leaves out comes from the attributes: the key from
// the subject, the summary from the type, the beginning from the time. The pair of source and id
// names the event, so the same event twice is one.
//
// Types that begin with dev.tocsin. are Tocsin's to write and are refused, except alert.received
// and alert.cleared, which anybody may publish. It answers nothing and does no I/O.
package cloudevents

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/strictjson"
	"tocsin.dev/pkg/events"
)

// Source reads CloudEvents from HTTP. The zero value is ready.
type Source struct{}

var _ source.Source = Source{}

// Name is "cloudevents".
func (Source) Name() string { return "cloudevents" }

// Parse implements [source.Source] by the HTTP protocol binding.
func (Source) Parse(r source.Request) ([]source.Signal, []source.Fault) {
	m := message{origin: "cloudevents", body: r.Body, at: r.At, contentType: r.Header.Get("Content-Type")}
	if r.Header.Get("Ce-Specversion") != "" {
		m.binary = httpAttributes(r.Header)
	}
	return m.read()
}

// httpAttributes returns the attributes of binary mode, still encoded.
func httpAttributes(h http.Header) map[string]string {
	all := make(map[string]string, 8)
	for name, values := range h {
		if attribute, ok := strings.CutPrefix(strings.ToLower(name), "ce-"); ok && len(values) > 0 {
			all[attribute] = values[0]
		}
	}
	delete(all, "datacontenttype") // HTTP says it with Content-Type
	if ct := h.Get("Content-Type"); ct != "" {
		all["datacontenttype"] = events.EncodeHeader(ct)
	}
	return all
}

// message is one body, from either transport.
type message struct {
	origin      string
	body        []byte
	at          time.Time
	contentType string
	binary      map[string]string // attributes in headers, encoded; nil where there are none
	lax         bool              // headers may be written plain
}

// read chooses the mode: the content type decides, then the presence of attributes in headers, and
// at last the body itself, because some publishers leave the content type out.
func (m message) read() ([]source.Signal, []source.Fault) {
	media, _, _ := mime.ParseMediaType(m.contentType)
	switch {
	case media == events.ContentBatch:
		return m.batch()
	case media == events.ContentStructured:
		return m.single()
	case strings.HasPrefix(media, "application/cloudevents"):
		return refuse(faultf("", "only the JSON format of CloudEvents is read here"))
	case m.binary != nil:
		return m.headers()
	default:
		return m.unlabelled()
	}
}

func refuse(fault *source.Fault) ([]source.Signal, []source.Fault) {
	return nil, []source.Fault{*fault}
}

func (m message) batch() ([]source.Signal, []source.Fault) {
	body, fault := strictjson.Parse(m.body)
	if fault != nil {
		return refuse(fault)
	}
	if body.Kind() != strictjson.Array {
		return refuse(faultf("", "a batch must be an array, is %s", body.Kind()))
	}
	return m.all(body)
}

func (m message) all(list strictjson.Value) ([]source.Signal, []source.Fault) {
	n := list.Len()
	if n > source.MaxAlerts {
		return refuse(faultf("", "more than %d events in one body", source.MaxAlerts))
	}
	signals := make([]source.Signal, 0, n)
	var faults []source.Fault
	for i, v := range list.Items() {
		s, f := m.one(v, "["+strconv.Itoa(i)+"]")
		signals, faults = append(signals, s...), append(faults, f...)
	}
	return signals, faults
}

func (m message) single() ([]source.Signal, []source.Fault) {
	body, fault := strictjson.Parse(m.body)
	if fault != nil {
		return refuse(fault)
	}
	return m.one(body, "")
}

func (m message) one(v strictjson.Value, place string) ([]source.Signal, []source.Fault) {
	e, fault := structured(v, place)
	if fault != nil {
		return refuse(fault)
	}
	return e.signal(m)
}

func (m message) unlabelled() ([]source.Signal, []source.Fault) {
	body, fault := strictjson.Parse(m.body)
	if fault != nil {
		return refuse(fault)
	}
	if body.Kind() == strictjson.Array {
		return m.all(body)
	}
	return m.one(body, "")
}

// headers reads binary mode.
func (m message) headers() ([]source.Signal, []source.Fault) {
	a := newAttributes("")
	for name, value := range m.binary {
		decoded, err := events.DecodeHeader(value)
		if err != nil {
			if !m.lax || !printable(value) {
				return refuse(faultf("ce-"+source.Cut(name, source.MaxName), "is not percent-encoded UTF-8"))
			}
			decoded = value
		}
		if fault := a.add(name, decoded); fault != nil {
			return refuse(fault)
		}
	}
	e, fault := a.binary(m.body)
	if fault != nil {
		return refuse(fault)
	}
	return e.signal(m)
}
