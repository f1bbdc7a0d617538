package cloudevents

import (
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/alertobject"
	"tocsin.dev/internal/source/strictjson"
	"tocsin.dev/pkg/events"
)

// The types of ours that anybody may publish.
var (
	typeReceived = events.TypeOf(events.AlertReceived{})
	typeCleared  = events.TypeOf(events.AlertCleared{})
)

// signal makes the alert.
func (e event) signal(m message) ([]source.Signal, []source.Fault) {
	ours := strings.HasPrefix(e.kind, events.TypePrefix)
	if ours && e.kind != typeReceived && e.kind != typeCleared {
		return refuse(faultf(join(e.place, "type"), "types that begin with %s are not taken from outside, but for %s and %s",
			events.TypePrefix, typeReceived, typeCleared))
	}
	o, faults := e.object(m)
	if len(faults) > 0 {
		return nil, faults
	}
	a := &o.Alert
	e.complete(a)
	a.Origin = m.origin
	if ours {
		o.Cleared = e.kind == typeCleared
	} else {
		e.label(a)
	}
	if o.Service == "" {
		o.Service = e.extensions["service"]
	}
	return []source.Signal{{Alert: *a, Service: o.Service, Cleared: o.Cleared, ID: e.source + " " + e.id}}, nil
}

// object reads the data: an alert in our words where it is a JSON object, a description otherwise.
func (e event) object(m message) (alertobject.Object, []source.Fault) {
	place := join(e.place, "data")
	if e.data.value.Kind() == strictjson.Object {
		return alertobject.Parse(e.data.value, place, m.at)
	}
	var o alertobject.Object
	switch {
	case e.data.empty():
	case e.data.value.Given():
		text, ok := e.data.value.Text()
		if !ok {
			text = string(e.data.value.Raw())
		}
		o.Alert.Description = source.Cut(text, source.MaxText)
	case e.json():
		v, fault := strictjson.Parse(e.data.bytes)
		if fault != nil && e.contentType == "" {
			o.Alert.Description = e.describe()
			break
		}
		if fault != nil {
			return o, []source.Fault{source.Faultf(place, "%s", fault.Error())}
		}
		e.data = payload{value: v}
		return e.object(m)
	default:
		o.Alert.Description = e.describe()
	}
	return o, nil
}

// json says that the data's bytes are JSON, as they are when nothing else is said.
func (e event) json() bool {
	if e.contentType == "" {
		return true
	}
	media, _, _ := mime.ParseMediaType(e.contentType)
	return strings.HasSuffix(media, "/json") || strings.HasSuffix(media, "+json")
}

// describe gives the data's bytes as text, or says how many there are where they are not text.
func (e event) describe() string {
	if utf8.Valid(e.data.bytes) {
		return source.Cut(string(e.data.bytes), source.MaxText)
	}
	return fmt.Sprintf("%d bytes of %s", len(e.data.bytes), source.Summary(firstOf(e.contentType, "unknown type")))
}

// complete fills what the data left out.
func (e event) complete(a *events.Alert) {
	if a.Key == "" {
		a.Key = e.subject
		if a.Key == "" || len(a.Key) > source.MaxKey || strings.ContainsAny(a.Key, "\r\n\x00") {
			a.Key = source.Digest(e.source, e.kind, e.subject)
		}
	}
	if a.Summary == "" {
		a.Summary = source.Summary(e.kind)
	}
	if a.Summary == "" {
		a.Summary = "alert " + a.Key
	}
	if a.Severity == "" {
		a.Severity = source.Cut(firstOf(e.extensions["severity"], e.extensions["severitytext"]), source.MaxName)
	}
	if a.StartsAt.IsZero() && (a.EndsAt.IsZero() || !a.EndsAt.Before(e.time)) {
		a.StartsAt = e.time
	}
}

// label adds type and source of a foreign event as the labels ce_type and ce_source, so that routes
// can tell publishers apart whose data holds no labels.
func (e event) label(a *events.Alert) {
	labels := a.Labels.Map()
	if len(labels) > source.MaxLabels-2 {
		return
	}
	if labels == nil {
		labels = make(map[string]string, 2)
	}
	for name, value := range map[string]string{"ce_type": e.kind, "ce_source": e.source} {
		if labels[name] == "" {
			labels[name] = value
		}
	}
	a.Labels = events.NewLabels(labels)
}
