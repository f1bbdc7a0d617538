package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
)

// sound is a catalog without a fault, in sections that a test may replace.
var sound = []struct{ key, text string }{
	{"people", "people:\n  ana: {contact: [{console: true}]}\n"},
	{"teams", "teams: {t: {lead: ana, members: [ana]}}\n"},
	{"schedules", "schedules: {s: {timezone: UTC, layers: [{start: 2026-01-05, people: [ana]}]}}\n"},
	{"services", "services: {rest: {team: t, policy: p}}\n"},
	{"routes", "routes: [{service: rest}]\n"},
	{"policies", "policies: {p: {levels: [{page: [person:ana]}]}}\n"},
}

// with returns the sound catalog with the sections of text first, in place of its own.
func with(text string) string {
	out := text
	for _, s := range sound {
		if !strings.HasPrefix(text, s.key+":") && !strings.Contains(text, "\n"+s.key+":") {
			out += s.text
		}
	}
	return out
}

func TestSound(t *testing.T) { parse(t, with("")) }

type faultCase struct{ name, text, want string }

// Every kind of fault, with the words and the place a person sees. "~" begins a hint, "?" a warning.
var faultTable = []faultCase{
	{"syntax", "people: [\n", "2:1: YAML: did not find expected node content"},
	{"second document", "people: {}\n---\nteams: {}\n", "2:1: a second document in one file ~ put it into a file of its own"},
	{"alias without anchor", "people: *hunter2\n", "1:9: YAML: an alias without its anchor"},
	{"tag", "people: !secret {}\n", "1:9: YAML tags such as !name are not supported"},
	{"not a mapping", "- a\n", "1:1: expected a mapping, found a list"},
	{"unknown section", with("polices: {}\n"), `1:1: unknown key "polices" ~ did you mean "policies"?`},
	{"unknown key", with("people: {ana: {contct: [], contact: [{console: true}]}}\n"), `1:16: unknown key "contct" ~ did you mean "contact"?`},
	{"unknown key far from all", with("teams: {t: {wages: 1}}\n"), `1:13: unknown key "wages" ~ use one of lead, members, name, policy, schedule`},
	{"a key twice", with("teams: {t: {lead: ana, lead: ana}}\n"), `1:24: "lead" is given twice, first in line 1 ~ remove one of them`},
	{"a key that is a list", with("teams: {[a]: {}, t: {members: [ana]}}\n"), `1:9: a key must be a plain word, not a list`},
	{"list for text", with("people: {ana: {name: [], contact: [{console: true}]}}\n"), "1:22: expected text, found a list"},
	{"text for a list", with("people: {ana: {contact: phone}}\n"), "1:25: expected a list, found text"},
	{"text for a mapping", with("people: {ana: {contact: [phone]}}\n"), "1:26: expected a mapping, found text"},
	{"number for a mapping", with("services: {rest: 5}\n"), "1:18: expected a mapping, found a number"},
	{"text for a flag", with("people: {ana: {contact: [{console: sure}]}}\n"), "1:36: expected true or false, found text"},
	{"two lines for a name", with("people: {ana: {name: \"a\\nb\", contact: [{console: true}]}}\n"), "1:22: expected one line of at most 1000 bytes"},

	{"bad duration", with("policies: {p: {levels: [{page: [person:ana], ack_within: 5 minutes}]}}\n"), `1:58: "5 minutes" is not a duration ~ write it like 90s, 5m or 1h30m`},
	{"duration without unit", with("policies: {p: {levels: [{page: [person:ana], ack_within: 5}]}}\n"), `1:58: "5" is not a duration ~ write it like 90s, 5m or 1h30m`},
	{"zero duration", with("policies: {p: {levels: [{page: [person:ana], ack_within: 0s}]}}\n"), "1:58: a duration of zero makes no sense here"},
	{"negative duration", with("policies: {p: {reopen_within: -5m, levels: [{page: [person:ana]}]}}\n"), "1:31: a duration cannot be negative ~ write it like 90s, 5m or 1h30m"},
	{"endless duration", with("policies: {p: {reopen_within: 90000h, levels: [{page: [person:ana]}]}}\n"), "1:31: a duration may be at most 366 days"},

	{"dangling person", with("teams: {t: {lead: anna}}\n"), `1:19: there is no person "anna" ~ did you mean "ana"?`},
	{"dangling member", with("teams: {t: {members: [ana, zoe]}}\n"), `1:28: there is no person "zoe"`},
	{"dangling manager", with("people: {ana: {manager: an, contact: [{console: true}]}}\n"), `1:25: there is no person "an" ~ did you mean "ana"?`},
	{"dangling team", with("services: {rest: {team: ops, policy: p}}\n"), `1:25: there is no team "ops"`},
	{"dangling policy", with("services: {rest: {team: t, policy: fast}}\n"), `1:36: there is no policy "fast"`},
	{"dangling dependency", with("services: {rest: {team: t, policy: p, depends_on: [db]}}\n"), `1:52: there is no service "db"`},
	{"dangling service of a route", with("routes: [{when: 'true', service: reste}, {service: rest}]\n"), `1:34: there is no service "reste" ~ did you mean "rest"?`},
	{"dangling service of a key", with("intake: {keys: {k: {secret: {env: K}, service: nope}}}\n"), `1:48: there is no service "nope"`},
	{"dangling schedule", with("policies: {p: {levels: [{page: [schedule:nights]}]}}\n"), `1:33: there is no schedule "nights"`},
	{"dangling target person", with("policies: {p: {levels: [{page: [person:ann]}]}}\n"), `1:33: there is no person "ann" ~ did you mean "ana"?`},
	{"dangling role", with("policies: {p: {levels: [{page: [role:leader]}]}}\n"), `1:33: there is no role "leader" ~ did you mean "lead"?`},
	{"member that is nothing", with("teams: {t: {members: [ana, ~]}}\n"), "1:28: expected a name, found nothing"},
	{"route that is nothing", with("routes: [~, {service: rest}]\n"), "1:10: expected a mapping, found nothing"},
	{"route that is text", with("routes: [rest, {service: rest}]\n"), "1:10: expected a mapping, found text"},
	{"a very long word", with("teams: {t: {lead: " + strings.Repeat("é", 80) + "}}\n"), `1:19: there is no person "` + strings.Repeat("é", 64) + `…"`},
	{"no target", with("policies: {p: {levels: [{page: [ana]}]}}\n"), `1:33: "ana" is not a target ~ write person:, schedule:, team:, role:, chat: or webhook: before the name`},
	{"target with a space", with("policies: {p: {levels: [{page: [person: ana]}]}}\n"), "1:33: expected a target, found a mapping ~ write it without a space: person:ana"},
	{"target without name", with("policies: {p: {levels: [{page: ['person:']}]}}\n"), `1:33: "person:" names no person ~ write it like person:NAME`},

	{"no contact", with("people: {ana: {name: Ana}}\n"), `1:10: person "ana" has no contact method ~ add one, such as: contact: [{id: screen, console: true}]`},
	{"empty contact list", with("people: {ana: {contact: []}}\n"), `1:10: person "ana" has no contact method ~ add one, such as: contact: [{id: screen, console: true}]`},
	{"contact without address", with("people: {ana: {contact: [{id: a}]}}\n"), "1:26: a contact method without an address ~ give one of webhook, email, console: true"},
	{"console: false is no address", with("people: {ana: {contact: [{console: false}]}}\n"), "1:26: a contact method without an address ~ give one of webhook, email, console: true"},
	{"contact with several addresses", with("channels: {email: {smtp: 'smtp://h:25', from: t@example.com}}\npeople: {ana: {contact: [{console: true, email: a@example.com}]}}\n"), "2:26: a contact method with several addresses ~ split it into several contact methods"},
	{"contact id twice", with("people: {ana: {contact: [{console: true}, {console: true}]}}\n"), `1:43: contact "console" is given twice, first in line 1 ~ give each contact method an id of its own`},
	{"contact id", with("people: {ana: {contact: [{id: 'my phone', console: true}]}}\n"), `1:31: "my phone" is not an id: 1 to 64 letters, digits, '-' or '_', the first a letter or digit`},
	{"e-mail", with("people: {ana: {contact: [{email: ana at home}]}}\n"), `1:34: "ana at home" is not an e-mail address ~ write it like ana@example.com`},
	{"e-mail without a channel", with("people: {ana: {contact: [{email: ana@example.com}]}}\n"), `?1:34: e-mail cannot be sent: there is no channels.email ~ add channels: {email: {smtp: "smtp://host:port", from: tocsin@example.com}}`},
	{"notify names no contact", with("people: {ana: {contact: [{console: true}], notify: {high: [{via: consul}]}}}\n"), `1:66: "ana" has no contact method "consul" ~ did you mean "console"?`},
	{"notify without via", with("people: {ana: {contact: [{console: true}], notify: {high: [{after: 5m}]}}}\n"), "1:60: a step without a contact method ~ name one of the person's contact methods: {via: …}"},
	{"notify with nothing", with("people: {ana: {contact: [{console: true}], notify: {high: []}}}\n"), "1:59: no contact method for high urgency ~ leave it out to use all contact methods at once"},
	{"notify out of order", with("people: {ana: {contact: [{console: true}], notify: {low: [{via: console, after: 2m}, {via: console, after: 1m}]}}}\n"), "?1:86: this step comes before the one above it ~ order the steps by their delays"},
	{"urgency", with("people: {ana: {contact: [{console: true}], notify: {hihg: []}}}\n"), `1:53: unknown key "hihg" ~ did you mean "high"?`},
	{"delay longer than the wait", with("people: {ana: {contact: [{console: true}], notify: {high: [{via: console}, {via: console, after: 6m}]}}}\n"), `?1:98: contact "console" of ana is tried after 6m0s, but level 1 of policy "p" moves on after 5m0s ~ shorten after: or lengthen ack_within:`},

	{"id twice", with("teams:\n  t: {members: [ana]}\n  t: {}\n"), `3:3: team "t" is given twice, first at catalog.yaml:2:3 ~ remove one of them`},
	{"id", with("teams: {t.x: {}, t: {members: [ana]}}\n"), `1:9: "t.x" is not an id: 1 to 64 letters, digits, '-' or '_', the first a letter or digit`},
	{"zone", with("people: {ana: {timezone: Madrid, contact: [{console: true}]}}\n"), `1:26: "Madrid" is not a time zone ~ use an IANA name such as Europe/Madrid or UTC`},
	{"the machine's own zone", with("people: {ana: {timezone: Local, contact: [{console: true}]}}\n"), `1:26: "Local" is not a time zone ~ use an IANA name such as Europe/Madrid or UTC`},

	{"policy without levels", with("policies: {p: {repeat: 1}}\n"), `1:12: policy "p" has no level ~ add one, such as: levels: [{page: [person:ana]}]`},
	{"level without targets", with("policies: {p: {levels: [{page: [person:ana]}, {ack_within: 5m}]}}\n"), "1:47: the level pages nobody ~ name whom to page, such as: page: [person:ana]"},
	{"level that is nothing", with("policies: {p: {levels: [{page: [person:ana]}, ]}}\npeople:\n  ana: {contact: [~]}\n"), "3:19: expected a mapping, found nothing"},
	{"kind", with("policies: {p: {levels: [{page: [person:ana], kind: vertical}]}}\n"), `1:52: "vertical" is not a kind of level ~ use one of functional, hierarchical`},
	{"repeat", with("policies: {p: {repeat: often, levels: [{page: [person:ana]}]}}\n"), "1:24: expected a whole number from 0 to 100"},
	{"tier", with("services: {rest: {team: t, policy: p, tier: 0}}\n"), "1:45: expected a whole number from 1 to 32767"},

	{"weekly hand-off", with("schedules: {s: {timezone: UTC, layers: [{handoff: '09:00', start: 2026-01-05, people: [ana]}]}}\n"), `1:51: "09:00" is not a weekly hand-off ~ write it like "Mon 09:00"`},
	{"hand-off at no time", with("schedules: {s: {timezone: UTC, layers: [{handoff: 'Mon 24:00', start: 2026-01-05, people: [ana]}]}}\n"), `1:51: "Mon 24:00" is not a weekly hand-off ~ write it like "Mon 09:00"`},
	{"daily hand-off", with("schedules: {s: {timezone: UTC, layers: [{rotation: daily, handoff: 'Mon 09:00', start: 2026-01-05, people: [ana]}]}}\n"), `1:68: "Mon 09:00" is not a daily hand-off ~ write it like "09:00"`},
	{"rotation", with("schedules: {s: {timezone: UTC, layers: [{rotation: yearly, start: 2026-01-05, people: [ana]}]}}\n"), `1:52: "yearly" is not a rotation ~ use one of hourly, daily, weekly, monthly`},
	{"no start", with("schedules: {s: {timezone: UTC, layers: [{people: [ana]}]}}\n"), "1:41: a layer without a start ~ add the date of the first turn, such as start: 2026-01-05"},
	{"no such date", with("schedules: {s: {timezone: UTC, layers: [{start: 2026-02-30, people: [ana]}]}}\n"), `1:49: "2026-02-30" is not a date ~ write it like 2026-01-05`},
	{"layer without people", with("schedules: {s: {timezone: UTC, layers: [{start: 2026-01-05}]}}\n"), "1:41: a layer without people ~ add people: with their ids, such as people: [ana, bo]"},
	{"schedule without zone", with("schedules: {s: {layers: [{start: 2026-01-05, people: [ana]}]}}\n"), `1:13: schedule "s" has no timezone ~ add one, such as: timezone: Europe/Madrid`},
	{"schedule without layer", with("schedules: {s: {timezone: UTC}}\n"), `1:13: schedule "s" has no layer ~ add layers:, or ical: for an imported calendar`},

	{"no fallback", with("routes: [{when: 'true', service: web}]\nservices: {web: {team: t, policy: p}}\n"), "1:1: no service takes the alerts that no route places ~ add `- {service: …}` as the last of routes"},
	{"fallback without team", with("teams: {t: {}, u: {}}\nservices: {rest: {policy: p}}\n"), `2:12: service "rest" takes what no route places and needs a team ~ add team: with the id of a team`},
	{"fallback without policy", with("services: {rest: {team: t}}\npolicies: {a: {levels: [{page: [person:ana]}]}, b: {levels: [{page: [person:ana]}]}}\n"), `1:12: service "rest" takes what no route places and needs a policy ~ add policy: with the id of a policy`},
	{"nobody to reach", with("teams: {t: {}}\npolicies: {p: {levels: [{page: [role:lead]}]}}\n"), `?2:33: level 1 of policy "p" pages nobody for team "t" ~ page a person, or whoever the team has | 6:12: no person can be reached from service "rest": policy "p" pages nobody ~ name a person, or a schedule with people, in one of its levels`},
	{"a level that pages nobody", with("policies: {p: {levels: [{page: [person:ana]}, {page: [role:manager]}]}}\n"), `?1:55: level 2 of policy "p" pages nobody for team "t" ~ page a person, or whoever the team has`},
	{"managers in a circle", with("people:\n  ana: {manager: bo, contact: [{console: true}]}\n  bo: {manager: ana, contact: [{console: true}]}\n"), "2:18: managers form a cycle: ana → bo → ana ~ remove one of them"},
	{"one's own manager", with("people:\n  ana: {manager: ana, contact: [{console: true}]}\n"), "2:18: managers form a cycle: ana → ana ~ remove one of them"},

	{"condition syntax", with("routes:\n  - {when: 'labels.job ==', service: rest}\n  - {service: rest}\n"), "2:26: condition: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"},
	{"condition with an unknown name", with("routes:\n  - {when: 'severty == \"low\"', service: rest}\n  - {service: rest}\n"), "2:13: condition: undeclared reference to 'severty' (did you mean 'severity'?) ~ use one of labels, severity, summary, source"},
	{"condition that is no condition", with("routes:\n  - {when: labels.job, service: rest}\n  - {service: rest}\n"), "2:12: condition: a condition is true or false, this is string"},
	{"condition of the wrong type", with("routes:\n  - when: |\n      severity == \"low\" &&\n      labels.job == 3\n    service: rest\n  - {service: rest}\n"), "4:18: condition: found no matching overload for '_==_' applied to '(string, int)'"},
	{"condition with a bad pattern", with("routes:\n  - {when: 'labels.job.matches(\"[\")', service: rest}\n  - {service: rest}\n"), "2:13: condition: error parsing regexp: missing closing ]: `[`"},
	{"condition that is too long", with("routes:\n  - {when: '" + strings.Repeat("true && ", 3000) + "true', service: rest}\n  - {service: rest}\n"), "2:12: condition: expression code point size exceeds limit: size: 24004, limit 16384"},
	{"empty condition", with("routes:\n  - {when: '', service: rest}\n  - {service: rest}\n"), "2:12: an empty condition ~ write one in CEL, or leave when: out so that it always holds"},
	{"route to nowhere", with("routes:\n  - {when: 'true'}\n  - {service: rest}\n"), "2:5: a route without a service ~ add service: with the id of a service"},
	{"route twice", with("routes:\n  - {when: 'labels.a == \"b\"', service: rest}\n  - {when: 'labels.a == \"b\"', service: rest}\n  - {service: rest}\n"), "?3:5: never reached: the route in line 2 has the same condition ~ remove one of them"},
	{"route never reached", with("routes:\n  - {service: rest}\n  - {when: 'true', service: rest}\n"), "?3:5: never reached: the route in line 2 takes everything ~ put it above"},

	{"priority", with("priorities: {critical: P0}\n"), `1:24: "P0" is not a priority ~ use one of P1, P2, P3, P4, P5`},
	{"severity twice", with("priorities: {high: P1, High: P2}\n"), `1:24: severity "High" is given twice: upper and lower case are the same ~ remove one of them`},
	{"severity with a slip", with("priorities: {critcal: P1}\n"), `?1:14: severity "critcal" is one letter off a usual one ~ did you mean "critical"?`},
	{"no severity", with("priorities: {'': P1}\n"), `1:14: "" is not a severity ~ write it in letters and digits, such as critical`},

	{"secret inline", with("intake: {keys: {k: {secret: hunter2}}}\n"), "1:29: a secret must not be written into the catalog ~ write secret: {env: NAME} or {file: PATH}, and keep the value there"},
	{"secret in braces", with("intake: {keys: {k: {secret: {hunter2}}}}\n"), "1:29: a secret needs env: or file: ~ write secret: {env: NAME} or {file: PATH}, and keep the value there | 1:30: unknown key ~ use one of env, file"},
	{"secret instead of its name", with("intake: {keys: {k: {secret: {env: hunter2-!}}}}\n"), "1:35: this is not the name of an environment variable ~ env holds the name, never the value"},
	{"secret of two places", with("intake: {keys: {k: {secret: {env: A, file: /b}}}}\n"), "1:29: a secret with both env and file ~ keep one of the two"},
	{"key without secret", with("intake: {keys: {k: {}}}\n"), `1:17: an intake key without a secret ~ write secret: {env: NAME} or {file: PATH}, and keep the value there`},
	{"key in the place of its name", with("intake: {keys: {'hunter2!': {secret: {env: K}}}}\n"), "1:17: this is not an id: 1 to 64 letters, digits, '-' or '_', the first a letter or digit"},
	{"webhook scheme", with("people: {ana: {contact: [{webhook: {url: 'ftp://hunter2.example.com'}}]}}\n"), "1:42: a webhook URL starts with http:// or https:// ~ write it like https://push.example.com/ana"},
	{"webhook with user", with("people: {ana: {contact: [{webhook: {url: 'https://u:hunter2@example.com'}}]}}\n"), "1:42: a webhook URL must not carry a user or password ~ sign with secret: {env: NAME} instead"},
	{"webhook that is no URL", with("people: {ana: {contact: [{webhook: {url: 'http://[hunter2'}}]}}\n"), "1:42: this is not a URL ~ write it like https://push.example.com/ana"},
	{"webhook without host", with("people: {ana: {contact: [{webhook: {url: 'https:///hunter2'}}]}}\n"), "1:42: a webhook URL needs a host ~ write it like https://push.example.com/ana"},
	{"webhook without URL", with("people: {ana: {contact: [{webhook: {secret: {env: A}}}]}}\n"), `1:36: a webhook without a URL ~ add url: "https://…"`},
	{"webhook to an inner address", with("people: {ana: {contact: [{webhook: {url: 'http://10.1.2.3/x'}}]}}\n"), `?1:42: this webhook is at an inner address that egress does not allow ~ add "10.1.2.3/32" to egress.allow`},
	{"egress", with("egress: {allow: [10.0.0.0/33]}\n"), `1:18: "10.0.0.0/33" is not an address range ~ write it like 10.0.0.0/8`},
	{"egress with an address", with("egress: {allow: [10.0.0.1]}\n"), `1:18: "10.0.0.1" is not an address range ~ write 10.0.0.1/32`},

	{"mail without sender", with("channels: {email: {smtp: 'smtp://h:25'}}\n"), "1:19: channels.email without from ~ add from: tocsin@example.com"},
	{"mail without server", with("channels: {email: {from: t@example.com}}\n"), "1:19: channels.email without smtp ~ add smtp: smtp://host:port"},
	{"mail server", with("channels: {email: {smtp: mail.example.com, from: t@example.com}}\n"), "1:26: this is not the URL of a mail server ~ write it like smtp://mail.example.com:587 or smtps://mail.example.com:465"},
	{"mail server with a password", with("channels: {email: {smtp: 'smtp://u:hunter2@h:25', from: t@example.com}}\n"), "1:26: the URL of a mail server must not carry a user or password ~ use user: and password: {env: NAME}"},
	{"mail server without port", with("channels: {email: {smtp: 'smtp://h', from: t@example.com}}\n"), "1:26: the URL of a mail server needs a port ~ write it like smtp://mail.example.com:587 or smtps://mail.example.com:465"},
	{"mail password without user", with("channels: {email: {smtp: 'smtp://h:25', from: t@example.com, password: {env: P}}}\n"), "1:19: channels.email with a password but no user ~ add user:"},
}

func TestFaults(t *testing.T) {
	for _, tt := range slices.Concat(faultTable, policyFaults, priorityFaults) {
		t.Run(tt.name, func(t *testing.T) {
			c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(tt.text)})
			require.Equal(t, tt.want, strings.Join(shown(faults), " | "), "%s", tt.text)
			require.Equal(t, c == nil, catalog.Refused(faults))
			require.NotContains(t, strings.Join(texts(faults), ""), "hunter2")
		})
	}
}

// shown writes faults as the table does.
func shown(faults []catalog.Fault) []string {
	all := texts(faults)
	for i, f := range faults {
		all[i] = strings.TrimPrefix(all[i], "catalog.yaml:")
		if f.Warning {
			all[i] = "?" + all[i]
		}
		if f.Hint != "" {
			all[i] += " ~ " + f.Hint
		}
	}
	return all
}

func TestEveryFaultAtOnce(t *testing.T) {
	_, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(with("teams: {t: {lead: an, wages: 1}}\npolicies: {p: {levels: [{page: [person:ana], ack_within: soon}], repeat: -1}}\n"))})
	require.Equal(t, []string{
		`catalog.yaml:1:19: there is no person "an"`,
		`catalog.yaml:1:23: unknown key "wages"`,
		`catalog.yaml:2:58: "soon" is not a duration`,
		`catalog.yaml:2:74: expected a whole number from 0 to 100`,
	}, texts(faults))
}

func TestFaultsOfSeveralFiles(t *testing.T) {
	_, faults := catalog.Parse(map[string][]byte{
		"a.yaml": []byte(with("") + "channels: {email: {smtp: 'smtp://h:25', from: t@example.com}}\n"),
		"b.yaml": []byte("teams:\n  t: {}\nchannels: {email: {smtp: 'smtp://h:25', from: t@example.com}}\n"),
	})
	require.Equal(t, []string{
		`b.yaml:2:3: team "t" is given twice, first at a.yaml:3:9`,
		`b.yaml:3:19: channels.email is given twice, first at a.yaml:8:19`,
	}, texts(faults))

	_, faults = catalog.Parse(map[string][]byte{"a.yaml": []byte("{"), "b.yaml": []byte("services: {rest: {team: t}}\nroutes: [{when: 'x', service: rest}]\n")})
	require.Equal(t, []string{
		"a.yaml:2:1: YAML: did not find expected node content",
		"b.yaml:2:18: condition: undeclared reference to 'x'",
	}, texts(faults), "names of a broken file do not dangle")

	_, faults = catalog.Parse(nil)
	require.Equal(t, []string{"no service takes the alerts that no route places"}, texts(faults))
}
