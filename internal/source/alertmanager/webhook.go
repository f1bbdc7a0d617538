package alertmanager

import (
	"strconv"
	"time"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/strictjson"
)

// Webhook returns the source of Alertmanager's webhook, named "alertmanager". A firing alert has no
// expiry there: Alertmanager tells resolutions itself.
func Webhook() source.Source { return webhook{} }

type webhook struct{}

func (webhook) Name() string { return "alertmanager" }

func (webhook) Parse(r source.Request) ([]source.Signal, []source.Fault) {
	body, fault := strictjson.Parse(r.Body)
	if fault != nil {
		return nil, []source.Fault{*fault}
	}
	if body.Kind() != strictjson.Object {
		return nil, []source.Fault{source.Faultf("", "the body must be an object, is %s", body.Kind())}
	}
	alerts := body.Get("alerts")
	if alerts.Kind() != strictjson.Array {
		return nil, []source.Fault{source.Faultf("alerts", "must be an array, is %s", alerts.Kind())}
	}
	group, _ := body.Get("status").Str()
	return each(alerts, "alerts", func(v strictjson.Value, place string) (source.Signal, []source.Fault) {
		return told(v, place, group, r)
	})
}

// told reads one alert of the webhook. Its own status decides; old senders leave it out, so the end
// does then, and at last the status of the group.
func told(v strictjson.Value, place, group string, r source.Request) (source.Signal, []source.Fault) {
	a, faults := read(v, place)
	if a.key == "" && len(faults) == 0 {
		faults = append(faults, source.Faultf(place+".labels", "at least one label with a value is needed, or a fingerprint"))
	}
	ended := !a.ends.IsZero() && !a.ends.After(r.At)
	status, _ := v.Get("status").Str()
	cleared := false
	switch status {
	case "firing":
	case "resolved":
		cleared = true
	case "":
		cleared = ended || (a.ends.IsZero() && group == "resolved")
	default:
		faults = append(faults, source.Faultf(place+".status", "must be firing or resolved"))
	}
	if !a.ends.IsZero() && a.ends.Before(a.starts) {
		faults = append(faults, source.Faultf(place+".endsAt", "lies before startsAt"))
	}
	if !cleared {
		a.ends = time.Time{}
	}
	return a.signal(cleared), faults
}

// each reads the items of an array and keeps the sound ones.
func each(list strictjson.Value, place string, one func(strictjson.Value, string) (source.Signal, []source.Fault)) ([]source.Signal, []source.Fault) {
	n := list.Len()
	if n > source.MaxAlerts {
		return nil, []source.Fault{source.Faultf(place, "more than %d alerts in one body", source.MaxAlerts)}
	}
	signals := make([]source.Signal, 0, n)
	var faults []source.Fault
	for i, v := range list.Items() {
		s, wrong := one(v, place+"["+strconv.Itoa(i)+"]")
		if len(wrong) > 0 {
			faults = append(faults, wrong...)
			continue
		}
		signals = append(signals, s)
	}
	return signals, faults
}
