package notifier

import "github.com/prometheus/client_golang/prometheus"

// metrics of a notifier; every label comes from a closed set of names.
type metrics struct {
	owned    prometheus.Gauge
	attempts *prometheus.CounterVec
	sending  *prometheus.HistogramVec
	pages    *prometheus.CounterVec
	receipts prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		owned:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_notifier_partitions_owned", Help: "Partitions of targets this instance owns."}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_notifier_attempts_total", Help: "Attempts, by channel and outcome."}, []string{"channel", "outcome"}),
		sending: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tocsin_notifier_send_seconds", Help: "How long one attempt took, by channel.",
			Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 15, 30},
		}, []string{"channel"}),
		pages:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_notifier_pages_total", Help: "Pages ended, by how."}, []string{"how"}),
		receipts: prometheus.NewCounter(prometheus.CounterOpts{Name: "tocsin_notifier_receipts_total", Help: "Receipts taken by INTAKE."}),
	}
	r.MustRegister(m.owned, m.attempts, m.sending, m.pages, m.receipts)
	return m
}
