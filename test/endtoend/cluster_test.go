package endtoend

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
	"tocsin.dev/pkg/events"
	"tocsin.dev/test/crash/process"
)

const (
	apiToken   = "endtoend-api-token" //nolint:gosec // a token of a test
	partitions = 8                    // the default
)

// cluster runs each service, and NATS, in its own process.
type cluster struct {
	dir, nats string
	client    *client.Client
	processes map[string]*process.Process
}

// startCluster starts everything at once, as an orchestrator does, with two engines.
func startCluster(t *testing.T, catalog string) *cluster {
	t.Helper()
	addr, err := process.FreeAddr()
	require.NoError(t, err)
	c := &cluster{dir: t.TempDir(), nats: "nats://" + addr, processes: map[string]*process.Process{}}
	writeCatalog(t, c.dir, catalog)
	c.start(t, "nats", "natsd", "--data", "nats", "--nats", addr)
	for name, program := range map[string]string{
		"engine-1": "engine", "engine-2": "engine", "notifier": "notifier", "recorder": "recorder", "gateway": "gateway",
	} {
		args := []string{"--data", "data", "--http", "127.0.0.1:0", "--nats-url", c.nats}
		if program == "gateway" {
			args = append(args, "--config", "conf")
		}
		c.start(t, name, program, args...)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, p := range c.processes {
		require.NoError(t, p.Ready(ctx))
	}
	c.client = client.New(c.processes["gateway"].HTTP(), apiToken)
	return c
}

func writeCatalog(t *testing.T, dir, text string) {
	t.Helper()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "conf"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "conf", "catalog.yaml"), []byte(text), 0o600))
}

func (c *cluster) start(t *testing.T, name, program string, args ...string) {
	t.Helper()
	p, err := process.Start(process.Spec{
		Name: name, Path: programs.Path(program), Args: args, Dir: c.dir,
		Env: []string{"TOCSIN_TOKEN=" + apiToken}, Log: filepath.Join(c.dir, name+".log"),
	})
	require.NoError(t, err)
	c.processes[name] = p
	t.Cleanup(func() { p.Kill() })
}

// spread returns a catalog with a service in each partition. All page ana and then bo.
func spread(url string) (text string, services []string) {
	var b strings.Builder
	fmt.Fprintf(&b, `people:
  ana: {name: Ana Ruiz, contact: [{id: hook, webhook: {url: "%[1]s/ana"}}]}
  bo: {name: Bo Lind, contact: [{id: hook, webhook: {url: "%[1]s/bo"}}]}
teams:
  ops: {name: Operations, lead: ana, members: [ana, bo]}
policies:
  ops: {levels: [{page: [person:ana], ack_within: 2s}, {page: [person:bo], ack_within: 10m}]}
egress: {allow: [127.0.0.1/32]}
services:
  catch-all: {team: ops, policy: ops}
`, url)
	services = make([]string, partitions)
	for n, missing := 0, partitions; missing > 0; n++ {
		name := fmt.Sprintf("svc-%d", n)
		if p := events.Partition(name, partitions); services[p] == "" {
			services[p] = name
			missing--
			fmt.Fprintf(&b, "  %s: {team: ops, policy: ops}\n", name)
		}
	}
	return b.String(), services
}

// eventually polls until the condition holds, and returns how long that took.
func eventually(t *testing.T, what string, within time.Duration, holds func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	for !holds() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-t.Context().Done():
			require.NoError(t, t.Context().Err())
		}
		require.Less(t, time.Since(begun), within, what)
	}
	return time.Since(begun)
}

// TestSeparateServices runs an alert through all services, and then kills an engine.
func TestSeparateServices(t *testing.T) {
	t.Parallel()
	r := receive(t)
	text, services := spread(r.url)
	c := startCluster(t, text)

	// Alert, page, acknowledgement; and level 2 for what nobody acknowledges.
	out, err := c.client.Fire(t.Context(), client.Signal{Service: services[0], Key: "first", Severity: "critical"})
	require.NoError(t, err)
	first := c.incident(t, services[0], out)
	eventually(t, "the page", patience, func() bool { return len(r.pages("/ana")) == 1 })
	_, err = c.client.Acknowledge(t.Context(), first, client.Ask{By: "ana"})
	require.NoError(t, err)
	eventually(t, "the status", patience, func() bool {
		i, err := c.client.Incident(t.Context(), first)
		return err == nil && i.Status == "acknowledged"
	})
	_, err = c.client.Fire(t.Context(), client.Signal{Service: services[1], Key: "second"})
	require.NoError(t, err)
	eventually(t, "level 2", patience, func() bool { return len(r.pages("/bo")) == 1 })
	two := r.pages("/ana")
	gap := r.pages("/bo")[0].at.Sub(two[len(two)-1].at)
	require.Greater(t, gap, 1900*time.Millisecond, "level 2 is never early")
	require.Equal(t, services[1], r.pages("/bo")[0].Service, "the acknowledged one does not climb")

	c.takeover(t, r, services)
	require.Empty(t, r.repeated())
}

// incident returns the incident of an alert, even if the response came before the outcome.
func (c *cluster) incident(t *testing.T, service string, out client.Outcome) (id string) {
	t.Helper()
	if out.Incident != nil {
		return out.Incident.ID
	}
	eventually(t, "the incident of "+service, patience, func() bool {
		all, err := c.client.Incidents(t.Context(), client.Query{Service: service})
		if err == nil && len(all) == 1 {
			id = all[0].ID
		}
		return id != ""
	})
	return id
}

// takeover checks that both engines own partitions, and that the other one takes over within 5 s when one is
// killed: an alert in every partition leads to a page.
func (c *cluster) takeover(t *testing.T, r *receiver, services []string) {
	t.Helper()
	owned := func(name string) bool {
		text, err := client.New(c.processes[name].HTTP(), "").Metrics(t.Context())
		return err == nil && strings.Contains(text, "\ntocsin_engine_partitions_owned 4\n")
	}
	eventually(t, "the engines share the partitions", patience, func() bool { return owned("engine-1") && owned("engine-2") })
	before := len(r.pages("/ana"))
	c.processes["engine-1"].Kill()
	for _, s := range services {
		body := fmt.Sprintf(`{"service": %q, "key": "after", "status": "firing", "summary": "after the kill"}`, s)
		answer, err := http.Post(c.processes["gateway"].HTTP()+"/intake/generic", "application/json", strings.NewReader(body)) //nolint:noctx // loopback
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusAccepted, answer.StatusCode, s)
	}
	took := eventually(t, "a page for every partition", 5*time.Second, func() bool { return len(r.pages("/ana")) >= before+len(services) })
	t.Logf("all partitions of the killed engine worked again after %s", took.Round(time.Millisecond))
}
