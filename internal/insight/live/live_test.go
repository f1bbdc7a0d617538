package live

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/sqlite"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

func filled(t *testing.T, facts []archive.Fact) *sqlite.Archive {
	a, err := sqlite.Open(filepath.Join(t.TempDir(), "archive.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	archivetest.Fill(t, a, facts, 500)
	return a
}

func none() *catalog.Catalog { return nil }

// inOne folds all facts at once, as the command line does.
func inOne(t *testing.T, facts []archive.Fact, o report.Options) report.Report {
	var c report.Collector
	for _, f := range facts {
		e, err := events.Decode(f.Line)
		require.NoError(t, err)
		c.Add(e)
	}
	o.Suggestions = c.Suggestions()
	r, err := report.Make(c.Incidents(), o)
	require.NoError(t, err)
	return r
}

func same(t *testing.T, want, got report.Report) {
	t.Helper()
	w, err := json.Marshal(want)
	require.NoError(t, err)
	g, err := json.Marshal(got)
	require.NoError(t, err)
	require.JSONEq(t, string(w), string(g))
}

// TestBitByBit: asked after every few facts, the numbers are those of all facts at once.
func TestBitByBit(t *testing.T) {
	facts := archivetest.Ledger(40, 5)
	a := filled(t, nil)
	h := NewHistory(a, none, Bounds{})
	done := 0
	for _, b := range archivetest.Batches(t, facts, 33) {
		require.NoError(t, a.Keep(t.Context(), b.Facts, b.Incidents, b.Position))
		done += len(b.Facts)
		for _, o := range []report.Options{{}, {Team: "discovery"}, {Period: measure.WeekOf(archivetest.Start)}} {
			got, err := h.Report(t.Context(), o)
			require.NoError(t, err)
			same(t, inOne(t, facts[:done], o), got)
		}
	}
	require.Equal(t, len(facts), done)
	_, err := h.Report(t.Context(), report.Options{Team: "nobody"})
	require.ErrorIs(t, err, report.ErrNoTeam)
}

// TestBounds: the oldest incidents are forgotten, what is left is right, and what is gone is said.
func TestBounds(t *testing.T) {
	facts := archivetest.Ledger(100, 5) // one opens each second
	h := NewHistory(filled(t, facts), none, Bounds{Most: 50})
	_, err := h.Report(t.Context(), report.Options{})
	var gone report.Forgotten
	require.ErrorAs(t, err, &gone)
	require.Equal(t, archivetest.Start.Add(55*time.Second), gone.Since)
	require.ErrorContains(t, err, "incidents before 2026-03-02T14:00:55Z are not held in memory")

	o := report.Options{Period: measure.Period{From: gone.Since}}
	got, err := h.Report(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, 45, got.Incidents)
	same(t, inOne(t, facts, o), got)
	o.Period.To = gone.Since.Add(10 * time.Second) // the ten seconds before are needed beside it
	_, err = h.Report(t.Context(), o)
	require.ErrorAs(t, err, &gone)
	o.Period = measure.Period{From: gone.Since.Add(10 * time.Second), To: gone.Since.Add(20 * time.Second)}
	got, err = h.Report(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, 10, got.Previous.Incidents)
	same(t, inOne(t, facts, o), got)
}

// life makes the facts of one incident: opened, paged and resolved (zero: not yet).
func life(id, team string, opened, paged, resolved time.Time) []events.Event {
	step := func(at time.Time, data events.Data) events.Event {
		e := events.New(data)
		e.ID, e.Source, e.Subject, e.Time = events.DeriveID(id, data.Name()), "tocsin/engine", id, at
		e.Service, e.Team = "checkout", team
		return e
	}
	all := []events.Event{
		step(opened, events.IncidentTriggered{Title: id, DedupKey: id, Priority: "P1", Policy: "p", Alert: events.Alert{Key: id}}),
		step(paged, events.PageRequested{Page: id, Target: "person:ana", Level: 1}),
		step(paged, events.PageDelivered{Page: id, Target: "person:ana", Channel: "email", Attempts: make([]events.Attempt, 1)}),
		step(paged.Add(time.Minute), events.IncidentAcknowledged{By: "person:ana"}),
	}
	if team == "payments" {
		all = append(all, step(paged.Add(time.Minute), events.IncidentClockMet{Clock: "response", Breached: paged.Sub(opened) > 5*time.Minute}))
	}
	if !resolved.IsZero() {
		all = append(all, step(resolved, events.IncidentResolved{By: "person:ana", How: "command"}))
	}
	return all
}

// ledger puts events into an archive's facts, one a record.
func ledger(t *testing.T, lives ...[]events.Event) []archive.Fact {
	var facts []archive.Fact
	heads, seq := map[string][]byte{}, map[string]uint64{}
	for _, life := range lives {
		for _, e := range life {
			seq[e.Subject]++
			e.IncidentSeq = seq[e.Subject]
			line, err := e.Encode()
			require.NoError(t, err)
			heads[e.Subject] = archivetest.Chain(heads[e.Subject], line)
			facts = append(facts, archive.Fact{Envelope: e.Envelope, Position: uint64(len(facts) + 1), Line: line, Hash: heads[e.Subject]})
		}
	}
	return facts
}

var noon = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)

func ago(days int) time.Time { return noon.AddDate(0, 0, -days) }

// TestGauges: by hand. Three incidents in 30 days, one of them in 7; of older ones the open ones are kept.
func TestGauges(t *testing.T) {
	a := filled(t, ledger(t,
		life("older", "payments", ago(90), ago(90), ago(89)),
		life("open", "payments", ago(80), ago(10), time.Time{}), // paged for within 30 days
		life("one", "payments", ago(20), ago(20), ago(19)),
		life("two", "data\xffbase", ago(9), ago(9).Add(4*time.Minute), ago(8)),
		life("three", "payments", ago(3), ago(3).Add(9*time.Minute), time.Time{}),
	))
	g := NewGauges(NewHistory(a, none, GaugeBounds))
	require.Empty(t, told(t, g), "nothing is known before the first look")
	require.NoError(t, g.Refresh(t.Context(), noon))
	require.Equal(t, []string{
		"computed_timestamp_seconds = 1774958400",
		"escalation_rate all 30 = 0", "escalation_rate all 7 = 0",
		"escalation_rate priority 30 P1 = 0", "escalation_rate priority 7 P1 = 0",
		"escalation_rate team 30 data\uFFFDbase = 0", "escalation_rate team 30 payments = 0", "escalation_rate team 7 payments = 0",
		"incidents all 30 = 3", "incidents all 7 = 1",
		"incidents priority 30 P1 = 3", "incidents priority 7 P1 = 1",
		"incidents team 30 data\uFFFDbase = 1", "incidents team 30 payments = 2", "incidents team 7 payments = 1",
		"pages all 30 = 4", "pages all 7 = 1",
		"pages priority 30 P1 = 4", "pages priority 7 P1 = 1",
		"pages team 30 data\uFFFDbase = 1", "pages team 30 payments = 3", "pages team 7 payments = 1",
		"pages_first_try_share email 30 = 1", "pages_first_try_share email 7 = 1",
		"targets_met_share all 30 response = 0.5", "targets_met_share all 7 response = 0",
		"targets_met_share priority 30 P1 response = 0.5", "targets_met_share priority 7 P1 response = 0",
		"targets_met_share team 30 payments response = 0.5", "targets_met_share team 7 payments response = 0",
		"time_to_acknowledge_seconds all 30 0.5 = 300", "time_to_acknowledge_seconds all 30 0.9 = 600",
		"time_to_acknowledge_seconds all 7 0.5 = 600", "time_to_acknowledge_seconds all 7 0.9 = 600",
		"time_to_acknowledge_seconds priority 30 P1 0.5 = 300", "time_to_acknowledge_seconds priority 30 P1 0.9 = 600",
		"time_to_acknowledge_seconds priority 7 P1 0.5 = 600", "time_to_acknowledge_seconds priority 7 P1 0.9 = 600",
		"time_to_acknowledge_seconds team 30 data\uFFFDbase 0.5 = 300", "time_to_acknowledge_seconds team 30 data\uFFFDbase 0.9 = 300",
		"time_to_acknowledge_seconds team 30 payments 0.5 = 60", "time_to_acknowledge_seconds team 30 payments 0.9 = 600",
		"time_to_acknowledge_seconds team 7 payments 0.5 = 600", "time_to_acknowledge_seconds team 7 payments 0.9 = 600",
	}, told(t, g))

	require.Len(t, g.history.facts.Incidents(), 4, "the oldest is over, and forgotten")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, g.Refresh(ctx, noon.Add(time.Hour)), context.Canceled)
	require.Equal(t, noon, g.at, "what fails leaves those before")
}

// told lists what a collector gives, as "name labels = value" in order.
func told(t *testing.T, c prometheus.Collector) (lines []string) {
	r := prometheus.NewPedanticRegistry()
	require.NoError(t, r.Register(c))
	families, err := r.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			line := strings.TrimPrefix(f.GetName(), "tocsin_kpi_")
			for _, l := range m.GetLabel() {
				line = strings.TrimRight(line+" "+l.GetValue(), " ")
			}
			lines = append(lines, line+" = "+strconv.FormatFloat(m.GetGauge().GetValue(), 'f', -1, 64))
		}
	}
	return lines
}

// TestUnreadable: reports name a fact that cannot be decoded, and leave out those of a newer version.
func TestUnreadable(t *testing.T) {
	facts := archivetest.Ledger(1, 3)
	h := NewHistory(filled(t, nil), none, Bounds{})
	require.NoError(t, h.take(facts[0]))
	newer := facts[1]
	newer.Line = []byte(strings.Replace(string(newer.Line), "page.requested", "page.dreamt", 1))
	require.NoError(t, h.take(newer))
	require.Equal(t, newer.Key(), h.key)
	bad := facts[2]
	bad.Line = []byte("{")
	require.NoError(t, h.take(bad))
	_, err := h.Report(t.Context(), report.Options{})
	require.ErrorContains(t, err, "fact 2 of record 1: ")
}

// TestSuggestions: a caller that gave up does not stop the next one, openings are announced once and in
// order, and a fact that cannot be decoded spoils reports but not suggestions.
func TestSuggestions(t *testing.T) {
	at := archivetest.Start
	var lives [][]events.Event
	for n := range 3 {
		opened := at.Add(time.Duration(n) * time.Hour)
		lives = append(lives, life("i"+strconv.Itoa(n), "payments", opened, opened.Add(time.Minute), opened.Add(2*time.Minute)))
	}
	h := NewHistory(filled(t, ledger(t, lives...)), none, Bounds{})
	var opened []string
	h.OnOpen(func(incident string, _ time.Time) { opened = append(opened, incident) })
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := h.Suggestions(gone, "i0")
	require.ErrorIs(t, err, context.Canceled)
	_, known, err := h.Suggestions(t.Context(), "i2")
	require.NoError(t, err)
	require.True(t, known)
	_, known, err = h.Suggestions(t.Context(), "other")
	require.NoError(t, err)
	require.False(t, known)
	require.NoError(t, h.Update(t.Context()))
	require.Equal(t, []string{"i0", "i1", "i2"}, opened)

	require.NoError(t, h.take(archive.Fact{Envelope: events.Envelope{Type: "incident.resolved"}, Position: 99, Line: []byte("{")}))
	_, known, err = h.Suggestions(t.Context(), "i2")
	require.NoError(t, err)
	require.True(t, known)
	_, err = h.Report(t.Context(), report.Options{})
	require.ErrorContains(t, err, "fact 0 of record 99")
}
