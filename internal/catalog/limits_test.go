package catalog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/test/corpus"
)

func TestAliasesAndMerges(t *testing.T) {
	c := parse(t, with(`people:
  ana: &ana
    contact: &screen [{console: true}]
  bo: {<<: *ana, name: Bo}
  cy: {contact: *screen}
  di: {<<: [*ana, {name: Di, contact: []}]}
`))
	require.Equal(t, "Di", c.People["di"].Name)
	require.Equal(t, c.People["ana"].Contacts, c.People["di"].Contacts, "the first of a merged list wins")
	require.Equal(t, "Bo", c.People["bo"].Name)
	require.Equal(t, c.People["ana"].Contacts, c.People["bo"].Contacts)
	require.Equal(t, c.People["ana"].Contacts, c.People["cy"].Contacts)
}

func TestLimits(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	tests := []struct{ name, text, want string }{
		{"a billion laughs", bomb, "1:1: aliases stand for more than 1000000 values"},
		{"an alias of itself", "people: &p [*p]\n", "1:13: an alias within the value that it stands for"},
		{"deep", strings.Repeat("[", 70) + strings.Repeat("]", 70), "1:65: YAML: exceeded max depth of 64"},
		{"deep by aliases", "a: &a " + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "\nb: " + strings.Repeat("[", 40) + "*a" + strings.Repeat("]", 40) + "\n", "2:19: nested more than 64 levels deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(tt.text)})
			require.Equal(t, []string{tt.want}, shown(faults))
		})
	}
	_, faults := catalog.Parse(map[string][]byte{"a": make([]byte, catalog.MaxSize), "b": []byte("#")})
	require.Equal(t, []string{"the catalog is larger than 16 MiB"}, texts(faults))
}

// The vectors of the YAML project: none may panic, and what is not YAML must give a fault.
func TestYAMLTestSuite(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus.Path(t, "yaml/yaml-test-suite"), "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	broken, syntax := 0, 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []struct {
			YAML string `yaml:"yaml"`
			Fail bool   `yaml:"fail"`
		}
		require.NoError(t, yaml.Load(source, &cases), file)
		for i, one := range cases {
			text := strings.NewReplacer("␣", " ", "———»", "\t", "——»", "\t", "—»", "\t", "»", "\t", "↵", "", "∎", "", "←", "\r", "⇔", "\ufeff").Replace(one.YAML)
			c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
			require.Nil(t, c, "no vector is a catalog")
			require.NotEmpty(t, faults)
			if !one.Fail {
				continue
			}
			broken++
			require.True(t, catalog.Refused(faults), "%s, case %d", filepath.Base(file), i)
			if strings.HasPrefix(faults[0].Message, "YAML: ") {
				syntax++ // the others the library reads, and the catalog refuses for what they say
			}
		}
	}
	require.Positive(t, broken)
	t.Logf("%d files, %d broken cases, %d of them refused as YAML", len(files), broken, syntax)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(placing))
	f.Add([]byte(everything))
	for _, tt := range slices.Concat(faultTable, policyFaults, priorityFaults) {
		f.Add([]byte(tt.text))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": source})
		require.Equal(t, c == nil, catalog.Refused(faults))
		for _, fault := range faults {
			require.NotEmpty(t, fault.Message)
			require.NotContains(t, fault.Error(), "\n")
		}
		if c == nil {
			return
		}
		require.NotNil(t, c.Rules.Fallback)
		for id, s := range c.Rules.Services {
			require.NotNil(t, c.Rules.Teams[s.Team], id)
			require.NotNil(t, c.Rules.Policies[s.Policy], id)
		}
		for id, person := range c.People {
			require.NotEmpty(t, person.Contacts, id)
			require.NotEmpty(t, c.Plan(id, "high").Steps, id)
			require.NotEmpty(t, c.Plan(id, "low").Steps, id)
		}
	})
}

// company writes a catalog of many services and people.
func company(services, people int) map[string][]byte {
	var p, s strings.Builder
	p.WriteString("people:\n")
	for i := range people {
		fmt.Fprintf(&p, "  p%d:\n    name: Person %d\n    timezone: Europe/Madrid\n    manager: p%d\n    contact:\n      - {id: hook, webhook: {url: \"https://hooks.example.com/p%d\", secret: {env: HOOK_SECRET}}}\n      - {id: screen, console: true}\n", i, i, i/10, i)
	}
	text := strings.Replace(p.String(), "    manager: p0\n", "", 1)
	s.WriteString("calendars: {office: {timezone: Europe/Madrid, hours: [Mon-Fri 09:00-18:00]}}\ntargets: {P1: {response: 15m, resolution: 4h}}\n")
	s.WriteString("routes:\n  - {service: s0}\nteams:\n")
	for i := range people / 10 {
		fmt.Fprintf(&s, "  t%d: {lead: p%d, members: [p%d, p%d]}\n", i, i*10, i*10+1, i*10+2)
	}
	s.WriteString("policies:\n")
	for i := range people / 10 {
		fmt.Fprintf(&s, "  t%d:\n    levels: [{page: [person:p%d], ack_within: 5m, hold_until: working_hours}, {page: [role:lead], when: 'labels.shop == \"%d\" || working_hours(\"office\")'}, {page: [role:manager]}]\n", i, i*10+1, i)
		fmt.Fprintf(&s, "    triggers: [{on: response, at: 80%%, page: [role:lead]}, {on: unresolved, after: 2h, when: 'alerts > 0'}, {on: open, after: 8h, to: t%d}]\n", i/2)
	}
	s.WriteString("services:\n")
	for i := range services {
		fmt.Fprintf(&s, "  s%d: {team: t%d, policy: t%d, tier: 2, owner: p%d, calendar: office, targets: {P1: {response: 5m}}, runbook: \"https://wiki.example.com/s%d\", depends_on: [s%d]}\n", i, i%(people/10), i%(people/10), i%people, i, i/2)
	}
	return map[string][]byte{"people.yaml": []byte(text), "services.yaml": []byte(s.String())}
}

func BenchmarkParseCompany(b *testing.B) {
	files := company(10_000, 2_000)
	for b.Loop() {
		_, faults := catalog.Parse(files)
		require.False(b, catalog.Refused(faults), "%s", texts(faults)[:min(3, len(faults))])
	}
}
