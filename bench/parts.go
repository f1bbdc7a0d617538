package main

import (
	"context"
	"fmt"
	"time"
)

// quiet pages nobody within the run: the one contact method waits an hour.
const quiet = `
people:
  ana:
    name: Ana
    contact: [{id: hook, webhook: {url: "%[1]s/ana"}}]
    notify: {high: [{via: hook, after: 1h}]}
teams: {ops: {name: Ops, members: [ana]}}
services: {%[2]s all: {team: ops, policy: p}}
routes: [{service: all}]
policies: {p: {levels: [{page: [person:ana], ack_within: 24h}]}}
egress: {allow: ["127.0.0.1/32"]}
`

// loud pages at once; the second level comes after wait.
const loud = `
people:
  ana: {name: Ana, contact: [{id: hook, webhook: {url: "%[1]s/ana"}}]}
  bo: {name: Bo, contact: [{id: hook, webhook: {url: "%[1]s/bo"}}]}
teams: {ops: {name: Ops, members: [ana, bo]}}
services: {%[3]s all: {team: ops, policy: p}}
routes: [{service: all}]
policies: {p: {levels: [{page: [person:ana], ack_within: %[2]s}, {page: [person:bo], ack_within: 24h}]}}
egress: {allow: ["127.0.0.1/32"]}
`

// services returns n service entries for a catalog, so that alerts spread over all partitions.
func services(n int, policy string) string {
	s := ""
	for i := range n {
		s += fmt.Sprintf("s%d: {team: ops, policy: %s}, ", i, policy)
	}
	return s
}

func spread(size int) func(int) string {
	return func(n int) string { return fmt.Sprintf("s%d", n/size%32) }
}

const triggered = `tocsin_engine_facts_total{event="incident.triggered"}`

// ingestAll measures alerts a second from the HTTP body to the committed fact, and what raw
// JetStream does with the very messages that our run left behind.
func (b *bench) ingestAll(ctx context.Context) error {
	for _, size := range []int{1, 10, 100} {
		p, err := b.start(ctx, fmt.Sprintf("ingest-%d", size), fmt.Sprintf(quiet, "http://127.0.0.1:9", services(32, "p")))
		if err != nil {
			return err
		}
		cpu, begin := p.cpu(), time.Now()
		n, err := flood(ctx, p.http, "ingest", 60_000, size, 8, b.ingest, spread(size))
		if err != nil {
			return err
		}
		if err := p.reach(ctx, triggered, float64(n), time.Minute); err != nil {
			return err
		}
		took := time.Since(begin)
		used := p.cpu() - cpu
		messages, err := copyStreams(ctx, p)
		if err != nil {
			return err
		}
		if err := p.stop(); err != nil {
			return err
		}
		raw, err := b.raw(ctx, messages)
		if err != nil {
			return err
		}
		b.results.ingest = append(b.results.ingest, ingestResult{
			size: size, n: n, rate: float64(n) / took.Seconds(), raw: float64(n) / raw.Seconds(), cpu: used / float64(n) * 1000,
		})
	}
	return nil
}

// latency measures from the start of the POST to the arrival of the webhook at 50 alerts a second.
func (b *bench) latency(ctx context.Context) error {
	r, err := listen()
	if err != nil {
		return err
	}
	defer r.close()
	p, err := b.start(ctx, "latency", fmt.Sprintf(loud, r.url(), "24h", services(32, "p")))
	if err != nil {
		return err
	}
	n := int(b.rate.Seconds() * 50)
	sent := make([]time.Time, n)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for i := range n {
		<-ticker.C
		sent[i] = time.Now()
		go func() { _ = post(ctx, p.http, alerts("steady", i, 1, fmt.Sprintf("s%d", i%32))) }() // a failure shows as one that never came
	}
	r.wait(ctx, n, 5*time.Second)
	for i := range n {
		if at, ok := r.first[fmt.Sprintf("steady-%08d-", i)]; ok {
			b.results.latency = append(b.results.latency, at.Sub(sent[i]))
		}
	}
	b.results.latencySent = n
	return p.stop()
}

// stormAll measures many distinct alerts at once, each one page to a webhook.
func (b *bench) stormAll(ctx context.Context) error {
	r, err := listen()
	if err != nil {
		return err
	}
	defer r.close()
	p, err := b.start(ctx, "storm", fmt.Sprintf(loud, r.url(), "24h", ""))
	if err != nil {
		return err
	}
	cpu, begin := p.cpu(), time.Now()
	n, err := flood(ctx, p.http, "storm", b.storm, 100, 8, time.Minute, func(int) string { return "unknown" })
	if err != nil {
		return err
	}
	accepted := time.Since(begin)
	r.wait(ctx, n, 10*time.Second)
	if err := p.reach(ctx, "tocsin_recorder_facts_total", float64(4*n), time.Minute); err != nil {
		return err
	}
	b.results.storm = stormResult{
		n: n, accepted: accepted, last: r.last.Sub(begin), paged: r.distinct(), repeats: r.repeats(),
		cpu: (p.cpu() - cpu) / float64(n) * 1000, rss: p.rss(),
	}
	return p.stop()
}

// busy is the catalog of the crowd: everybody is paged at once, and what is hot climbs after 20 s.
const busy = `
people:
  ana: {name: Ana, contact: [{id: hook, webhook: {url: "%[1]s/ana"}}]}
  bo: {name: Bo, contact: [{id: hook, webhook: {url: "%[1]s/bo"}}]}
teams: {ops: {name: Ops, members: [ana, bo]}}
services: {%[2]s hot: {team: ops, policy: soon}, all: {team: ops, policy: p}}
routes: [{service: all}]
policies:
  p: {levels: [{page: [person:ana], ack_within: 24h}]}
  soon: {levels: [{page: [person:ana], ack_within: 20s}, {page: [person:bo], ack_within: 24h}]}
egress: {allow: ["127.0.0.1/32"]}
`

// crowd opens many incidents, each paged and not acknowledged, reads the memory, and lets deadlines
// fall due among them.
func (b *bench) crowd(ctx context.Context) error {
	r, err := listen()
	if err != nil {
		return err
	}
	defer r.close()
	p, err := b.start(ctx, "crowd", fmt.Sprintf(busy, r.url(), services(32, "p")), "GOGC=20")
	if err != nil {
		return err
	}
	const live = "go_memstats_heap_alloc_bytes"
	rss0 := p.rss()
	heap0, err := settled(ctx, p, live)
	if err != nil {
		return err
	}
	n, err := flood(ctx, p.http, "crowd", b.open, 100, 4, 10*time.Minute, spread(100))
	if err != nil {
		return err
	}
	for _, counter := range []string{"tocsin_recorder_facts_total", "tocsin_engine_told_total"} {
		if err := p.reach(ctx, counter, float64(4*n), 5*time.Minute); err != nil {
			return err
		}
	}
	heap1, err := settled(ctx, p, live)
	if err != nil {
		return err
	}
	b.results.crowd = crowdResult{open: n, heap: (heap1 - heap0) / float64(n), rss: (p.rss() - rss0) / float64(n)}
	if _, err := flood(ctx, p.http, "timer", b.timers, 20, 2, time.Minute, func(int) string { return "hot" }); err != nil {
		return err
	}
	const climbed = `tocsin_engine_facts_total{event="escalation.advanced"}`
	if err := p.reach(ctx, climbed, float64(n+2*b.timers), 2*time.Minute); err != nil {
		return err
	}
	if b.results.crowd.late, err = lateness(ctx, p); err != nil {
		return err
	}
	return p.stop()
}

// settled returns the smallest of some readings: the heap just after a collection (made frequent by
// GOGC=20), when the server has let go of the blocks it caches for ten seconds.
func settled(ctx context.Context, p *process, name string) (float64, error) {
	least := 0.0
	for range 200 {
		v, err := p.metric(ctx, name)
		if err != nil {
			return 0, err
		}
		if least == 0 || v < least {
			least = v
		}
		time.Sleep(100 * time.Millisecond)
	}
	return least, nil
}
