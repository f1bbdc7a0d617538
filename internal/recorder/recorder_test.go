package recorder

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/sqlite"
	"tocsin.dev/pkg/events"
)

var errTest = errors.New("the disk is on holiday")

func newArchive(tb testing.TB) *sqlite.Archive {
	a, err := sqlite.Open(filepath.Join(tb.TempDir(), "archive.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, a.Close()) })
	return a
}

func newRecorder(tb testing.TB, cfg Config) *Recorder {
	r, err := New(cfg)
	require.NoError(tb, err)
	tb.Cleanup(r.Close)
	return r
}

// settle turns until nothing is left.
func settle(t *testing.T, r *Recorder) {
	for {
		progress, err := r.Turn(t.Context())
		require.NoError(t, err)
		if !progress {
			return
		}
	}
}

func digest(t *testing.T, a archive.Reader) string {
	d, err := a.Digest(t.Context())
	require.NoError(t, err)
	return d
}

func TestEverythingIsKeptInOrder(t *testing.T) {
	facts := archivetest.Ledger(30, 6)
	want := newArchive(t)
	archivetest.Fill(t, want, facts, 1000)

	got := newArchive(t)
	log := &ledger{}
	log.append(bodies(facts)...)
	r := newRecorder(t, Config{Log: log, Archive: got})
	settle(t, r)
	require.NoError(t, r.Healthy())
	require.Equal(t, digest(t, want), digest(t, got), "lines and chains are those that the suite makes by hand")
	in, err := got.Incident(t.Context(), archivetest.ID(7))
	require.NoError(t, err)
	require.Equal(t, "acknowledged", in.Status)
	require.EqualValues(t, 6, in.Seq)
}

func TestRebuildGivesTheSame(t *testing.T) {
	log := &ledger{}
	log.append(bodies(archivetest.Ledger(60, 9))...)
	var want string
	var incidents []archive.Incident
	for name, cfg := range map[string]Config{
		"as shipped":         {},
		"one record a time":  {MaxFacts: 1},
		"small, tiny memory": {MaxFacts: 50, Cache: 2},
		"by bytes":           {MaxBytes: 9000, Cache: 17},
	} {
		cfg.Log, cfg.Archive = log, newArchive(t)
		r := newRecorder(t, cfg)
		settle(t, r)
		require.NoError(t, r.Healthy(), name)
		all, err := cfg.Archive.Incidents(t.Context(), archive.Query{Status: "all", Limit: archive.MaxLimit})
		require.NoError(t, err)
		if want == "" {
			want, incidents = digest(t, cfg.Archive), all
		}
		require.Equal(t, want, digest(t, cfg.Archive), name)
		require.Equal(t, incidents, all, name)
	}
}

func TestGoesOnWhereTheArchiveStands(t *testing.T) {
	all := bodies(archivetest.Ledger(20, 8))
	log, a := &ledger{}, newArchive(t)
	log.append(all[:9]...)
	settle(t, newRecorder(t, Config{Log: log, Archive: a}))
	log.append(all[9:]...)
	second := newRecorder(t, Config{Log: log, Archive: a})
	settle(t, second)
	require.NoError(t, second.Healthy(), "a restart is no gap")

	whole := newArchive(t)
	settle(t, newRecorder(t, Config{Log: log, Archive: whole}))
	require.Equal(t, digest(t, whole), digest(t, a))
}

func TestAnArchiveOfAnotherLedgerIsNotContinued(t *testing.T) {
	a := newArchive(t)
	long, other := &ledger{}, &ledger{}
	long.append(bodies(archivetest.Ledger(20, 8))...)
	settle(t, newRecorder(t, Config{Log: long, Archive: a}))
	other.append(record(t, "inc-1", 1))
	r := newRecorder(t, Config{Log: other, Archive: a})
	_, err := r.Turn(t.Context())
	require.ErrorIs(t, err, ErrAhead)
	require.ErrorIs(t, r.Healthy(), ErrAhead)
}

func TestFaultsAreKeptCountedAndShown(t *testing.T) {
	for name, c := range map[string]struct {
		records [][]byte
		kinds   []string
		kept    int // entries in the incident's timeline
	}{
		"whole":        {[][]byte{record(t, "inc-1", 1, 2), record(t, "inc-1", 3)}, nil, 3},
		"gap":          {[][]byte{record(t, "inc-1", 1, 2), record(t, "inc-1", 4, 5)}, []string{gap}, 4},
		"late start":   {[][]byte{record(t, "inc-1", 3, 4)}, []string{gap}, 2},
		"repeat":       {[][]byte{record(t, "inc-1", 1, 2), record(t, "inc-1", 2, 3)}, []string{stepBack}, 4},
		"step back":    {[][]byte{record(t, "inc-1", 1, 2, 3, 1, 2)}, []string{stepBack}, 5},
		"no event":     {[][]byte{[]byte("[\n{\"type\":1}\n]"), record(t, "inc-1", 1)}, []string{unreadable}, 1},
		"not our form": {[][]byte{[]byte("\x00\xff"), record(t, "inc-1", 1)}, []string{unreadable}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			logs, seen := observer.New(zap.ErrorLevel)
			registry := prometheus.NewRegistry()
			log, a := &ledger{}, newArchive(t)
			log.append(c.records...)
			r := newRecorder(t, Config{Log: log, Archive: a, Logger: zap.New(logs), Metrics: registry})
			settle(t, r)
			settle(t, r)
			require.Equal(t, len(c.kinds), seen.Len(), "logged once")
			for i, kind := range c.kinds {
				require.EqualValues(t, 1, counted(t, registry, kind))
				require.Equal(t, kind, seen.All()[i].ContextMap()["fault"])
				require.ErrorIs(t, r.Healthy(), errFaults)
				require.ErrorContains(t, r.Healthy(), kind)
			}
			if c.kinds == nil {
				require.NoError(t, r.Healthy())
			}
			told, err := a.Timeline(t.Context(), "inc-1", 0)
			require.NoError(t, err)
			require.Len(t, told, c.kept)
		})
	}
}

// counted reads the counter of faults of one kind.
func counted(t *testing.T, registry *prometheus.Registry, kind string) float64 {
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == "tocsin_recorder_faults_total" && m.GetLabel()[0].GetValue() == kind {
				return m.GetCounter().GetValue()
			}
		}
	}
	t.Fatalf("no counter for %s", kind)
	return 0
}

func TestFactsOfNoIncident(t *testing.T) {
	begun := events.Event{Envelope: events.Envelope{Type: "dev.tocsin.epoch.begun.v1", SpecVersion: "1.0"}, Data: events.CatalogRevised{}}
	refused := events.New(events.CommandRefused{Incident: "nobody knows it", Command: "note.received"})
	refused.CausationID, refused.Reason = "input-7", "there is no such incident"
	late := events.New(events.AlertRenewed{Incident: "nobody knows it", Key: "a"})
	log, a := &ledger{}, newArchive(t)
	log.append(packed(t, begun, refused, late))
	r := newRecorder(t, Config{Log: log, Archive: a})
	settle(t, r)
	require.NoError(t, r.Healthy())
	got, err := a.Caused(t.Context(), "input-7")
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Contains(t, got[0].Summary, "there is no such incident")
	all, err := a.Incidents(t.Context(), archive.Query{Status: "all"})
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestRenewalMovesTheExpiryOnly(t *testing.T) {
	end := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	log, a := &ledger{}, newArchive(t)
	log.append(record(t, "inc-1", 1), packed(t, events.New(events.AlertRenewed{Incident: "inc-1", Key: "a", EndsAt: end})))
	log.append(record(t, "inc-1", 2))
	r := newRecorder(t, Config{Log: log, Archive: a, MaxFacts: 1})
	settle(t, r)
	require.NoError(t, r.Healthy())
	in, err := a.Incident(t.Context(), "inc-1")
	require.NoError(t, err)
	require.Equal(t, end, in.Alerts[0].EndsAt)
	require.EqualValues(t, 2, in.Seq)
}

func TestErrorsAreTriedAgain(t *testing.T) {
	facts := archivetest.Ledger(10, 5)
	for name, spoil := range map[string]func(*ledger, *flaky){
		"refused before it counted": func(_ *ledger, f *flaky) { f.before = errTest },
		"lost after it counted":     func(_ *ledger, f *flaky) { f.after = errTest },
		"reader broke":              func(l *ledger, _ *flaky) { l.breakReaders(errTest) },
	} {
		t.Run(name, func(t *testing.T) {
			all := bodies(facts)
			log, a := &ledger{}, &flaky{Archive: newArchive(t)}
			r := newRecorder(t, Config{Log: log, Archive: a})
			log.append(all[:3]...)
			settle(t, r)
			spoil(log, a)
			log.append(all[3:]...)
			_, err := r.Turn(t.Context())
			require.ErrorIs(t, err, errTest)
			require.ErrorIs(t, r.Healthy(), errTest)
			settle(t, r)
			require.NoError(t, r.Healthy())
			require.Equal(t, 2, log.opened, "from the archive's position, by a new reader")

			whole := newArchive(t)
			settle(t, newRecorder(t, Config{Log: log, Archive: whole}))
			require.Equal(t, digest(t, whole), digest(t, a))
		})
	}
}

func TestRunFollowsAndEnds(t *testing.T) {
	all := bodies(archivetest.Ledger(10, 5))
	log, kept := &ledger{refuse: errTest}, make(chan uint64, 100)
	a := &watched{Archive: newArchive(t), kept: kept}
	r := newRecorder(t, Config{Log: log, Archive: a})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	for _, body := range all {
		log.append(body)
	}
	log.breakReaders(errTest)
	for position := uint64(0); position < uint64(len(all)); {
		position = <-kept
	}
	cancel()
	require.NoError(t, <-ended)
}

// watched tells what was kept.
type watched struct {
	archive.Archive
	kept chan<- uint64
}

func (w *watched) Keep(ctx context.Context, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	err := w.Archive.Keep(ctx, facts, incidents, position)
	if err == nil {
		w.kept <- position
	}
	return err
}

func TestConfig(t *testing.T) {
	_, err := New(Config{Cache: -1})
	require.ErrorContains(t, err, "Log is missing")
	require.ErrorContains(t, err, "Archive is missing")
	require.ErrorContains(t, err, "negative")
	registry := prometheus.NewRegistry()
	_, err = New(Config{Log: &ledger{}, Archive: newArchive(t), Metrics: registry})
	require.NoError(t, err)
	_, err = New(Config{Log: &ledger{}, Archive: newArchive(t), Metrics: registry})
	require.Error(t, err, "two recorders may not share their counters")
}

// BenchmarkStorm follows a ledger of 40,000 facts of 10,000 incidents into an empty archive.
func BenchmarkStorm(b *testing.B) {
	log := &ledger{}
	log.append(bodies(archivetest.Ledger(10_000, 4))...)
	for b.Loop() {
		r := newRecorder(b, Config{Log: log, Archive: newArchive(b)})
		for progress := true; progress; {
			var err error
			progress, err = r.Turn(b.Context())
			require.NoError(b, err)
		}
	}
	b.ReportMetric(40_000*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
}
