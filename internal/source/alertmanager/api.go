package alertmanager

import (
	"time"

	"tocsin.dev/internal/source"
	"tocsin.dev/internal/source/strictjson"
)

// ResolveTimeout is how long an alert of the API lives when its sender names no end. Prometheus
// names one; what does not is taken for cleared unless it is sent again, as Alertmanager does.
const ResolveTimeout = 5 * time.Minute

// API returns the source of POST /api/v2/alerts, named "api/v2".
func API() source.Source { return api{} }

type api struct{}

func (api) Name() string { return "api/v2" }

func (api) Parse(r source.Request) ([]source.Signal, []source.Fault) {
	body, fault := strictjson.Parse(r.Body)
	if fault != nil {
		return nil, []source.Fault{*fault}
	}
	if body.Kind() != strictjson.Array {
		return nil, []source.Fault{source.Faultf("", "the body must be an array, is %s", body.Kind())}
	}
	return each(body, "", func(v strictjson.Value, place string) (source.Signal, []source.Fault) {
		return posted(v, place, r.At)
	})
}

// posted reads one alert of the API. An alert whose end has come is cleared.
func posted(v strictjson.Value, place string, at time.Time) (source.Signal, []source.Fault) {
	a, faults := read(v, place)
	if len(a.labels) == 0 && len(faults) == 0 {
		faults = append(faults, source.Faultf(place+".labels", "at least one label with a value is needed"))
	}
	if a.starts.IsZero() {
		a.starts = at
		if !a.ends.IsZero() && a.ends.Before(at) {
			a.starts = a.ends // an end alone is the only thing known of it
		}
	}
	if a.ends.IsZero() {
		a.ends = at.Add(ResolveTimeout)
		if a.ends.Before(a.starts) {
			a.ends = a.starts.Add(ResolveTimeout)
		}
	}
	if a.ends.Before(a.starts) {
		faults = append(faults, source.Faultf(place+".endsAt", "lies before startsAt"))
	}
	return a.signal(!a.ends.After(at)), faults
}
