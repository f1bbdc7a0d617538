package rehearsal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
)

// thousand is a file of 1,000 cases, each of which climbs through a whole policy.
func thousand() []byte {
	var b strings.Builder
	b.WriteString("cases:\n")
	for n := range 1000 {
		fmt.Fprintf(&b, `  - name: case %d
    start: 2026-01-20T12:00:00Z
    steps:
      - alert: {labels: {alertname: Down, job: checkout, instance: "%d", severity: critical}}
      - advance: 10m
      - expect: {level: 2}
      - advance: 40m
      - ack: {by: person:bo}
    expect:
      pages: [{at: 0s, to: person:ana, by: hook}, {at: 5m, to: person:bo}, {at: 15m, to: person:cleo}, {at: 20m, to: person:ana}, {at: 25m, to: person:bo}, {at: 35m, to: person:cleo}]
      status: acknowledged
      priority: P1
      level: 3
`, n, n)
	}
	return []byte(b.String())
}

// BenchmarkThousandCases reads and plays a file of 1,000 cases against a catalog that is read too.
func BenchmarkThousandCases(b *testing.B) {
	source := thousand()
	for b.Loop() {
		f, faults := rehearsal.Parse("cases.yaml", source)
		require.Empty(b, faults)
		c := only(whatiftest.Catalog(b, "small"))
		require.Empty(b, f.Check(c))
		for _, r := range f.Run(c) {
			if !r.Passed() {
				b.Fatal(shown(r))
			}
		}
	}
}
