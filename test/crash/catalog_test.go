package crash

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
)

// The house under test: enough services and people to have every partition at work.
const (
	services  = 24
	people    = 12
	ackWithin = 3 * time.Second
)

// catalogText returns the catalog: each service pages one person and then the next.
func catalogText(receiver string) []byte {
	var b strings.Builder
	b.WriteString("people:\n")
	for i := range people {
		fmt.Fprintf(&b, "  p%d: {name: Person %d, contact: [{id: hook, webhook: {url: %q}}]}\n", i, i, fmt.Sprintf("%s/p%d", receiver, i))
	}
	b.WriteString("teams:\n  ops: {name: Operations, lead: p0, members: [p0, p1]}\nservices:\n")
	for i := range services {
		fmt.Fprintf(&b, "  s%d: {team: ops, policy: by-p%d}\n", i, i%people)
	}
	b.WriteString("  catch-all: {team: ops, policy: by-p0}\nroutes:\n  - {service: catch-all}\npolicies:\n")
	for i := range people {
		fmt.Fprintf(&b, "  by-p%d: {levels: [{page: [person:p%d], ack_within: %s}, {page: [person:p%d], ack_within: %s}], repeat: 0}\n",
			i, i, ackWithin, (i+1)%people, ackWithin)
	}
	b.WriteString("egress: {allow: [127.0.0.1/32]}\n")
	return []byte(b.String())
}

func TestCatalogIsSound(t *testing.T) {
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": catalogText("http://127.0.0.1:1")})
	for _, f := range faults {
		require.True(t, f.Warning, f.Error())
	}
	require.Len(t, c.People, people)
}
