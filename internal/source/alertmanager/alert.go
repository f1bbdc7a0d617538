package alertmanager

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/strictjson"
	"tocsin.dev/pkg/events"
)

// alert is one alert as both doors write it.
type alert struct {
	key         string
	labels      map[string]string // those with a value
	annotations map[string]string // in full; cut when they become an alert
	starts      time.Time         // zero = not given
	ends        time.Time         // zero = not given
	link        string
}

// maxFingerprint is longer than any sender's.
const maxFingerprint = 128

func read(v strictjson.Value, place string) (alert, []source.Fault) {
	if v.Kind() != strictjson.Object {
		return alert{}, []source.Fault{source.Faultf(place, "must be an object, is %s", v.Kind())}
	}
	var a alert
	var faults []source.Fault
	keep := func(f *source.Fault) {
		if f != nil {
			faults = append(faults, *f)
		}
	}
	var fault *source.Fault
	a.labels, fault = labels(v.Get("labels"), place+".labels")
	keep(fault)
	a.annotations, fault = annotations(v.Get("annotations"), place+".annotations")
	keep(fault)
	a.starts, fault = instant(v.Get("startsAt"), place+".startsAt")
	keep(fault)
	a.ends, fault = instant(v.Get("endsAt"), place+".endsAt")
	keep(fault)
	url, _ := v.Get("generatorURL").Str()
	a.link = source.Link(url)
	a.key = name(a.labels, v.Get("fingerprint"))
	return a, faults
}

// name returns the alert's key; empty where nothing names it.
func name(labels map[string]string, fingerprint strictjson.Value) string {
	if len(labels) > 0 {
		return source.KeyOf(labels)
	}
	s, _ := fingerprint.Str()
	if len(s) > maxFingerprint || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return s
}

func labels(v strictjson.Value, place string) (map[string]string, *source.Fault) {
	if !v.Given() {
		return nil, nil
	}
	if v.Kind() != strictjson.Object {
		fault := source.Faultf(place, "must be an object, is %s", v.Kind())
		return nil, &fault
	}
	all := make(map[string]string, 8)
	for name, member := range v.Members() {
		s, ok := member.Str()
		if !ok {
			fault := source.Faultf(place+"."+source.Cut(name, source.MaxName), "must be a string, is %s", member.Kind())
			return nil, &fault
		}
		if s != "" { // an empty value means that there is no such label
			all[name] = s
		}
	}
	if wrong := source.CheckLabels(all); wrong != "" {
		fault := source.Faultf(place, "%s", wrong)
		return nil, &fault
	}
	return all, nil
}

// annotations keeps a value that is not a string as JSON: no alert is lost because of its description.
func annotations(v strictjson.Value, place string) (map[string]string, *source.Fault) {
	if !v.Given() {
		return nil, nil
	}
	if v.Kind() != strictjson.Object {
		fault := source.Faultf(place, "must be an object, is %s", v.Kind())
		return nil, &fault
	}
	all := make(map[string]string, 4)
	for name, member := range v.Members() {
		s, ok := member.Str()
		if !ok {
			s = string(member.Raw())
		}
		if s != "" && member.Given() {
			all[name] = s
		}
	}
	return all, nil
}

func instant(v strictjson.Value, place string) (time.Time, *source.Fault) {
	if !v.Given() {
		return time.Time{}, nil
	}
	s, ok := v.Str()
	at, valid := source.Time(s)
	if !ok || !valid {
		fault := source.Faultf(place, "must be a time such as 2026-03-29T01:30:00Z")
		return time.Time{}, &fault
	}
	return at, nil
}

func (a alert) signal(cleared bool) source.Signal {
	return source.Signal{Cleared: cleared, Alert: events.Alert{
		Key: a.key, Severity: a.labels["severity"], Summary: source.Summary(a.summary()),
		Description: source.Cut(a.first("description", "message"), source.MaxText),
		Labels:      events.NewLabels(a.labels), Annotations: source.Describe(a.annotations),
		Link: a.link, StartsAt: a.starts, EndsAt: a.ends, Origin: "alertmanager",
	}}
}

// summary returns the best line there is; never empty for an alert that has a key.
func (a alert) summary() string {
	for _, text := range []string{
		a.annotations["summary"], source.FirstLine(a.annotations["message"]), source.FirstLine(a.annotations["description"]),
		a.annotations["title"], a.labels["alertname"],
	} {
		if source.Summary(text) != "" {
			return text
		}
	}
	if len(a.labels) > 0 {
		return asText(a.labels)
	}
	return "alert " + a.key
}

func (a alert) first(names ...string) string {
	for _, n := range names {
		if s := a.annotations[n]; s != "" {
			return s
		}
	}
	return ""
}

// asText writes labels the way Prometheus does: {a="b", c="d"}.
func asText(labels map[string]string) string {
	parts := make([]string, 0, len(labels))
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, name+"="+strconv.Quote(labels[name]))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
