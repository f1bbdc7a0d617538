package assembly

import (
	"github.com/prometheus/client_golang/prometheus"
)

// showShadow shows whether this is a shadow run: in the log at each start, and in a gauge.
func (r *Runtime) showShadow() {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_shadow", Help: "1 in a shadow run: pages are decided and recorded, and none is sent."})
	r.Health.Metrics.MustRegister(gauge)
	if r.Options.Shadow {
		gauge.Set(1)
		r.Log.Warn("SHADOW RUN: every page is decided and recorded, and none is sent")
	}
}
