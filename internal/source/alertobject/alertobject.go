// Package alertobject reads an alert in Tocsin's own words from a JSON object, as the generic door
// takes it and as CloudEvents carry it in their data.
//
// In: a JSON object. Out: an [Object], or faults with their places. Only what names the alert is
// refused when it is unfit; what describes it is cut. Fields it does not know are passed over. It
// derives no key and no summary: the doors differ in what they fall back to.
//
// The fields: service, key, dedup_key, status ("firing", "resolved" or "cleared"), severity,
// summary (or title, or message), description, labels, annotations, link, starts_at, ends_at.
package alertobject

import (
	"strings"
	"time"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/strictjson"
	"tocsin.dev/pkg/events"
)

// Object is what was read. Alert.Key and Alert.Summary are empty where the sender gave none.
type Object struct {
	Alert   events.Alert
	Service string
	Cleared bool
}

// reader collects faults while fields are read.
type reader struct {
	object strictjson.Value
	place  string // of the object, "" at the top
	faults []source.Fault
}

// Parse reads v, whose place is given. Without a status, an alert whose ends_at is not after at is
// cleared. The object counts only when there are no faults.
func Parse(v strictjson.Value, place string, at time.Time) (Object, []source.Fault) {
	r := &reader{object: v, place: place}
	if v.Kind() != strictjson.Object {
		return Object{}, []source.Fault{source.Faultf(place, "must be an object, is %s", v.Kind())}
	}
	o := Object{Service: r.word("service", source.MaxName), Alert: events.Alert{
		Key: r.word("key", source.MaxKey), DedupKey: r.word("dedup_key", source.MaxKey),
		Severity: r.word("severity", source.MaxName),
		Summary:  source.Summary(r.text("summary", "title", "message")), Description: source.Cut(r.text("description"), source.MaxText),
		Labels: events.NewLabels(r.labels()), Annotations: source.Describe(r.strings("annotations", true)),
		Link: source.Link(r.text("link")), StartsAt: r.time("starts_at"), EndsAt: r.time("ends_at"),
	}}
	a := o.Alert
	if !a.EndsAt.IsZero() && !a.StartsAt.IsZero() && a.EndsAt.Before(a.StartsAt) {
		r.fault("ends_at", "lies before starts_at")
	}
	ended := !a.EndsAt.IsZero() && !a.EndsAt.After(at)
	o.Cleared = r.cleared(ended)
	return o, r.faults
}

func (r *reader) at(name string) string {
	if r.place == "" {
		return name
	}
	return r.place + "." + name
}

func (r *reader) fault(name, format string, args ...any) {
	r.faults = append(r.faults, source.Faultf(r.at(name), format, args...))
}

func (r *reader) cleared(ended bool) bool {
	status := r.word("status", source.MaxName)
	switch strings.ToLower(status) {
	case "":
		return ended
	case "firing":
		return false
	case "resolved", "cleared":
		return true
	default:
		r.fault("status", "must be firing or resolved")
		return false
	}
}

// text returns the first of the names that holds a non-empty value.
func (r *reader) text(names ...string) string {
	for _, name := range names {
		v := r.object.Get(name)
		if !v.Given() {
			continue
		}
		s, ok := v.Text()
		if !ok {
			r.fault(name, "must be a string, is %s", v.Kind())
			return ""
		}
		if s != "" {
			return s
		}
	}
	return ""
}

// word returns a text that names something: it is bounded and on one line.
func (r *reader) word(name string, limit int) string {
	s := r.text(name)
	switch {
	case len(s) > limit:
		r.fault(name, "has more than %d bytes", limit)
		return ""
	case strings.ContainsAny(s, "\r\n\x00"):
		r.fault(name, "holds control characters")
		return ""
	}
	return s
}

func (r *reader) time(name string) time.Time {
	at, ok := source.Time(r.text(name))
	if !ok {
		r.fault(name, "must be a time such as 2026-03-29T01:30:00Z")
	}
	return at
}

func (r *reader) labels() map[string]string {
	labels := r.strings("labels", false)
	if wrong := source.CheckLabels(labels); wrong != "" {
		r.fault("labels", "%s", wrong)
	}
	return labels
}

// strings reads an object of texts; entries with an empty value say nothing and are dropped. Where
// raw is set, arrays and objects are taken as the JSON they are: no alert is lost over its description.
func (r *reader) strings(name string, raw bool) map[string]string {
	v := r.object.Get(name)
	if !v.Given() {
		return nil
	}
	if v.Kind() != strictjson.Object {
		r.fault(name, "must be an object, is %s", v.Kind())
		return nil
	}
	var all map[string]string
	for key, member := range v.Members() {
		s, ok := member.Text()
		if !ok && raw && member.Given() {
			s, ok = string(member.Raw()), true
		}
		if !ok && member.Given() {
			r.fault(name+"."+source.Cut(key, source.MaxName), "must be a string, is %s", member.Kind())
			continue
		}
		if s == "" {
			continue
		}
		if all == nil {
			all = make(map[string]string, 8)
		}
		all[key] = s
	}
	return all
}
