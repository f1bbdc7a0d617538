// Package generic reads alerts in Tocsin's own words, for senders that can shape their own body.
//
// In: a JSON object, an array of objects, or an object whose member "alerts" is such an array; the
// fields are those of package alertobject. Out: alerts and faults. A key that is not given is
// derived from service and labels, or else from service and summary, so the same words name the same alert
// when it clears.
package generic

import (
	"strconv"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/alertobject"
	"tocsin.dev/internal/source/strictjson"
)

// Source reads the generic form. The zero value is ready.
type Source struct{}

var _ source.Source = Source{}

// Name is "generic".
func (Source) Name() string { return "generic" }

// Parse implements [source.Source].
func (Source) Parse(r source.Request) ([]source.Signal, []source.Fault) {
	body, fault := strictjson.Parse(r.Body)
	if fault != nil {
		return nil, []source.Fault{*fault}
	}
	list, place := body, ""
	if alerts := body.Get("alerts"); alerts.Kind() == strictjson.Array {
		list, place = alerts, "alerts"
	}
	if list.Kind() == strictjson.Object {
		return one(list, "", r)
	}
	if list.Kind() != strictjson.Array {
		return nil, []source.Fault{source.Faultf("", "the body must be an object or an array, is %s", list.Kind())}
	}
	if list.Len() > source.MaxAlerts {
		return nil, []source.Fault{source.Faultf(place, "more than %d alerts in one body", source.MaxAlerts)}
	}
	var signals []source.Signal
	var faults []source.Fault
	for i, item := range list.Items() {
		s, f := one(item, place+"["+strconv.Itoa(i)+"]", r)
		signals, faults = append(signals, s...), append(faults, f...)
	}
	return signals, faults
}

func one(v strictjson.Value, place string, r source.Request) ([]source.Signal, []source.Fault) {
	o, faults := alertobject.Parse(v, place, r.At)
	if len(faults) > 0 {
		return nil, faults
	}
	a := o.Alert
	switch {
	case a.Key != "":
	case len(a.Labels) > 0:
		a.Key = source.Digest(o.Service, source.KeyOf(a.Labels.Map()))
	case a.Summary != "":
		a.Key = source.Digest(o.Service, a.Summary)
	default:
		return nil, []source.Fault{source.Faultf(place, "needs at least one of key, labels and summary")}
	}
	if a.Summary == "" {
		a.Summary = source.Summary(fallback(a.Description, a.Labels.Map()["alertname"], a.Key))
	}
	a.Origin = "generic"
	return []source.Signal{{Alert: a, Service: o.Service, Cleared: o.Cleared}}, nil
}

func fallback(texts ...string) string {
	for _, t := range texts {
		if t = source.FirstLine(t); t != "" {
			return t
		}
	}
	return "alert"
}
