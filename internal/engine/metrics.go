package engine

import "github.com/prometheus/client_golang/prometheus"

// metrics of an engine; every label comes from a closed set of names.
type metrics struct {
	owned    prometheus.Gauge
	inputs   *prometheus.CounterVec
	ignored  *prometheus.CounterVec
	facts    *prometheus.CounterVec
	refused  prometheus.Counter
	records  prometheus.Counter
	told     prometheus.Counter
	lateness prometheus.Histogram
	// conditions counts those of policies that could not be evaluated.
	conditions prometheus.Counter
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		owned:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_engine_partitions_owned", Help: "Partitions this instance owns."}),
		inputs:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_engine_inputs_total", Help: "Inputs decided, by event name."}, []string{"event"}),
		ignored: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_engine_ignored_total", Help: "Inputs that changed nothing, by reason."}, []string{"reason"}),
		facts:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tocsin_engine_facts_total", Help: "Facts decided, by event name."}, []string{"event"}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{Name: "tocsin_engine_refused_total", Help: "Intake that could not be read."}),
		records: prometheus.NewCounter(prometheus.CounterOpts{Name: "tocsin_engine_records_total", Help: "Records committed."}),
		told:    prometheus.NewCounter(prometheus.CounterOpts{Name: "tocsin_engine_told_total", Help: "Facts published on EVENTS."}),
		lateness: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tocsin_engine_deadline_lateness_seconds", Help: "How late deadlines fired.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5, 60},
		}),
		conditions: prometheus.NewCounter(prometheus.CounterOpts{Name: "tocsin_engine_condition_failures_total", Help: "Conditions of policies that could not be evaluated."}),
	}
	r.MustRegister(m.owned, m.inputs, m.ignored, m.facts, m.refused, m.records, m.told, m.lateness, m.conditions)
	return m
}
