package doors

import (
	"errors"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics counts by format, outcome and the catalog's routes only: no label comes from a sender.
type metrics struct {
	alerts   *prometheus.CounterVec
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	routes   *prometheus.CounterVec
}

func newMetrics(to prometheus.Registerer) *metrics {
	return &metrics{
		alerts: register(to, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tocsin_intake_alerts_total", Help: "Alerts by format and result: accepted, invalid (faults), unavailable.",
		}, []string{"format", "result"})),
		requests: register(to, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tocsin_intake_requests_total", Help: "Requests by format and class of the answer's status.",
		}, []string{"format", "code"})),
		seconds: register(to, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tocsin_intake_seconds", Help: "Time from the request's head to the answer.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
		}, []string{"format"})),
		routes: register(to, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tocsin_intake_route_errors_total", Help: "Conditions of routes that could not be evaluated, by where the route stands.",
		}, []string{"route"})),
	}
}

// register registers c, or returns the collector of an earlier mount.
func register[C prometheus.Collector](to prometheus.Registerer, c C) C {
	if to == nil {
		return c
	}
	err := to.Register(c)
	var there prometheus.AlreadyRegisteredError
	if errors.As(err, &there) {
		if before, ok := there.ExistingCollector.(C); ok {
			return before
		}
	}
	if err != nil {
		panic(err) // two different collectors with one name: a programming error
	}
	return c
}

func (m *metrics) request(format string, status int) {
	m.requests.WithLabelValues(format, strconv.Itoa(status/100)+"xx").Inc()
}

func (m *metrics) alert(format, result string, n int) {
	m.alerts.WithLabelValues(format, result).Add(float64(n))
}
