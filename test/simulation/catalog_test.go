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
	line("teams:\n  crew: {name: Crew, lead: p0, members: [p0, p1]}")
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
		target := []string{"team:crew", "role:lead", "role:manager"}[rng.IntN(3)]
		line("      - {page: [person:p%d, \"%s\"], ack_within: %s}", rng.IntN(people), target, drawWait(rng))
	}
	line("    repeat: %d", rng.IntN(3))
	if rng.IntN(2) == 0 {
		line("    unacknowledge_after: %s", drawWait(rng))
	}
	line("    reopen_within: %ds", rng.IntN(120))
}

func drawWait(rng *rand.Rand) time.Duration { return time.Duration(10+rng.IntN(290)) * time.Second }
