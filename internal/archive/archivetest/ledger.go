package archivetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Start is the time of the first fact that [Ledger] makes.
var Start = time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)

// ID returns the id of the n-th incident of [Ledger].
func ID(n int) string { return events.DeriveID("archivetest", fmt.Sprint(n)) }

// Cause returns the id of the input behind the step-th fact of the n-th incident.
func Cause(n, step int) string { return events.DeriveID("cause", fmt.Sprint(n), fmt.Sprint(step)) }

// Ledger makes the facts of that many incidents, each with the same number of facts, several in a
// record and interleaved as a busy engine would write them: triggered, paged, delivered,
// acknowledged, and then notes. Every third incident is of service "search", the others of
// "checkout".
func Ledger(incidents, each int) []archive.Fact {
	const record = 7
	heads := make([][]byte, incidents)
	out := make([]archive.Fact, 0, incidents*each)
	for step := range each {
		for n := range incidents {
			f := fact(n, step)
			f.Position, f.Index = uint64(len(out)/record+1), len(out)%record
			heads[n] = Chain(heads[n], f.Line)
			f.Hash = heads[n]
			out = append(out, f)
		}
	}
	return out
}

// Chain returns the hash after line, as the recorder makes it.
func Chain(prev, line []byte) []byte {
	if prev == nil {
		prev = make([]byte, sha256.Size)
	}
	sum := sha256.Sum256(append(append(make([]byte, 0, len(prev)+len(line)), prev...), line...))
	return sum[:]
}

func fact(n, step int) archive.Fact {
	e := events.New(data(n, step))
	e.ID, e.Source, e.Subject = events.DeriveID("fact", fmt.Sprint(n), fmt.Sprint(step)), "tocsin/engine", ID(n)
	e.Service, e.Team, e.IncidentSeq = "checkout", "payments", uint64(step+1)
	if n%3 == 0 {
		e.Service, e.Team = "search", "discovery"
	}
	e.Time = Start.Add(time.Duration(n)*time.Second + time.Duration(step)*time.Millisecond)
	e.CausationID, e.Actor, e.Reason = Cause(n, step), "policy", "because the test says so"
	line, err := e.Encode()
	if err != nil {
		panic(err) // our own words always encode
	}
	return archive.Fact{Envelope: e.Envelope, Line: line}
}

func data(n, step int) events.Data {
	switch step {
	case 0:
		return events.IncidentTriggered{
			Title: fmt.Sprintf("incident %d", n), DedupKey: fmt.Sprint(n), Severity: "critical", Priority: "P1", Policy: "payments",
			Catalog: "0123456789abcdef", Alert: events.Alert{
				Key: fmt.Sprint(n), Severity: "critical", Summary: "p99 above 2 s",
				Labels: events.NewLabels(map[string]string{"job": "checkout", "instance": "host-1"}), StartsAt: Start,
			},
		}
	case 1:
		return events.PageRequested{Page: ID(n), Target: "person:ana", Round: 1, Level: 1, Urgency: "high", Asked: 1, Title: "incident", Priority: "P1", OpenedAt: Start}
	case 2:
		return events.PageDelivered{Page: ID(n), Target: "person:ana", Contact: "hook", Channel: "webhook", Attempts: []events.Attempt{{Contact: "hook", Channel: "webhook", At: Start, Outcome: "accepted"}}}
	case 3:
		return events.IncidentAcknowledged{By: "person:ana", Via: "api"}
	}
	return events.IncidentAnnotated{By: "person:ana", Note: fmt.Sprintf("note %d", step)}
}

// Batch has the arguments of one call of Keep.
type Batch struct {
	Facts     []archive.Fact
	Incidents []archive.Incident
	Position  uint64
}

// Batches splits a ledger between records into batches of at least size facts, and folds the incidents of each.
func Batches(tb testing.TB, facts []archive.Fact, size int) []Batch {
	known := map[string]archive.Incident{}
	var out []Batch
	for len(facts) > 0 {
		end := min(size, len(facts))
		for end < len(facts) && facts[end].Position == facts[end-1].Position {
			end++
		}
		out = append(out, batch(tb, known, facts[:end]))
		facts = facts[end:]
	}
	return out
}

func batch(tb testing.TB, known map[string]archive.Incident, facts []archive.Fact) Batch {
	b := Batch{Facts: facts, Position: facts[len(facts)-1].Position}
	touched := map[string]bool{}
	var order []string
	for _, f := range facts {
		if f.Subject == "" {
			continue
		}
		e, err := events.Decode(f.Line)
		require.NoError(tb, err)
		known[f.Subject] = timeline.Fold(known[f.Subject], e)
		if !touched[f.Subject] {
			touched[f.Subject], order = true, append(order, f.Subject)
		}
	}
	for _, id := range order {
		b.Incidents = append(b.Incidents, known[id])
	}
	return b
}

// Fill keeps a whole ledger in batches of about size facts.
func Fill(tb testing.TB, a archive.Archive, facts []archive.Fact, size int) {
	for _, b := range Batches(tb, facts, size) {
		require.NoError(tb, a.Keep(context.Background(), b.Facts, b.Incidents, b.Position))
	}
}
