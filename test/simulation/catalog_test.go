package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// deadURL says that nobody is behind the address any more.
func deadURL(url string) bool { return strings.HasSuffix(url, "/dead") }

// drawCatalog writes a small catalog: services svc0…, people p0…, one policy for each service.
func drawCatalog(rng *rand.Rand) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	people, services := 2+rng.IntN(4), 2+rng.IntN(3)
	line("people:")
	for p := range people {
		drawPerson(rng, p, people, line)
	}
	line("chats:\n  room: {contact: [{id: main, webhook: {url: \"https://h0.example.com/room/main\"}}, {id: spare, webhook: {url: \"https://h1.example.com/room/spare\"}}]}")
	line("webhooks:\n  status: {url: \"https://h1.example.com/status\"}")
	line("schedules:\n  rota: {timezone: UTC, layers: [{rotation: daily, start: 2026-01-05, people: [p0, p1]}]}")
	line("teams:\n  crew: {name: Crew, lead: p0, members: [p0, p1], schedule: rota, policy: pol0}")
	line("  night: {name: Night, lead: p1, members: [p1], policy: pol1}")
	if rng.IntN(2) == 0 {
		line("targets:\n  P1: {response: %s, resolution: %s, pause: [snoozed]}\n  P3: {response: %s}", drawWait(rng), 2*drawWait(rng), drawWait(rng))
	}
	line("services:")
	for s := range services {
		line("  svc%d: {team: crew, policy: pol%d}", s, s)
	}
	line("routes:\n  - {service: svc0}")
	line("policies:")
	for s := range services {
		drawPolicy(rng, s, people, line)
	}
	return b.String()
}

func drawPerson(rng *rand.Rand, p, people int, line func(string, ...any)) {
	line("  p%d:", p)
	if p > 0 && rng.IntN(2) == 0 {
		line("    manager: p%d", rng.IntN(p))
	}
	line("    contact:")
	contacts := 1 + rng.IntN(3)
	for c := range contacts {
		end := fmt.Sprint("c", c)
		if rng.IntN(10) == 0 {
			end = "dead"
		}
		line(`      - {id: c%d, webhook: {url: "https://h%d.example.com/p%d/%s"}}`, c, rng.IntN(2), p, end)
	}
	if contacts > 1 && rng.IntN(2) == 0 {
		line("    notify:\n      high: [{via: c0}, {via: c1, after: %ds}]", 1+rng.IntN(20))
	}
}

func drawPolicy(rng *rand.Rand, s, people int, line func(string, ...any)) {
	line("  pol%d:\n    levels:", s)
	for range 1 + rng.IntN(3) {
		target := drawOne(rng, "team:crew", "role:lead", "role:manager", "chat:room", "webhook:status", "schedule:rota", "team:crew:round_robin")
		more := drawOne(rng, "", "", "", ", repeat: 1", ", minimum_responders: 2", `, when: "alerts > 1"`, `, when: "int(labels.rack) > 3"`)
		line("      - {page: [person:p%d, \"%s\"], ack_within: %s%s}", rng.IntN(people), target, drawWait(rng), more)
	}
	drawTriggers(rng, line)
	line("    repeat: %d", rng.IntN(3))
	if rng.IntN(2) == 0 {
		line("    unacknowledge_after: %s", drawWait(rng))
	}
	line("    reopen_within: %ds", rng.IntN(120))
}

// drawTriggers writes what pages and climbs beside the levels.
func drawTriggers(rng *rand.Rand, line func(string, ...any)) {
	if rng.IntN(3) == 0 {
		line("    exhausted: {page: [%s]}", drawOne(rng, "chat:room", "role:lead"))
	}
	n := rng.IntN(4)
	if n == 0 {
		return
	}
	line("    triggers:")
	for range n {
		line("      - {%s}", drawOne(rng,
			"on: unacknowledged, after: "+drawWait(rng).String()+", page: [role:lead]",
			"on: unresolved, repeat: 2, after: "+drawWait(rng).String(),
			"on: open, page: [chat:room], priority: P1, after: "+drawWait(rng).String(),
			"on: open, climb: next, after: "+drawWait(rng).String(),
			"on: response, at: 80%, page: [role:lead]",
			"on: resolution, to: night",
			"on: priority_raised, page: [webhook:status]",
			"on: undeliverable, page: [chat:room]",
			"on: spike, more_than: 3, within: 10m, page: [role:lead]",
		))
	}
}

func drawOne(rng *rand.Rand, all ...string) string { return all[rng.IntN(len(all))] }

func drawWait(rng *rand.Rand) time.Duration { return time.Duration(10+rng.IntN(290)) * time.Second }
