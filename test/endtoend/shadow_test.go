package endtoend

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
	"tocsin.dev/test/crash/process"
)

// silence is a webhook receiver or mail server that must not be contacted. It counts connections and closes them at
// once.
type silence struct {
	net.Listener
	came atomic.Int64
}

func newSilence(t *testing.T) *silence {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // loopback answers at once
	require.NoError(t, err)
	s := &silence{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.came.Add(1)
			c.Close()
		}
	}()
	return s
}

// quiet returns a catalog whose two levels page every kind of contact method.
func quiet(hooks, mails *silence) string {
	return fmt.Sprintf(`
people:
  ana: {name: Ana, contact: [{id: hook, webhook: {url: "http://%[1]s/ana"}}]}
  bo: {name: Bo, contact: [{id: mail, email: bo@example.com}]}
  cy: {name: Cy, contact: [{id: screen, console: true}]}
webhooks:
  status-page: {url: "http://%[1]s/status"}
teams:
  shop: {lead: ana, members: [ana, bo, cy]}
services:
  checkout: {team: shop, policy: shop}
routes:
  - {service: checkout}
policies:
  shop: {levels: [{page: [person:ana, person:bo], ack_within: 1s}, {page: [person:cy, webhook:status-page]}]}
channels:
  email: {smtp: "smtp://%[2]s", from: "tocsin@example.com"}
egress: {allow: ["127.0.0.1/32"]}
`, hooks.Addr(), mails.Addr())
}

// fired opens an incident, waits until its timeline has as many facts of a type, and returns them.
func fired(t *testing.T, up *process.Process, fact string, many int) []client.Entry {
	c := client.New(up.HTTP(), apiToken)
	out, err := c.Fire(t.Context(), client.Signal{Service: "checkout", Key: "slow", Summary: "slow", Severity: "critical"})
	require.NoError(t, err)
	var told []client.Entry
	require.Eventually(t, func() bool {
		all, err := c.Timeline(t.Context(), out.Incident.ID, 0)
		require.NoError(t, err)
		told = told[:0]
		for _, e := range all {
			if e.Type == fact {
				told = append(told, e)
			}
		}
		return len(told) >= many
	}, patience, 20*time.Millisecond)
	return told
}

// TestShadowSendsNothing pages four targets over every kind of channel, and checks that nothing is sent.
func TestShadowSendsNothing(t *testing.T) {
	t.Parallel()
	hooks, mails := newSilence(t), newSilence(t)
	up := startUp(t, quiet(hooks, mails), "--shadow")
	for _, e := range fired(t, up, "page.delivered", 4) {
		require.Contains(t, e.Summary, "not sent: shadow run")
		require.Contains(t, e.Summary, "not sent")
		require.Contains(t, string(e.Data), `"outcome":"recorded"`)
	}
	c := client.New(up.HTTP(), apiToken)
	metrics, err := c.Metrics(t.Context())
	require.NoError(t, err)
	require.Contains(t, metrics, "\ntocsin_shadow 1\n")
	code, err := up.Stop(patience)
	require.NoError(t, err)
	require.Zero(t, code)
	require.Zero(t, hooks.came.Load(), "no packet to a webhook")
	require.Zero(t, mails.came.Load(), "no packet to the mail server")
	log, err := os.ReadFile(up.Spec.Log)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(string(log), "SHADOW RUN"), "in the log and for people")
	require.NotContains(t, string(log), "PAGE ")
}

// TestWithoutShadowTheyHear proves that the test above can fail.
func TestWithoutShadowTheyHear(t *testing.T) {
	t.Parallel()
	hooks, mails := newSilence(t), newSilence(t)
	up := startUp(t, quiet(hooks, mails))
	fired(t, up, "page.delivered", 1) // the console took it
	require.Eventually(t, func() bool { return hooks.came.Load() > 0 && mails.came.Load() > 0 }, patience, 20*time.Millisecond)
	metrics, err := client.New(up.HTTP(), apiToken).Metrics(t.Context())
	require.NoError(t, err)
	require.Contains(t, metrics, "\ntocsin_shadow 0\n")
}
