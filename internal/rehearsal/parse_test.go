package rehearsal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rehearsal"
)

// TestFaults: each body is put under `cases:`, beginning in line 2.
func TestFaults(t *testing.T) {
	step := func(s string) string {
		return "  - name: a\n    steps:\n      - alert: {as: a, service: checkout}\n      - " + s + "\n    expect: {status: triggered}"
	}
	expect := func(s string) string {
		return "  - name: a\n    steps: [{alert: {service: checkout}}]\n    expect: " + s
	}
	for _, test := range []struct{ name, cases, want string }{
		{"no cases", "", "1:1: the file has no cases"},
		{"not a list", "  a: b", "2:3: a list is expected here, not a mapping"},
		{"not a mapping", "  - a", "2:5: a mapping is expected here, not a single value"},
		{"no name", "  - expect: {status: triggered}", "2:5: a case without a name"},
		{"one name twice", "  - {name: a, expect: {status: triggered}}\n  - {name: a, expect: {status: triggered}}", `3:12: a second case of the name "a"`},
		{"expects nothing", "  - {name: a}", "2:5: a case that expects nothing"},
		{"expects an empty mapping", expect("{}"), "4:13: nothing is expected here"},
		{"unknown key", "  - {name: a, expects: {}, expect: {status: triggered}}", `2:15: unknown key "expects"`},
		{"key twice", expect("{level: 1, level: 2}"), `4:24: "level" stands here a second time`},
		{"broken start", "  - {name: a, start: tomorrow, expect: {status: triggered}}", `2:22: "tomorrow" is not an instant`},
		{"no verb", step("{}"), "5:9: a step without a verb"},
		{"unknown verb", step("acknowledge: {}"), `5:9: unknown key "acknowledge"`},
		{"two verbs", step("{ack: {}, resolve: {}}"), "5:9: a step with two verbs, ack and resolve"},
		{"an alert that says nothing", step("alert: {severity: critical}"), "5:9: an alert that says nothing"},
		{"one alert name twice", step("alert: {as: a, service: checkout}"), `5:21: a second alert of the name "a"`},
		{"unknown alert", step("ack: {of: b}"), `5:19: there is no alert "b" above`},
		{"alert of another with labels", step("alert: {of: a, key: b}"), "5:9: an alert of another's name with labels, service or keys of its own"},
		{"clear with a name", step("clear: {as: b, service: checkout}"), "5:21: only an alert that fires gets a name"},
		{"a name for a command", step("{ack: {}, as: b}"), "5:23: only an alert has a name"},
		{"advance of nothing", step("advance:"), "5:17: an advance without a duration"},
		{"advance by a word", step("advance: soon"), `5:18: "soon" is not a duration`},
		{"advance back", step("advance: -5m"), "5:18: a duration from nothing to a year is expected here"},
		{"advance to a broken instant", step("advance: 2026-13-01T00:00:00Z"), `5:18: "2026-13-01T00:00:00Z" is not an instant`},
		{"contact without an outcome", step("contact: {to: person:ana}"), "5:18: a contact without an outcome"},
		{"contact of a team", step("contact: {to: team:a, outcome: accepted}"), `5:23: "team:a" is not a person, a room or a machine`},
		{"contact method of nobody", step("contact: {by: hook, outcome: accepted}"), "5:23: a contact method of nobody"},
		{"unknown outcome", step("contact: {outcome: fails}"), `5:28: "fails" is not one of the words`},
		{"note without text", step("note: {by: person:ana}"), "5:9: a note without text"},
		{"level of no number", step("escalate: {level: next}"), "5:27: a whole number from 1 to 1000 is expected here"},
		{"an empty expect step", step("expect:"), "5:9: a step that expects nothing"},
		{"unknown status", expect("{status: acked}"), `4:22: "acked" is not one of the words`},
		{"not paged by id", expect("{not_paged: [ana]}"), `4:26: "ana" is not a person, a room or a machine`},
		{"page to nobody", expect("{pages: [{at: 0s}]}"), "4:22: a page to nobody"},
		{"page as a word", expect("{pages: [person:ana]}"), "4:22: a mapping is expected here, not a single value"},
		{"true in another word", expect("{nobody_paged: yes}"), "4:28: true or false is expected here, not a single value"},
		{"incidents of one", expect("{of: a, incidents: 1}"), "4:18: there is no alert"},
		{"level of nothing", expect("{levels: [{}]}"), "4:23: a level of which nothing is expected"},
		{"a mapping for a text", expect("{service: {a: b}}"), "4:23: text is expected here, not a mapping"},
		{"a text over several lines", step("note: {text: \"a\\nb\"}"), "5:22: one line of at most 4096 bytes is expected here"},
		{"labels as a list", step("alert: {labels: [a]}"), "5:25: a mapping is expected here, not a list"},
		{"one label twice", step("alert: {labels: {a: b, a: c}}"), `5:32: "a" stands here a second time`},
		{"a mapping as a key", step("alert: {labels: {{a: b}: c}}"), "5:26: a key must be a plain word"},
		{"a long word", expect("{status: " + strings.Repeat("x", 100) + "}"), "xxx…"},
		{"contact as a word", step("contact: hook"), "5:18: a mapping is expected here, not a single value"},
		{"contact of nothing", step("contact:"), "5:17: a mapping is expected here, not nothing"},
		{"broken YAML", "  - {name: a", "3:1: YAML: "},
		{"unknown anchor", "  - *a", "2:5: YAML: "},
		{"second document", expect("{level: 1}") + "\n---\ncases: []", "a second document in one file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, faults := rehearsal.Parse("cases.yaml", []byte("cases:\n"+test.cases+"\n"))
			require.NotEmpty(t, faults)
			var all []string
			for _, f := range faults {
				require.Positive(t, f.Line)
				require.Positive(t, f.Column)
				all = append(all, f.Error())
			}
			require.Contains(t, strings.Join(all, "\n"), test.want)
		})
	}
}

func TestAllFaultsAtOnce(t *testing.T) {
	_, faults := rehearsal.Parse("cases.yaml", []byte("catlog: x\ncases:\n  - {name: a, steps: [{ack: {of: x}}, {advance: soon}]}\n"))
	require.Len(t, faults, 4)
	require.Equal(t, `cases.yaml:1:1: unknown key "catlog"`, faults[0].Error())
}

// TestAliases: what stands for too much is refused before it uses up the memory.
func TestAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("cases:\n  - name: a\n    expect:\n      - &p {pages: [")
	for range 1000 {
		b.WriteString("{to: person:ana},")
	}
	b.WriteString("]}\n")
	for range 2000 {
		b.WriteString("      - *p\n")
	}
	_, faults := rehearsal.Parse("cases.yaml", []byte(b.String()))
	require.Len(t, faults, 1)
	require.Contains(t, faults[0].Message, "stands for more than")
	_, faults = rehearsal.Parse("cases.yaml", make([]byte, rehearsal.MaxSize+1))
	require.Len(t, faults, 1)
}

func TestCheck(t *testing.T) {
	f := file(t, `
cases:
  - name: a
    steps:
      - alert: {service: chekout}
      - contact: {to: person:ana, by: pigeon, outcome: permanent}
      - ack: {by: person:bob}
      - ack: {by: some robot}
      - expect: {pages: [{to: person:ana, by: fax}], not_paged: [person:cloe]}
    expect: {service: nowhere, team: nobody}
`)
	var got []string
	for _, fault := range f.Check(only(parse(t, small))) {
		got = append(got, fault.Error())
	}
	require.Equal(t, []string{
		`cases.yaml:5:9: the catalog has no service "chekout"`,
		`cases.yaml:6:9: "ana" has no contact method "pigeon"`,
		`cases.yaml:7:9: the catalog has no person "bob"`,
		`cases.yaml:9:26: "ana" has no contact method "fax"`,
		`cases.yaml:9:66: the catalog has no person "cloe"`,
		`cases.yaml:10:23: the catalog has no service "nowhere"`,
		`cases.yaml:10:38: the catalog has no team "nobody"`,
	}, got)
}

// FuzzParse: no bytes make the parser or a run panic, faults have places, and a file that is sound
// gives the same results twice.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "cases:", "- - - -", "cases: &a [*a]", "cases: [{name: a, expect: {incidents: 0}}]",
		"catalog: x\nstart: 2026-01-12T00:00:00Z\ncases:\n  - name: a\n    steps:\n      - {alert: {labels: {job: checkout, severity: critical}}, as: a}\n" +
			"      - advance: 10m\n      - ack: {of: a, by: person:bo}\n      - clear:\n    expect: [{of: a, status: resolved, pages: [{at: 5m, to: person:bo}]}, {levels: []}]",
		"cases:\n  - name: b\n    steps:\n      - contact: {to: person:ana, outcome: retryable}\n      - alert: {service: checkout, for: 5m}\n      - reopen: {refused: true}\n" +
			"      - escalate: {level: 2}\n      - note: {text: x}\n      - advance: 2026-01-12T10:09:00Z\n    expect: {exhausted: false, not_paged: [person:cleo], nobody_reached: true}",
		"cases: [{name: !!binary aGk=, expect: {level: 0x1}}]", "? {a: b}\n: c", "\xff\xfe", "cases: [{<<: {name: a}}]",
	} {
		f.Add([]byte(seed))
	}
	small := parse(f, small)
	f.Fuzz(func(t *testing.T, source []byte) {
		parsed, faults := rehearsal.Parse("cases.yaml", source)
		for _, fault := range faults {
			require.Positive(t, fault.Line, fault.Message)
		}
		if len(faults) > 0 || len(source) > 4096 {
			return
		}
		c := only(small)
		for _, folder := range parsed.Folders() {
			c[folder] = small
		}
		parsed.Check(c)
		require.Equal(t, fmt.Sprint(parsed.Run(c)), fmt.Sprint(parsed.Run(c)))
	})
}
