package recorder

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	facts    prometheus.Counter
	errors   prometheus.Counter
	faults   *prometheus.CounterVec
	position prometheus.Gauge
	lag      prometheus.Gauge
	seconds  prometheus.Histogram
}

func newMetrics(to prometheus.Registerer) (metrics, error) {
	m := metrics{
		facts:    prometheus.NewCounter(prometheus.CounterOpts{Name: "tocsin_recorder_facts_total", Help: "Facts kept in the archive."}),
		errors:   prometheus.NewCounter(prometheus.CounterOpts{Name: "tocsin_recorder_errors_total", Help: "Turns that failed and were tried again."}),
		faults:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_recorder_faults_total", Help: "Places where the ledger is damaged."}, []string{"kind"}),
		position: prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_recorder_position", Help: "Ledger sequence up to which the archive has everything."}),
		lag:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_recorder_lag_seconds", Help: "Age of the newest kept record when it was kept."}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tocsin_recorder_keep_seconds", Help: "Duration of one transaction of the archive.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 12),
		}),
	}
	for _, kind := range []string{gap, stepBack, unreadable} {
		m.faults.WithLabelValues(kind) // a zero that exists can be alerted on
	}
	var faults []error
	for _, c := range []prometheus.Collector{m.facts, m.errors, m.faults, m.position, m.lag, m.seconds} {
		faults = append(faults, to.Register(c))
	}
	return m, errors.Join(faults...)
}
