package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// results of one run, in the order of the table.
type results struct {
	started     time.Time
	ingest      []ingestResult
	latency     []time.Duration
	latencySent int
	storm       stormResult
	crowd       crowdResult
	memory      memory
}

type ingestResult struct {
	size, n        int
	rate, raw, cpu float64
}

type stormResult struct {
	n, paged, repeats int
	accepted, last    time.Duration
	cpu, rss          float64
}

type crowdResult struct {
	open      int
	heap, rss float64
	late      []time.Duration
}

func (r *results) markdown() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Results")
	line("")
	line("Written by `make bench` on %s: %s, load before and during the run as it was.", r.started.UTC().Format("2006-01-02 15:04 UTC"), machine())
	line("Sender, receiver and server share the cores. Every stored message is synced to disk before it is")
	line("acknowledged, ours and raw alike. Compare ratios, not absolute figures, across machines.")
	line("")
	line("## From the HTTP body to the committed fact")
	line("")
	line("Raw JetStream publishes and reads back the very messages that our run left on INTAKE and LEDGER.")
	line("")
	line("| alerts a body | n | ours, alerts/s | raw, alerts/s | ratio (aim ≥ 0.30) | CPU s per 1,000 |")
	line("|---|---|---|---|---|---|")
	for _, i := range r.ingest {
		line("| %d | %d | %.0f | %.0f | %.2f | %.3f |", i.size, i.n, i.rate, i.raw, i.rate/i.raw, i.cpu)
	}
	line("")
	slices.Sort(r.latency)
	line("## From the alert to the webhook, 50 a second")
	line("")
	line("| n | arrived | p50 | p95 | p99 (aim ≤ 10 ms) | max |")
	line("|---|---|---|---|---|---|")
	line("| %d | %d | %s | %s | %s | %s |", r.latencySent, len(r.latency), quantile(r.latency, .5), quantile(r.latency, .95), quantile(r.latency, .99), quantile(r.latency, 1))
	line("")
	s := r.storm
	line("## Storm: distinct alerts in bodies of 100, each one page to a webhook")
	line("")
	line("| n | accepted after | last page after (aim ≤ 1.5 s) | paged | twice | CPU s per 1,000, archive included (aim ≤ 0.2) | RSS |")
	line("|---|---|---|---|---|---|---|")
	line("| %d | %.2f s | %.2f s | %d | %d | %.3f | %.0f MiB |", s.n, s.accepted.Seconds(), s.last.Seconds(), s.paged, s.repeats, s.cpu, s.rss/(1<<20))
	line("")
	c := r.crowd
	line("## Many open incidents")
	line("")
	line("| open | live heap an incident (aim ≤ 2 KiB) | RSS growth an incident | deadlines | late p50 | late p99 (aim ≤ 250 ms) | late max | early |")
	line("|---|---|---|---|---|---|---|---|")
	early := 0
	for _, l := range c.late {
		if l < 0 {
			early++
		}
	}
	line("| %d | %.0f B | %.0f B | %d | %s | %s | %s | %d |", c.open, c.heap, c.rss, len(c.late), quantile(c.late, .5), quantile(c.late, .99), quantile(c.late, 1), early)
	return b.String()
}

// quantile of sorted durations.
func quantile(d []time.Duration, q float64) string {
	if len(d) == 0 {
		return "–"
	}
	i := min(int(q*float64(len(d))), len(d)-1)
	return fmt.Sprintf("%.2f ms", float64(d[i].Microseconds())/1000)
}

// machine names what the figures were read on.
func machine() string {
	model := "unknown CPU"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for _, l := range strings.Split(string(b), "\n") {
			if name, ok := strings.CutPrefix(l, "model name"); ok {
				model = strings.TrimLeft(name, "\t: ")
				break
			}
		}
	}
	return fmt.Sprintf("%d cores, %s, %s/%s, %s", runtime.NumCPU(), model, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
