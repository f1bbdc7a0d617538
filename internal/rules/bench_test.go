package rules_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

var monday = time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)

// team is a catalog as a small company has it: two levels, one person each.
func team() *rules.Catalog {
	level := func(person string) escalation.Level {
		return escalation.Level{Targets: []escalation.Target{{Kind: escalation.Person, ID: person}}, AckTimeout: 5 * time.Minute}
	}
	service := &rules.Service{ID: "checkout", Team: "payments", Policy: "standard"}
	return &rules.Catalog{
		Revision:   "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Services:   map[string]*rules.Service{service.ID: service},
		Teams:      map[string]*rules.Team{"payments": {ID: "payments", Lead: "ana"}},
		Policies:   map[string]*escalation.Policy{"standard": {ID: "standard", Levels: []escalation.Level{level("ana"), level("bo")}}},
		Priorities: map[string]string{"critical": "P1"},
		Fallback:   service,
	}
}

func ready() *rules.State {
	s := rules.NewState(0)
	s.Use(team())
	return s
}

// firing is the n-th alert as it comes out of INTAKE: every text is its own, none is shared.
func firing(tb testing.TB, n int) rules.Input {
	e := events.New(events.AlertReceived{Alert: events.Alert{
		Key: fmt.Sprintf("InstanceDown/node-%06d:9100", n), Severity: "critical",
		Summary: fmt.Sprintf("Instance node-%06d:9100 is down", n), StartsAt: monday, Origin: "alertmanager/prometheus",
		Labels: events.NewLabels(map[string]string{"alertname": "InstanceDown", "instance": fmt.Sprintf("node-%06d:9100", n), "job": "node"}),
	}})
	e.ID, e.Service, e.Time = fmt.Sprint("input-", n), "checkout", monday
	line, err := e.Encode()
	require.NoError(tb, err)
	stored, err := events.Decode(line)
	require.NoError(tb, err)
	return rules.Input{Position: uint64(n), Event: stored}
}

func inputs(tb testing.TB, n int) []rules.Input {
	all := make([]rules.Input, n)
	for i := range all {
		all[i] = firing(tb, i+1)
	}
	return all
}

const benchSize = 10_000

func BenchmarkDecideTrigger(b *testing.B) {
	all, s := inputs(b, benchSize), ready()
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		if n%benchSize == 0 {
			s = ready()
		}
		s.Decide(all[n%benchSize], monday)
	}
}

func BenchmarkDecideRepeat(b *testing.B) {
	all, s := inputs(b, benchSize), ready()
	for _, in := range all {
		s.Decide(in, monday)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		if s.Decide(all[n%benchSize], monday).Ignored == "" {
			b.Fatal("a repeat changed something")
		}
	}
}

// BenchmarkDecideAcknowledge counts an acknowledgement and its return together with both climbs.
func BenchmarkDecideAcknowledge(b *testing.B) {
	s := ready()
	id := s.Decide(firing(b, 1), monday).Facts[0].Subject
	ack := rules.Input{Event: events.New(events.AcknowledgementReceived{Command: events.Command{Incident: id, By: "person:ana"}})}
	back := rules.Input{Event: events.New(events.AcknowledgementWithdrawn{Command: events.Command{Incident: id, By: "person:ana"}})}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		s.Decide(ack, monday)
		s.Decide(back, monday)
	}
}

// BenchmarkFire takes the next step of 100,000 incidents that fall due at once, 64 facts at a time.
func BenchmarkFire(b *testing.B) {
	const open = 100_000
	all := inputs(b, open)
	b.ReportAllocs()
	facts := 0
	for range b.N {
		b.StopTimer()
		s := ready()
		for _, in := range all {
			s.Decide(in, monday)
		}
		b.StartTimer()
		for {
			some := s.Fire(monday.Add(5*time.Minute), 64)
			if len(some) == 0 {
				break
			}
			facts += len(some)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*open), "ns/incident")
	b.ReportMetric(float64(facts)/float64(b.N*open), "facts/incident")
}

// BenchmarkHeap measures what one open incident costs in live memory, decided and restored.
func BenchmarkHeap(b *testing.B) {
	const open = 100_000
	build := func() *rules.State {
		s := ready()
		for n := range open {
			s.Decide(firing(b, n+1), monday)
		}
		return s
	}
	for _, form := range []struct {
		name string
		make func() *rules.State
	}{
		{"decided", build},
		{"restored", func() *rules.State {
			snapshot, err := build().Snapshot()
			require.NoError(b, err)
			s, err := rules.RestoreState(snapshot, func(string) (*rules.Catalog, error) { return team(), nil })
			require.NoError(b, err)
			return s
		}},
	} {
		b.Run(form.name, func(b *testing.B) {
			for range b.N {
				before := live()
				s := form.make()
				b.ReportMetric(float64(live()-before)/open, "bytes/incident")
				runtime.KeepAlive(s)
			}
		})
	}
}

// live is the heap that is in use after a collection.
func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
