package cloudevents

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/cloudevents/sdk-go/v2/types"

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
func (e located) signal(m message) ([]source.Signal, []source.Fault) {
	ours := strings.HasPrefix(e.Type(), events.TypePrefix)
	if ours && e.Type() != typeReceived && e.Type() != typeCleared {
		return refuse(faultf(join(e.place, "type"), "types that begin with %s are not taken from outside, except %s and %s",
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
		o.Cleared = e.Type() == typeCleared
	} else {
		e.label(a)
	}
	if o.Service == "" {
		o.Service = events.Extension(e.Event, "service")
	}
	return []source.Signal{{Alert: *a, Service: o.Service, Cleared: o.Cleared, ID: e.Source() + " " + e.ID()}}, nil
}

// object reads the data: an alert in our words where it is a JSON object, a description otherwise.
func (e located) object(m message) (o alertobject.Object, faults []source.Fault) {
	if len(e.Data()) == 0 {
		return o, nil
	}
	if !events.IsJSON(e.DataContentType()) {
		o.Alert.Description = e.describe()
		return o, nil
	}
	place := join(e.place, "data")
	v, fault := strictjson.Parse(e.Data())
	switch {
	case fault != nil && e.DataContentType() == "": // nobody says that it is JSON
		o.Alert.Description = e.describe()
	case fault != nil:
		return o, []source.Fault{source.Faultf(place, "%s", fault.Error())}
	case v.Kind() == strictjson.Object:
		return alertobject.Parse(v, place, m.at)
	case v.Given():
		text, ok := v.Text()
		if !ok {
			text = string(v.Raw())
		}
		o.Alert.Description = source.Cut(text, source.MaxText)
	}
	return o, nil
}

// describe returns the data as text, or says how many bytes there are where they are not text.
func (e located) describe() string {
	if utf8.Valid(e.Data()) {
		return source.Cut(string(e.Data()), source.MaxText)
	}
	return fmt.Sprintf("%d bytes of %s", len(e.Data()), source.Summary(cmp.Or(e.DataContentType(), "unknown type")))
}

// complete fills what the data left out.
func (e located) complete(a *events.Alert) {
	if a.Key == "" {
		a.Key = e.Subject()
		if a.Key == "" || len(a.Key) > source.MaxKey || strings.ContainsAny(a.Key, "\r\n\x00") {
			a.Key = source.Digest(e.Source(), e.Type(), e.Subject())
		}
	}
	if a.Summary == "" {
		a.Summary = cmp.Or(source.Summary(e.Type()), "alert "+a.Key)
	}
	if a.Severity == "" {
		a.Severity = source.Cut(cmp.Or(events.Extension(e.Event, "severity"), events.Extension(e.Event, "severitytext")), source.MaxName)
	}
	began, _ := source.Time(types.FormatTime(e.Time()))
	if a.StartsAt.IsZero() && (a.EndsAt.IsZero() || !a.EndsAt.Before(began)) {
		a.StartsAt = began
	}
}

// label adds type and source of a foreign event as the labels ce_type and ce_source, so that routes
// can tell publishers apart whose data holds no labels.
func (e located) label(a *events.Alert) {
	labels := a.Labels.Map()
	if len(labels) > source.MaxLabels-2 {
		return
	}
	if labels == nil {
		labels = make(map[string]string, 2)
	}
	for name, value := range map[string]string{"ce_type": e.Type(), "ce_source": e.Source()} {
		if labels[name] == "" {
			labels[name] = value
		}
	}
	a.Labels = events.NewLabels(labels)
}
