package endtoend

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"tocsin.dev/test/crash/process"
)

// ciFolder returns the folder of the snippets.
func ciFolder(t *testing.T) string {
	root, err := process.Root()
	require.NoError(t, err)
	return filepath.Join(root, "examples", "ci")
}

// shellLines returns every line that a snippet passes to a shell.
func shellLines(t *testing.T, file string) []string {
	b, err := os.ReadFile(filepath.Join(ciFolder(t), file))
	require.NoError(t, err)
	var github struct {
		Jobs map[string]struct {
			Steps []struct{ Run string }
		}
	}
	require.NoError(t, yaml.Unmarshal(b, &github))
	var lines []string
	for _, job := range github.Jobs {
		for _, step := range job.Steps {
			lines = append(lines, step.Run)
		}
	}
	var gitlab map[string]struct {
		Script []string
		After  []string `yaml:"after_script"`
	}
	if len(lines) == 0 {
		require.NoError(t, yaml.Unmarshal(b, &gitlab))
		for _, job := range gitlab {
			lines = append(append(lines, job.Script...), job.After...)
		}
	}
	return lines
}

// TestSnippetsOfCI parses the snippets as a CI does, and checks the syntax of their shell lines.
func TestSnippetsOfCI(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"github-actions.yaml", "gitlab-ci.yaml"} {
		lines := shellLines(t, file)
		require.Contains(t, lines, "sh ci/policies.sh", file)
		for _, line := range lines {
			out, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", line).CombinedOutput()
			require.NoError(t, err, "%s: %s: %s", file, line, out)
		}
	}
}

const ciCatalog = `
people:
  ana: {name: Ana, contact: [{id: screen, console: true}]}
  bo: {name: Bo, contact: [{id: screen, console: true}]}
teams: {shop: {lead: bo, members: [ana, bo]}}
services: {till: {team: shop, policy: shop}}
routes: [{service: till}]
policies: {shop: {levels: [{page: [person:ana], ack_within: 15m}, {page: [person:bo]}]}}
`

const ciCases = `cases:
  - name: ana first, then bo
    steps:
      - alert: {service: till, severity: critical}
      - advance: 15m
    expect:
      pages: [{at: 0s, to: person:ana}, {at: 15m, to: person:bo}]
`

const ciHistory = `{"specversion":"1.0","id":"1","source":"tocsin/gateway","type":"dev.tocsin.alert.received.v1","time":"2026-03-02T04:12:00Z","service":"till","data":{"key":"silent","severity":"critical","summary":"Till 3 is silent","starts_at":"2026-03-02T04:12:00Z"}}
{"specversion":"1.0","id":"2","source":"tocsin/gateway","type":"dev.tocsin.alert.cleared.v1","time":"2026-03-02T04:32:00Z","service":"till","data":{"key":"silent","severity":"critical","summary":"Till 3 is silent","starts_at":"2026-03-02T04:12:00Z"}}
`

// TestPoliciesInCI runs the script of the snippets as for a pull request.
func TestPoliciesInCI(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	play := func() (code int, report string) {
		cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(ciFolder(t), "policies.sh"))
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "PATH="+string(programs)+string(os.PathListSeparator)+os.Getenv("PATH"), "BASELINE=base")
		out, err := cmd.CombinedOutput()
		if err != nil {
			require.IsType(t, &exec.ExitError{}, err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "report.md"))
		require.NoError(t, err, "%s", out)
		return cmd.ProcessState.ExitCode(), string(b)
	}
	put("tocsin.d/catalog.yaml", ciCatalog)
	put("base/catalog.yaml", strings.ReplaceAll(ciCatalog, "15m", "30m"))
	put("tests/climb.yaml", ciCases)
	put("history.jsonl", ciHistory)
	code, report := play()
	require.Zero(t, code, report)
	require.Contains(t, report, "## Catalog: ok")
	require.Contains(t, report, "## Policy tests: ok")
	require.Contains(t, report, "bo", "with the shorter wait the history pages bo")
	require.FileExists(t, filepath.Join(dir, "policies.xml"))

	put("tocsin.d/catalog.yaml", strings.ReplaceAll(ciCatalog, "15m", "20m"))
	code, report = play()
	require.Equal(t, 1, code)
	require.Contains(t, report, "## Policy tests: FAILED")
	require.Contains(t, report, "ana first, then bo")

	put("tocsin.d/catalog.yaml", strings.ReplaceAll(ciCatalog, "person:bo", "person:nobody"))
	code, report = play()
	require.Equal(t, 1, code)
	require.Contains(t, report, "## Catalog: FAILED")
	require.Contains(t, report, "catalog.yaml:8")
	require.NotContains(t, report, "Backtest")
}
