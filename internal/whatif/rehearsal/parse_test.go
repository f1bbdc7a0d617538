package rehearsal_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
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
		{"not a list", "  a: b", "2:3: expected a list, found a mapping"},
		{"not a mapping", "  - a", "2:5: expected a mapping, found text"},
		{"no name", "  - expect: {status: triggered}", "2:5: a case without a name"},
		{"one name twice", "  - {name: a, expect: {status: triggered}}\n  - {name: a, expect: {status: triggered}}", `3:12: a second case named "a"`},
		{"expects nothing", "  - {name: a}", "2:5: a case that expects nothing"},
		{"expects an empty mapping", expect("{}"), "4:13: nothing is expected here"},
		{"unknown key", "  - {name: a, expects: {}, expect: {status: triggered}}", `2:15: unknown key "expects"`},
		{"key twice", expect("{level: 1, level: 2}"), `4:24: "level" is given twice, first in line 4`},
		{"broken start", "  - {name: a, start: tomorrow, expect: {status: triggered}}", `2:22: "tomorrow" is not an instant`},
		{"no verb", step("{}"), "5:9: a step without a verb"},
		{"unknown verb", step("acknowledge: {}"), `5:9: unknown key "acknowledge"`},
		{"two verbs", step("{ack: {}, resolve: {}}"), "5:9: a step with two verbs, ack and resolve"},
		{"an alert that says nothing", step("alert: {severity: critical}"), "5:9: an alert without labels, service, key or summary"},
		{"one alert name twice", step("alert: {as: a, service: checkout}"), `5:21: a second alert named "a"`},
		{"unknown alert", step("ack: {of: b}"), `5:19: there is no alert "b" above`},
		{"alert of another with labels", step("alert: {of: a, key: b}"), "5:9: an alert that is sent again cannot change its labels, service or keys"},
		{"clear with a name", step("clear: {as: b, service: checkout}"), "5:21: only an alert that fires gets a name"},
		{"a name for a command", step("{ack: {}, as: b}"), "5:23: only an alert has a name"},
		{"advance of nothing", step("advance:"), "5:17: an advance without a duration"},
		{"advance by a word", step("advance: soon"), `5:18: "soon" is not a duration`},
		{"advance back", step("advance: -5m"), "5:18: a duration cannot be negative"},
		{"advance to a broken instant", step("advance: 2026-13-01T00:00:00Z"), `5:18: "2026-13-01T00:00:00Z" is not an instant`},
		{"contact without an outcome", step("contact: {to: person:ana}"), "5:18: a contact without an outcome"},
		{"contact of a team", step("contact: {to: team:a, outcome: accepted}"), `5:23: "team:a" is not a person, a room or a machine`},
		{"contact method of nobody", step("contact: {by: hook, outcome: accepted}"), "5:23: a contact method without its owner"},
		{"unknown outcome", step("contact: {outcome: fails}"), `5:28: "fails" is not an outcome of a contact method`},
		{"note without text", step("note: {by: person:ana}"), "5:9: a note without text"},
		{"level of no number", step("escalate: {level: next}"), "5:27: expected a whole number from 1 to 1000"},
		{"an empty expect step", step("expect:"), "5:9: a step that expects nothing"},
		{"snooze without an end", step("snooze: {by: person:ana}"), "5:9: a snooze without an end"},
		{"snooze with two ends", step("snooze: {for: 1h, until: 2026-01-12T12:00:00Z}"), "5:34: two ends"},
		{"pause until a word", step("pause: {until: later}"), `5:24: "later" is not an instant`},
		{"assigned to nobody", step("assign: {by: person:ana}"), "5:9: an assignment to nobody"},
		{"assigned to a team", step("assign: {to: team:a}"), `5:22: expected a person, found "team:a"`},
		{"help of nobody", step("responders: {}"), "5:9: a request for responders without targets"},
		{"help of a word", step("responders: {targets: [ana]}"), `5:32: "ana" is not a target`},
		{"priority of nothing", step("priority: {by: person:ana}"), "5:9: a priority is a name, or both impact and urgency"},
		{"priority of half a measure", step("priority: {impact: high}"), "5:9: a priority is a name, or both"},
		{"priority of both kinds", step("priority: {to: P1, impact: high}"), "5:9: a priority is a name, or both"},
		{"unknown priority", step("priority: {to: P6}"), `5:24: "P6" is not a priority`},
		{"escalation to two places", step("escalate: {level: 1, to: db}"), "5:27: an escalation to two places"},
		{"escalation up and away", step("escalate: {up: true, to: db}"), "5:34: an escalation to two places"},
		{"merge into nothing", step("merge: {of: a}"), "5:9: a merge without the other incident"},
		{"merge into the unknown", step("merge: {into: b}"), `5:23: there is no alert "b" above`},
		{"split of nothing", step("split: {of: a}"), "5:9: a split without alerts"},
		{"split of the unknown", step("split: {alerts: [b]}"), `5:26: there is no alert "b" above`},
		{"role without its name", step("role: {person: person:ana}"), "5:9: a role without its name"},
		{"unknown role", step("role: {role: boss}"), `5:22: "boss" is not a role`},
		{"task of nothing", step("task: {owner: person:ana}"), "5:9: a task is a text, or the number of one that is done"},
		{"task that is done and new", step("task: {text: x, done: 1}"), "5:9: a task is a text, or"},
		{"task of a team", step("task: {text: x, owner: team:a}"), `5:32: expected a person, found "team:a"`},
		{"books without an outcome", step("close: {cause: rain}"), "5:9: a closure without an outcome"},
		{"unknown outcome of the books", step("close: {outcome: done}"), `5:26: "done" is not an outcome of an incident`},
		{"a key of another command", step("ack: {level: 1}"), `5:15: unknown key "level"`},
		{"outage of nothing", step("outage: {}"), "5:9: an outage without a duration"},
		{"outage by a word", step("outage: 20m"), "5:17: expected a mapping, found text"},
		{"catalog without its folder", step("catalog: {}"), "5:9: a catalog without its folder"},
		{"override of no schedule", step("override: {to: 1h}"), "5:9: an override without a schedule"},
		{"override without an end", step("override: {schedule: x, people: [person:ana]}"), "5:9: an override without an end"},
		{"override by an id", step("override: {schedule: x, people: [ana], to: 1h}"), `5:42: expected a person, found "ana"`},
		{"unknown kind of override", step("override: {schedule: x, kind: holiday, to: 1h}"), `5:39: "holiday" is not a kind of override`},
		{"shift of a word", step("override: {schedule: x, to: 1h, shifts: [{people: [bo]}]}"), `5:60: expected a person, found "bo"`},
		{"withdrawal of nothing", step("withdraw: {}"), "5:9: a withdrawal without an override"},
		{"withdrawal of the unknown", step("withdraw: {override: x}"), `5:30: there is no override "x" above`},
		{"held of nothing", expect("{held: [{}]}"), "4:21: nothing is expected of this held level"},
		{"held for a word", expect("{held: [{for: ever}]}"), `4:27: "ever" is not something that a level waits for`},
		{"trigger of nothing", expect("{triggers: [{}]}"), "4:25: nothing is expected of this trigger"},
		{"unknown trigger", expect("{triggers: [{on: fire}]}"), `4:30: "fire" is not a trigger`},
		{"trigger that pages a team", expect("{triggers: [{pages: [team:a]}]}"), `4:34: "team:a" is not a person, a room or a machine`},
		{"clock without its name", expect("{clocks: [{due: 1h}]}"), "4:23: a clock without its name"},
		{"clock of nothing", expect("{clocks: [{clock: response}]}"), "4:23: nothing is expected of this clock"},
		{"clock that is not there and due", expect("{clocks: [{clock: response, none: true, due: 1h}]}"), "4:23: a clock with none: true does not exist, and has nothing else"},
		{"clock as a word", expect("{clocks: [response]}"), "4:23: expected a mapping, found text"},
		{"clock due sometime", expect("{clocks: [{clock: response, due: soon}]}"), `4:46: "soon" is not a duration`},
		{"assignee by an id", expect("{assignee: ana}"), `4:24: expected a person, found "ana"`},
		{"unknown status", expect("{status: acked}"), `4:22: "acked" is not a status`},
		{"not paged by id", expect("{not_paged: [ana]}"), `4:26: "ana" is not a person, a room or a machine`},
		{"page to nobody", expect("{pages: [{at: 0s}]}"), "4:22: a page to nobody"},
		{"page as a word", expect("{pages: [person:ana]}"), "4:22: expected a mapping, found text"},
		{"true in another word", expect("{nobody_paged: yes}"), "4:28: expected true or false, found text"},
		{"incidents of one", expect("{of: a, incidents: 1}"), "4:18: there is no alert"},
		{"level of nothing", expect("{levels: [{}]}"), "4:23: nothing is expected of this level"},
		{"a mapping for a text", expect("{service: {a: b}}"), "4:23: expected text, found a mapping"},
		{"a text over several lines", step("note: {text: \"a\\nb\"}"), "5:22: expected one line of at most 4096 bytes"},
		{"labels as a list", step("alert: {labels: [a]}"), "5:25: expected a mapping, found a list"},
		{"one label twice", step("alert: {labels: {a: b, a: c}}"), `5:32: "a" is given twice`},
		{"a mapping as a key", step("alert: {labels: {{a: b}: c}}"), "5:26: a key must be a plain word"},
		{"a long word", expect("{status: " + strings.Repeat("x", 100) + "}"), "xxx…"},
		{"contact as a word", step("contact: hook"), "5:18: expected a mapping, found text"},
		{"contact of nothing", step("contact:"), "5:17: expected a mapping, found nothing"},
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
	require.Contains(t, faults[0].Message, "aliases stand for more than 1000000 values")
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
      - assign: {to: person:bob}
      - escalate: {to: database}
      - responders: {targets: [team:db, schedule:night, "chat:hall", person:cleo]}
      - override: {as: o, schedule: night, people: [person:dan], replaces: person:ana, to: 1h, shifts: [{people: [person:dan]}]}
      - role: {role: scribe, person: person:dan}
      - expect: {assignee: person:dan, policy: none, triggers: [{pages: ["webhook:status"]}]}
    expect: {service: nowhere, team: nobody}
`)
	var got []string
	for _, fault := range f.Check(only(whatiftest.Catalog(t, "small"))) {
		got = append(got, fault.Error())
	}
	require.Equal(t, []string{
		`cases.yaml:5:9: the catalog has no service "chekout"`,
		`cases.yaml:6:9: "ana" has no contact method "pigeon"`,
		`cases.yaml:7:9: the catalog has no person "bob"`,
		`cases.yaml:9:26: "ana" has no contact method "fax"`,
		`cases.yaml:9:66: the catalog has no person "cloe"`,
		`cases.yaml:10:9: the catalog has no person "bob"`,
		`cases.yaml:11:9: the catalog has no team "database"`,
		`cases.yaml:12:9: the catalog has no team "db"`,
		`cases.yaml:12:9: the catalog has no schedule "night"`,
		`cases.yaml:12:9: the catalog has no chat "hall"`,
		`cases.yaml:13:9: the catalog has no schedule "night"`,
		`cases.yaml:13:9: the catalog has no person "dan"`,
		`cases.yaml:13:9: the catalog has no person "dan"`,
		`cases.yaml:14:9: the catalog has no person "dan"`,
		`cases.yaml:15:28: the catalog has no person "dan"`,
		`cases.yaml:15:48: the catalog has no policy "none"`,
		`cases.yaml:15:65: the catalog has no webhook "status"`,
		`cases.yaml:16:23: the catalog has no service "nowhere"`,
		`cases.yaml:16:38: the catalog has no team "nobody"`,
	}, got)
}

// TestCheckCatalogs: a name counts as known where any catalog of the case has it.
func TestCheckCatalogs(t *testing.T) {
	f := file(t, `
cases:
  - name: a
    steps: [{catalog: {files: next}}]
    expect: {not_paged: ["chat:room", person:cleo, person:dan]}
  - name: b
    expect: {not_paged: ["chat:room"]}
`)
	require.Equal(t, []string{"next"}, f.Folders())
	with := rehearsal.Catalogs{"": whatiftest.Catalog(t, "small"), "next": whatiftest.Catalog(t, "busy")}
	var got []string
	for _, fault := range f.Check(with) {
		got = append(got, fault.Error())
	}
	require.Equal(t, []string{`cases.yaml:5:52: the catalog has no person "dan"`, `cases.yaml:7:26: the catalog has no chat "room"`}, got)
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
		"cases:\n  - name: c\n    steps:\n      - alert: {as: a, service: checkout, key: k, dedup_key: d}\n      - alert: {as: b, service: checkout, dedup_key: d}\n" +
			"      - split: {of: a, alerts: [b]}\n      - merge: {of: b, into: a}\n      - snooze: {of: a, for: 1h}\n      - wake: {of: a, refused: false}\n      - assign: {of: a, to: person:bo}\n" +
			"      - responders: {of: a, targets: [role:lead]}\n      - priority: {of: a, to: P1}\n      - role: {of: a, role: scribe}\n      - task: {of: a, text: x}\n      - task: {of: a, done: 1}\n" +
			"      - pause: {of: a, for: 1m, refused: true}\n      - override: {as: o, schedule: primary, kind: swap, people: [person:ana, person:bo], from: 0s, to: 2h}\n      - withdraw: {override: o}\n" +
			"      - outage: {for: 20m}\n      - catalog: {files: next}\n      - close: {of: a, outcome: fixed}\n    expect: [{of: a, outcome: fixed, assignee: nobody, clocks: [{clock: response, none: true}]}, {held: [], triggers: [{at: 0s, pages: []}]}]",
		"cases: [{name: !!binary aGk=, expect: {level: 0x1}}]", "? {a: b}\n: c", "\xff\xfe", "cases: [{<<: {name: a}}]",
	} {
		f.Add([]byte(seed))
	}
	small := whatiftest.Catalog(f, "small")
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
