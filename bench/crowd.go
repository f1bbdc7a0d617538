package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// crowdStart is when the first incident of a crowd opens; they come a minute apart.
var crowdStart = time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)

// What only a handful of incidents has.
const (
	rareService = "service-rare"
	rarePerson  = "person:rare"
)

func crowdID(n int) string { return events.DeriveID("bench", fmt.Sprint(n)) }

// crowdStretch is how many incidents are kept at once.
const crowdStretch = 5000

// crowd keeps n incidents, each paged to somebody, and then ends all but two thousand of them.
func crowd(ctx context.Context, a archive.Writer, n int) error {
	draw := rand.New(rand.NewPCG(1, 2))
	var rest []archive.Incident
	for from := 0; from < n; from += crowdStretch {
		var facts []archive.Fact
		var all []archive.Incident
		for i := from; i < min(n, from+crowdStretch); i++ {
			in, fact, err := member(draw, i)
			if err != nil {
				return err
			}
			fact.Position, fact.Index = uint64(from+1), i-from
			facts, all = append(facts, fact), append(all, in)
		}
		if err := a.Keep(ctx, facts, all, uint64(from+1)); err != nil {
			return err
		}
		rest = append(rest, all...)
	}
	for from := 0; from < n; from += crowdStretch {
		var all []archive.Incident
		for i := from; i < min(n, from+crowdStretch); i++ {
			if i%max(1, n/2000) != 0 {
				at := rest[i].OpenedAt.Add(time.Hour)
				rest[i].Status, rest[i].ResolvedAt, rest[i].Seq = "resolved", &at, 2
				all = append(all, rest[i])
			}
		}
		if err := a.Keep(ctx, nil, all, uint64(n+from+1)); err != nil {
			return err
		}
	}
	return nil
}

// member makes the i-th incident and the page about it.
func member(draw *rand.Rand, i int) (archive.Incident, archive.Fact, error) {
	word := func(all ...string) string { return all[draw.IntN(len(all))] }
	s := draw.IntN(300)
	service, person, odd := fmt.Sprintf("service-%d", s), fmt.Sprintf("person:p%d", draw.IntN(200)), "no"
	if i%100_000 == 7 {
		service, person = rareService, rarePerson
	}
	if i%5 == 1 {
		odd = "yes"
	}
	in := archive.Incident{
		ID: crowdID(i), Service: service, Team: fmt.Sprintf("team-%d", s%30), Status: "triggered",
		Priority: fmt.Sprintf("P%d", 1+i%5), OpenedAt: crowdStart.Add(time.Duration(i) * time.Minute), Seq: 1,
		Title: fmt.Sprintf("%s %s in region %d: order %d", word("p99", "p50", "total"), word("latency above 2 s", "errors above 5 %", "saturation of the pool"), s%7, i),
	}
	in.Alerts = []archive.Alert{{Alert: events.Alert{
		Key: "k", Summary: in.Title, Description: "The runbook says what to do when this goes on for long.",
		Labels: events.NewLabels(map[string]string{
			"cluster": fmt.Sprintf("c%d", draw.IntN(20)), "instance": fmt.Sprintf("host-%d", draw.IntN(5000)), "odd": odd, "job": service,
		}),
	}}}
	e := events.New(events.PageRequested{Page: in.ID, Target: person, Title: in.Title})
	e.Subject, e.IncidentSeq, e.Time = in.ID, 1, in.OpenedAt
	line, err := e.Encode()
	return in, archive.Fact{Envelope: e.Envelope, Hash: make([]byte, 32), Line: line}, err
}

// factsEach is how many facts each incident of a ledger has.
const factsEach = 4

// writeLedger writes a ledger of about so many facts, one a line: an incident opens and is paged, the
// page arrives twenty incidents later, and somebody answers a thousand later.
func writeLedger(w io.Writer, facts int) error {
	n := facts / factsEach
	for tick := range n + answeredAfter {
		for step, at := range []int{tick, tick, tick - deliveredAfter, tick - answeredAfter} {
			if at < 0 || at >= n {
				continue
			}
			line, err := ledgerFact(at, step).Encode()
			if err != nil {
				return err
			}
			if _, err := w.Write(append(line, '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	deliveredAfter = 20
	answeredAfter  = 1000
)

func ledgerFact(n, step int) events.Event {
	id, service := crowdID(n), fmt.Sprintf("service-%d", n%300)
	person := fmt.Sprintf("person:p%d", n%200)
	at := crowdStart.Add(time.Duration(n) * time.Second)
	data := []events.Data{
		events.IncidentTriggered{
			Title: fmt.Sprintf("latency above 2 s: order %d", n), DedupKey: fmt.Sprint(n), Severity: "critical", Priority: "P1", Policy: "p", Catalog: "0123456789abcdef",
			Alert: events.Alert{
				Key: fmt.Sprint(n), Severity: "critical", Summary: "p99 above 2 s", StartsAt: at,
				Labels: events.NewLabels(map[string]string{"job": service, "instance": fmt.Sprintf("host-%d", n%5000)}),
			},
		},
		events.PageRequested{Page: id, Target: person, Round: 1, Level: 1, Urgency: "high", Asked: 1, Title: "latency", Priority: "P1", OpenedAt: at},
		events.PageDelivered{Page: id, Target: person, Contact: "hook", Channel: "webhook", Attempts: []events.Attempt{{Contact: "hook", Channel: "webhook", At: at, Outcome: "accepted"}}},
		events.IncidentAcknowledged{By: person, Via: "api"},
	}[step]
	e := events.New(data)
	e.ID, e.Source, e.Subject = events.DeriveID("fact", fmt.Sprint(n), fmt.Sprint(step)), "tocsin/engine", id
	e.Service, e.Team, e.IncidentSeq = service, fmt.Sprintf("team-%d", n%30), uint64(step+1)
	e.Time, e.CausationID = at.Add(time.Duration(step)*time.Second), events.DeriveID("cause", fmt.Sprint(n), fmt.Sprint(step))
	e.Actor, e.Reason = "policy", "level 1 of the policy"
	return e
}
