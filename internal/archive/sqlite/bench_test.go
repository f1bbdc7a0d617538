package sqlite

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/pkg/events"
)

var size = flag.Int("incidents", 1_000_000, "incidents of BenchmarkSearch; BenchmarkRebuild keeps as many facts")

// BenchmarkSearch asks an archive of a million incidents, two thousand of them open, for lists of
// fifty, and reports the 95th percentile of each kind of question in milliseconds. Run it with
// -benchtime 1x: building the archive takes a minute.
func BenchmarkSearch(b *testing.B) {
	a := open(b, b.TempDir()).(*Archive)
	defer func() { require.NoError(b, a.Close()) }()
	began := time.Now()
	crowd(b, a, *size)
	b.Logf("%d incidents after %s", *size, time.Since(began).Round(time.Millisecond))
	draw := rand.New(rand.NewPCG(3, 4))
	at := func() time.Time { return archivetest.Start.Add(time.Duration(draw.IntN(*size)) * time.Minute) }
	service := func() string { return fmt.Sprintf("service-%d", draw.IntN(300)) }
	person := func() string { return fmt.Sprintf("person:p%d", draw.IntN(200)) }
	label := func() map[string]string { return map[string]string{"cluster": fmt.Sprintf("c%d", draw.IntN(20))} }
	for _, c := range []struct {
		name string
		q    func() archive.Query
	}{
		{"open", func() archive.Query { return archive.Query{} }},
		{"all", func() archive.Query { return archive.Query{Status: "all"} }},
		{"resolved", func() archive.Query { return archive.Query{Status: "resolved"} }},
		{"acknowledged", func() archive.Query { return archive.Query{Status: "acknowledged"} }},
		{"service", func() archive.Query { return archive.Query{Status: "all", Service: service()} }},
		{"open+service", func() archive.Query { return archive.Query{Service: service()} }},
		{"team", func() archive.Query { return archive.Query{Status: "all", Team: fmt.Sprintf("team-%d", draw.IntN(30))} }},
		{"person", func() archive.Query { return archive.Query{Status: "all", Person: person()} }},
		{"open+person", func() archive.Query { return archive.Query{Person: person()} }},
		{"priority", func() archive.Query {
			return archive.Query{Status: "all", Priority: fmt.Sprintf("P%d", 1+draw.IntN(5))}
		}},
		{"label", func() archive.Query { return archive.Query{Status: "all", Labels: label()} }},
		{"rare-label", func() archive.Query {
			return archive.Query{Status: "all", Labels: map[string]string{"instance": fmt.Sprintf("host-%d", draw.IntN(5000))}}
		}},
		{"time", func() archive.Query {
			t := at()
			return archive.Query{Status: "all", From: t, To: t.Add(24 * time.Hour)}
		}},
		{"time+team", func() archive.Query {
			t := at()
			return archive.Query{Status: "all", From: t, To: t.Add(7 * 24 * time.Hour), Team: fmt.Sprintf("team-%d", draw.IntN(30))}
		}},
		{"text-common", func() archive.Query { return archive.Query{Status: "all", Text: "latency above"} }},
		{"text-rare", func() archive.Query {
			return archive.Query{Status: "all", Text: fmt.Sprintf("order %d", draw.IntN(*size))}
		}},
		{"text-none", func() archive.Query { return archive.Query{Status: "all", Text: "nowhere"} }},
		{"text+service", func() archive.Query { return archive.Query{Status: "all", Text: "latency", Service: service()} }},
		{"text+person+label", func() archive.Query {
			return archive.Query{Status: "all", Text: "errors", Person: person(), Labels: label()}
		}},
		{"disjoint", func() archive.Query {
			return archive.Query{Status: "all", Priority: "P1", Labels: map[string]string{"odd": "yes"}}
		}},
		{"open+priority+text", func() archive.Query { return archive.Query{Priority: "P3", Text: "latency"} }},
		{"page-deep", func() archive.Query {
			return archive.Query{Status: "all", Text: "latency", Before: archivetest.ID(draw.IntN(*size))}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				var took []time.Duration
				found := 0
				for range 200 {
					q := c.q()
					start := time.Now()
					all, err := a.Incidents(b.Context(), q)
					took = append(took, time.Since(start))
					require.NoError(b, err)
					found += len(all)
				}
				slices.Sort(took)
				b.ReportMetric(took[len(took)*95/100].Seconds()*1000, "p95-ms")
				b.ReportMetric(float64(found)/200, "found")
			}
		})
	}
}

// crowd keeps so many incidents, a minute apart and each paged to somebody, and then ends all but
// two thousand of them.
func crowd(b *testing.B, a *Archive, n int) {
	draw := rand.New(rand.NewPCG(1, 2))
	word := func(all ...string) string { return all[draw.IntN(len(all))] }
	const stretch = 5000
	keep := func(facts []archive.Fact, all []archive.Incident, position int) {
		require.NoError(b, a.Keep(b.Context(), facts, all, uint64(position)))
	}
	var rest []archive.Incident
	for from := 0; from < n; from += stretch {
		facts, all := []archive.Fact{}, []archive.Incident{}
		for i := from; i < min(n, from+stretch); i++ {
			s := draw.IntN(300)
			in := archive.Incident{
				ID: archivetest.ID(i), Service: fmt.Sprintf("service-%d", s), Team: fmt.Sprintf("team-%d", s%30), Status: "triggered",
				Priority: fmt.Sprintf("P%d", 1+i%5), OpenedAt: archivetest.Start.Add(time.Duration(i) * time.Minute), Seq: 1,
				Title: fmt.Sprintf("%s %s on %s: order %d", word("p99", "p50", "total"), word("latency above 2 s", "errors above 5 %", "saturation of the pool"), in(s), i),
			}
			odd := "no"
			if i%5 == 1 {
				odd = "yes"
			}
			in.Alerts = []archive.Alert{{Alert: events.Alert{Key: "k", Summary: in.Title, Description: "The runbook says what to do when this goes on for long.", Labels: events.NewLabels(map[string]string{
				"cluster": fmt.Sprintf("c%d", draw.IntN(20)), "instance": fmt.Sprintf("host-%d", draw.IntN(5000)), "odd": odd, "job": in.Service,
			})}}}
			all = append(all, in)
			e := events.New(events.PageRequested{Page: in.ID, Target: fmt.Sprintf("person:p%d", draw.IntN(200)), Title: in.Title})
			e.Subject, e.IncidentSeq, e.Time = in.ID, 1, in.OpenedAt
			line, err := e.Encode()
			require.NoError(b, err)
			facts = append(facts, archive.Fact{Envelope: e.Envelope, Position: uint64(from + 1), Index: i - from, Hash: make([]byte, 32), Line: line})
		}
		keep(facts, all, from+1)
		rest = append(rest, all...)
	}
	for from := 0; from < n; from += stretch {
		all := []archive.Incident{}
		for i := from; i < min(n, from+stretch); i++ {
			if i%max(1, n/2000) == 0 {
				continue
			}
			at := rest[i].OpenedAt.Add(time.Hour)
			rest[i].Status, rest[i].ResolvedAt, rest[i].Seq = "resolved", &at, 2
			all = append(all, rest[i])
		}
		keep(nil, all, n+from+1)
	}
}

func in(service int) string { return fmt.Sprintf("region %d", service%7) }

// BenchmarkRebuild keeps a million facts of 250,000 incidents, in stretches as the recorder makes
// them; each incident is touched by four of them.
func BenchmarkRebuild(b *testing.B) {
	all := archivetest.Batches(b, archivetest.Ledger(*size/4, 4), 5000)
	for b.Loop() {
		a := open(b, b.TempDir())
		for _, batch := range all {
			require.NoError(b, a.Keep(b.Context(), batch.Facts, batch.Incidents, batch.Position))
		}
		require.NoError(b, a.Close())
	}
	b.ReportMetric(float64(*size)*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
}
