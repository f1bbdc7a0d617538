package assembly

import (
	"fmt"
	"os"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/pflag"
)

// bindShadow adds --shadow. A variable that is set to a word that is neither true nor false must not
// be taken for a no, after which pages would be sent: Validate refuses it.
func (o *Options) bindShadow(fs *pflag.FlagSet) {
	word := os.Getenv("TOCSIN_SHADOW")
	if word != "" {
		var err error
		if o.Shadow, err = strconv.ParseBool(word); err != nil {
			o.shadowFault = fmt.Errorf("TOCSIN_SHADOW=%s: neither true nor false", word)
		}
	}
	fs.BoolVar(&o.Shadow, "shadow", o.Shadow, "decide and record every page, and send none, on any channel (TOCSIN_SHADOW)")
}

// shadowed tells everybody who looks that no page is sent here: the log at each start, and a gauge
// that is there in every run.
func (r *Runtime) shadowed() {
	gauge := prometheus.NewGauge(prometheus.GaugeOpts{Name: "tocsin_shadow", Help: "1 in a shadow run: pages are decided and recorded, and none is sent."})
	r.Health.Metrics.MustRegister(gauge)
	if r.Options.Shadow {
		gauge.Set(1)
		r.Log.Warn("SHADOW RUN: every page is decided and recorded, and none is sent")
	}
}
