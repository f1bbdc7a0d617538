package live

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
)

// windows are the periods up to now that gauges cover, in days.
var windows = []int{7, 30}

// GaugeBounds hold what gauges need of resolved incidents.
var GaugeBounds = Bounds{For: 31 * 24 * time.Hour}

// grouped are the labels of gauges that exist for all incidents, each team and each priority.
var grouped = []string{"days", "by", "name"}

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("tocsin_kpi_"+name, help+" docs/reports.md has the formula.", labels, nil)
}

var (
	descIncidents   = described("incidents", "Incidents that opened in the last days.", grouped...)
	descAcknowledge = described("time_to_acknowledge_seconds", "From opening to first acknowledgement, nearest rank.", append(grouped, "quantile")...)
	descEscalations = described("escalation_rate", "Share of the incidents that were escalated.", grouped...)
	descTargets     = described("targets_met_share", "Share of the decided targets that were met.", append(grouped, "target")...)
	descPages       = described("pages", "Pages that were asked for in the last days.", grouped...)
	descFirstTry    = described("pages_first_try_share", "Share of the channel's delivered pages that it took at first try.", "days", "channel")
	descComputed    = described("computed_timestamp_seconds", "When these numbers were computed.")
)

// Gauges is a Prometheus collector of the numbers of the last 7 and 30 days: for all incidents, by team
// and by priority. It shows the result of the newest [Gauges.Refresh], and nothing before the first. It is
// safe for concurrent use.
type Gauges struct {
	history *History

	mu      sync.Mutex
	at      time.Time
	reports []report.Report // in the order of windows
}

// NewGauges returns gauges over a history, which must hold at least what [GaugeBounds] says.
func NewGauges(h *History) *Gauges { return &Gauges{history: h} }

// Refresh computes the numbers as of now. If it fails, the earlier numbers stay.
func (g *Gauges) Refresh(ctx context.Context, now time.Time) error {
	reports := make([]report.Report, 0, len(windows))
	for _, days := range windows {
		o := report.Options{Period: measure.Period{From: now.Add(-time.Duration(days) * 24 * time.Hour), To: now}}
		made, err := g.history.report(ctx, o, o.Period)
		if err != nil {
			return fmt.Errorf("numbers of %d days: %w", days, err)
		}
		reports = append(reports, made)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at, g.reports = now, reports
	return nil
}

// Describe implements [prometheus.Collector].
func (g *Gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descIncidents, descAcknowledge, descEscalations, descTargets, descPages, descFirstTry, descComputed} {
		to <- d
	}
}

// Collect implements [prometheus.Collector].
func (g *Gauges) Collect(to chan<- prometheus.Metric) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at.IsZero() {
		return
	}
	gauge(to, descComputed, float64(g.at.Unix()))
	for n, r := range g.reports {
		days := strconv.Itoa(windows[n])
		numbers(to, r.Numbers, days, "all", "")
		for name, of := range r.ByTeam {
			numbers(to, of, days, "team", name)
		}
		for name, of := range r.ByPriority {
			numbers(to, of, days, "priority", name)
		}
		for name, c := range r.Pages.ByChannel {
			gaugeOf(to, descFirstTry, c.FirstTryShare, days, name)
		}
	}
}

func numbers(to chan<- prometheus.Metric, n report.Numbers, labels ...string) {
	with := func(one string) []string { return append(labels[:len(labels):len(labels)], one) }
	gauge(to, descIncidents, float64(n.Incidents), labels...)
	gauge(to, descPages, float64(n.Pages.Count), labels...)
	gaugeOf(to, descEscalations, n.EscalationRate, labels...)
	gaugeOf(to, descAcknowledge, n.TimeToAcknowledge.P50, with("0.5")...)
	gaugeOf(to, descAcknowledge, n.TimeToAcknowledge.P90, with("0.9")...)
	gaugeOf(to, descTargets, n.Targets.Response.MetShare, with("response")...)
	gaugeOf(to, descTargets, n.Targets.Resolution.MetShare, with("resolution")...)
}

// gaugeOf sends a number unless there is none.
func gaugeOf(to chan<- prometheus.Metric, d *prometheus.Desc, v *float64, labels ...string) {
	if v != nil {
		gauge(to, d, *v, labels...)
	}
}

func gauge(to chan<- prometheus.Metric, d *prometheus.Desc, v float64, labels ...string) {
	for n := range labels {
		labels[n] = strings.ToValidUTF8(labels[n], "\uFFFD")
	}
	to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}
