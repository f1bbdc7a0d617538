package backtest_test

import (
	"bytes"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/internal/whatif/whatiftest"
	"tocsin.dev/pkg/events"
)

// day is what a busy day asks: incidents open one after another, each alert is sent again a number of
// times, as Prometheus does each minute, most are acknowledged, and all clear.
func day(incidents, repeats int) []events.Event {
	var all []events.Event
	add := func(at time.Time, data events.Data) {
		e := events.New(data)
		e.ID, e.Source, e.Time, e.Service = fmt.Sprint("in-", len(all)), "bench", at, "checkout"
		all = append(all, e)
	}
	for n := range incidents {
		at := whatiftest.Start.Add(time.Duration(n) * 10 * time.Minute)
		a := events.Alert{
			Key: fmt.Sprintf("InstanceDown/node-%06d:9100", n), Severity: "critical", Summary: fmt.Sprintf("Instance node-%06d:9100 is down", n),
			StartsAt: at, Origin: "alertmanager/prometheus",
			Labels: events.NewLabels(map[string]string{"alertname": "InstanceDown", "instance": fmt.Sprintf("node-%06d:9100", n), "job": "node"}),
		}
		add(at, events.AlertReceived{Alert: a})
		for i := range repeats {
			add(at.Add(time.Duration(i)*time.Second), events.AlertReceived{Alert: a})
		}
		if n%4 > 0 {
			add(at.Add(3*time.Minute), events.AcknowledgementReceived{Command: events.Command{Incident: a.Key, By: "person:ana"}})
		}
		add(at.Add(9*time.Minute), events.AlertCleared{Alert: a})
	}
	return all
}

// cpu gives the processor time that the process has used, garbage collection included: on a machine that
// others use as well, the clock on the wall says little.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func rates(b *testing.B, inputs int, used time.Duration) {
	b.Helper()
	b.ReportMetric(float64(inputs)/b.Elapsed().Seconds(), "inputs/s")
	b.ReportMetric(float64(inputs)/used.Seconds(), "inputs/core-s")
}

func closed(b testing.TB, all []events.Event) *backtest.History {
	h := &backtest.History{}
	for _, e := range all {
		require.NoError(b, h.Add(e))
	}
	h.Close()
	return h
}

// BenchmarkBacktest is the rules on a history that is in memory: 5,000 incidents, and so many repeats
// of each alert.
func BenchmarkBacktest(b *testing.B) {
	c := whatiftest.Catalog(b, "plain")
	for _, repeats := range []int{0, 10, 60} {
		h := closed(b, day(5000, repeats))
		b.Run(fmt.Sprint("repeats=", repeats), func(b *testing.B) {
			b.ReportAllocs()
			used := cpu(b)
			for b.Loop() {
				require.NoError(b, backtest.New(h, c, backtest.Options{}).Run())
			}
			rates(b, h.Len()*b.N, cpu(b)-used)
		})
	}
}

// BenchmarkFromFile is the whole way from JSON lines.
func BenchmarkFromFile(b *testing.B) {
	c := whatiftest.Catalog(b, "plain")
	for _, repeats := range []int{0, 10, 60} {
		var file bytes.Buffer
		require.NoError(b, history.Write(&file, day(5000, repeats)))
		n := 0
		b.Run(fmt.Sprint("repeats=", repeats), func(b *testing.B) {
			used := cpu(b)
			for b.Loop() {
				h := &backtest.History{}
				require.NoError(b, history.ReadAhead(bytes.NewReader(file.Bytes()), runtime.GOMAXPROCS(0), func(_ int, e events.Event) error { return h.Add(e) }))
				h.Close()
				n = h.Len()
				require.NoError(b, backtest.New(h, c, backtest.Options{}).Run())
			}
			rates(b, n*b.N, cpu(b)-used)
		})
	}
}
