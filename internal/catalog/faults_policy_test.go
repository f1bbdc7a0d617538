package catalog_test

import "strings"

// policyText returns the sound catalog with a policy p whose keys besides one level are text.
func policyText(text string) string {
	return with("policies: {p: {levels: [{page: [person:ana]}], " + text + "}}\n")
}

// levelText returns the sound catalog with one more level.
func levelText(text string) string {
	return with("policies: {p: {levels: [{page: [person:ana]}, {" + text + "}]}}\n")
}

// triggerText returns the sound catalog with one trigger.
func triggerText(text string) string { return policyText("triggers: [{" + text + "}]") }

// teams returns the sound catalog with a team b besides, and policies p and b.
func teams(p, b string) string {
	return with("policies:\n  p: " + p + "\n  b: " + b + "\nteams: {t: {lead: ana, members: [ana], policy: p}, b: {members: [ana]}, c: {}}\n")
}

// twoLevels returns the sound catalog with a policy of two levels that follows suggestions to escalate.
func twoLevels(escalate string) string {
	return with("policies: {p: {levels: [{page: [person:ana]}, {page: [person:ana]}], suggestions: {escalate: " + escalate + "}}}\n")
}

const oneLevel = "{levels: [{page: [person:ana]}]}"

// gaps returns the sound catalog with a schedule that has nobody on call at some times.
func gaps(policies, teamKeys string) string {
	return with("policies: {p: " + policies + "}\nschedules: {office: {timezone: UTC, layers: [{start: 2026-01-05, people: [ana], only: [Mon-Fri 09:00-17:00]}]}}\nteams: {t: {" + teamKeys + "}}\n")
}

var policyFaults = []faultCase{
	{"target behind a person", levelText("page: [person:ana:x]"), `1:55: "person:ana:x" is not a target: unknown part "x" ~ write person:ana`},
	{"target behind a team", levelText("page: [team:t:robin]"), `1:55: "team:t:robin" is not a target: unknown part "robin" ~ use one of round_robin, on_call`},
	{"target behind a schedule", levelText("page: [schedule:s:on_call]"), `1:55: "schedule:s:on_call" is not a target: unknown part "on_call" ~ use round_robin`},
	{"target behind a chat", levelText("page: [chat:x:y]"), `1:55: "chat:x:y" is not a target: unknown part "y" ~ write chat:x`},
	{"dangling chat", levelText("page: [chat:ops]"), `1:55: there is no chat "ops"`},
	{"dangling webhook", levelText("page: [webhook:status]"), `1:55: there is no webhook "status"`},
	{"dangling team of a role", levelText("page: [role:lead:ops]"), `1:55: there is no team "ops"`},
	{"dangling person of a role", levelText("page: [role:manager:bo]"), `1:55: there is no person "bo"`},
	{"dangling service of a role", levelText("page: [role:owner:db]"), `1:55: there is no service "db"`},
	{"behind the holder", levelText("page: [role:holder:ana]"), `1:55: role:holder takes no name ~ write role:holder`},
	{"role of nothing", levelText("page: ['role:lead:']"), `1:55: "role:lead:" names no team ~ write it like role:lead:NAME`},
	{"round robin of nothing", levelText("page: ['team:t:']"), `1:55: "team:t:" is not a target: unknown part "" ~ use one of round_robin, on_call`},
	{"target twice", levelText("page: [person:ana, person:ana]"), `?1:67: "person:ana" is given twice ~ remove one of them`},
	{"too many targets", levelText("page: [" + strings.Repeat("person:ana, ", 1001) + "]"), `1:54: more than 1000 targets in one list`},
	{"too many levels", with("policies: {p: {levels: [" + strings.Repeat("{page: [person:ana]}, ", 101) + "]}}\n"), `1:24: more than 100 levels in one policy`},
	{"too many triggers", policyText("triggers: [" + strings.Repeat("{on: open, after: 1h, page: [person:ana]}, ", 101) + "]"), `1:58: more than 100 triggers in one policy`},
	{"team without a schedule", levelText("page: [team:t:on_call]"), `1:55: team "t" has no schedule ~ add schedule: to the team`},
	{"chat without contact", with("chats: {ops: {name: Ops}}\n"), `1:9: chat "ops" has no contact method ~ add one, such as: contact: [{webhook: {url: "https://chat.example.com/hook"}}]`},
	{"chat with an unknown key", with("chats: {ops: {notify: [], contact: [{console: true}]}}\n"), `1:15: unknown key "notify" ~ use one of contact, name`},
	{"webhook that is nothing", with("webhooks: {status: }\n"), `1:12: webhook "status" has no URL ~ add url: "https://…"`},
	{"webhook with a user", with("webhooks: {status: {url: 'https://u:hunter2@example.com'}}\n"), `1:26: a webhook URL must not carry a user or password ~ sign with secret: {env: NAME} instead`},
	{"webhook to an inner address as a target", with("webhooks: {status: {url: 'http://10.1.2.3/x'}}\n"), `?1:26: this webhook is at an inner address that egress does not allow ~ add "10.1.2.3/32" to egress.allow`},
	{"dangling schedule of a team", with("teams: {t: {schedule: nights, members: [ana]}}\n"), `1:23: there is no schedule "nights"`},
	{"dangling policy of a team", with("teams: {t: {policy: nights, members: [ana]}}\n"), `1:21: there is no policy "nights"`},

	{"urgency of a level", levelText("page: [person:ana], urgency: medium"), `1:77: "medium" is not an urgency ~ use one of high, low`},
	{"responders", levelText("page: [person:ana], responders: 0"), `1:80: expected a whole number from 1 to 100`},
	{"responders twice", levelText("page: [person:ana], responders: 2, minimum_responders: 2"), `1:103: responders and minimum_responders are the same ~ keep one of the two`},
	{"minimum responders", levelText("page: [person:ana], minimum_responders: many"), `1:88: expected a whole number from 1 to 100`},
	{"repeat of a level", levelText("page: [person:ana], repeat: 101"), `1:76: expected a whole number from 0 to 100`},
	{"suggestion of an unknown kind", policyText("suggestions: {team: {act: true}}"), `1:62: unknown key "team" ~ use escalate`},
	{"suggestion that does not say", twoLevels("{at: 90%}"), `1:94: escalate needs act: ~ add act: true, or leave suggestions: out`},
	{"suggestion at a guess", twoLevels("{at: 49%, act: true}"), `1:99: a suggestion that acts needs at least 50% ~ write it like 80%`},
	{"suggestion at certainty", twoLevels("{at: 100%, act: true}"), `1:99: expected a percentage from 1% to 99% ~ write it like 75%`},
	{"suggestion at a number", twoLevels("{at: 0.8, act: true}"), `1:99: expected a percentage from 1% to 99% ~ write it like 75%`},
	{"suggestion of too few", twoLevels("{min: 4, act: true}"), `1:100: expected a whole number from 5 to 20`},
	{"suggestion that may act", twoLevels("{act: maybe}"), `1:100: expected true or false, found text`},
	{"suggestion of nothing", policyText("suggestions: {escalate: {act: true}}"), `1:78: there is no second level to escalate to ~ add a level`},
	{"suggestions in a list", policyText("suggestions: [escalate]"), `1:61: expected a mapping, found a list`},
	{"hold", levelText("page: [person:ana], hold_until: monday"), `1:80: "monday" is not a value of hold_until ~ use one of working_hours, on_call`},
	{"hold without a schedule", levelText("page: [person:ana], hold_until: on_call"), `1:80: hold_until: on_call in a level without a schedule ~ name one, such as: page: [schedule:payments-primary]`},
	{"hold without a calendar", levelText("page: [person:ana], hold_until: working_hours"), `?1:80: no service of policy "p" has a calendar: all hours are working hours ~ add calendar: to a service`},
	{"skip", levelText("page: [person:ana], skip_if_empty: sure"), `1:83: expected true or false, found text`},
	{"level with nobody in its list", levelText("page: []"), `1:47: the level pages nobody ~ name whom to page, such as: page: [person:ana]`},
	{"level to nowhere", levelText("to: ops"), `1:52: there is no team "ops"`},
	{"keys of a level that hands over", teams("{levels: [{page: [person:ana]}, {to: b, responders: 2, ack_within: 5m}]}", oneLevel), `?2:58: responders has no effect in a level that only hands over ~ leave it out | ?2:73: ack_within has no effect in a level that only hands over ~ leave it out`},
	{"hold of a level that hands over", teams("{levels: [{page: [person:ana]}, {to: b, hold_until: on_call}]}", oneLevel), `2:58: hold_until: on_call in a level without a schedule ~ name one, such as: page: [schedule:payments-primary]`},
	{"trigger that hands over and climbs", teams("{levels: [{page: [person:ana]}], triggers: [{on: open, after: 1h, to: b, climb: next}]}", oneLevel), `?2:50: climb has no effect together with to: the team's own policy takes over ~ leave it out`},
	{"lead of the team that took over", with("policies:\n  p: {levels: [{page: [person:ana], to: b}, {page: [role:lead]}]}\nteams: {t: {lead: ana}, b: {members: [ana]}}\n"), `?2:53: level 2 of policy "p" pages nobody for team "b" ~ page a person, or whoever the team has`},
	{"never reached behind a hand-over", teams("{levels: [{to: b}, {page: [person:ana]}], exhausted: {page: [person:ana]}}", oneLevel), `?2:25: never reached: level 1 of policy "p" hands over ~ put it above | ?2:59: never reached: level 1 of policy "p" hands over ~ leave it out`},

	{"condition of a level with an unknown name", levelText("page: [person:ana], when: 'prority == \"P1\"'"), `1:75: condition: undeclared reference to 'prority' (did you mean 'priority'?) ~ use one of severity, priority, labels, service, team, tier, alerts, open_for, acknowledged, level, round, now, working_hours(), holiday()`},
	{"condition of a level with a word of routes", levelText("page: [person:ana], when: 'summary == \"x\"'"), `1:75: condition: undeclared reference to 'summary' ~ use one of severity, priority, labels, service, team, tier, alerts, open_for, acknowledged, level, round, now, working_hours(), holiday()`},
	{"condition of a level of the wrong type", levelText("page: [person:ana], when: 'alerts > \"3\"'"), `1:82: condition: found no matching overload for '_>_' applied to '(int, string)'`},
	{"condition of a level that is no condition", levelText("page: [person:ana], when: tier"), `1:74: condition: a condition is true or false, this is int`},
	{"empty condition of a level", levelText("page: [person:ana], when: ''"), `1:74: an empty condition ~ write one in CEL, or leave when: out so that it always holds`},
	{"dangling calendar of a condition", levelText("page: [person:ana], when: 'tier > 1 && working_hours(\"offce\")'") + "calendars: {office: {timezone: UTC}}\n", `1:101: there is no calendar "offce" ~ did you mean "office"?`},
	{"calendar of a condition that is a number", levelText("page: [person:ana], when: 'holiday(5)'"), `1:82: condition: found no matching overload for 'holiday' applied to '(int)'`},
	{"zone of a condition", levelText("page: [person:ana], when: 'now.getHours(\"Madrid\") < 9'"), `1:88: condition: "Madrid" is not a time zone`},
	{"zone of a condition that is no word", levelText("page: [person:ana], when: 'now.getHours(team) < 9'"), `1:88: condition: the time zone must be a text in quotes, such as "Europe/Madrid"`},
	{"zone of something that is no instant", levelText("page: [person:ana], when: 'team.getHours(\"UTC\") < 9'"), `1:88: condition: found no matching overload for 'getHours' applied to '(string, string)'`},
	{"the hidden name", levelText("page: [person:ana], when: 'working_hours(@moment, \"\")'"), `1:89: condition: Syntax error: token recognition error at: '@'`},
	{"too many words for a calendar", levelText("page: [person:ana], when: 'working_hours(\"a\", \"b\")'"), `1:88: condition: found no matching overload for 'working_hours' applied to '(string, string)'`},
	{"a condition in a second line", with("policies:\n  p:\n    levels:\n      - page: [person:ana]\n        when: >-\n          tier == 1 &&\n          holiday(\"xmas\")\n"), `6:32: there is no calendar "xmas"`},
	{"level with a condition that is never true", levelText("page: [person:ana], when: 'false && tier == 1'"), `?1:74: never reached: the condition of level 2 of policy "p" is never true ~ correct the condition, or remove the level`},
	{"condition that costs too much to watch is fine", levelText("page: [person:ana], when: 'labels.all(a, labels.all(b, labels.all(c, a + b + c != \"\")))'"), ``},

	{"level that may be empty", gaps("{levels: [{page: [schedule:office]}, {page: [role:lead]}]}", "lead: ana, members: [ana]"), `?1:33: level 1 of policy "p" may page nobody: schedule "office" has nobody on call at some times ~ page a chat or somebody who is always there, add hold_until: on_call, or say skip_if_empty: true`},
	{"level that may be empty, by the team's schedule", gaps("{levels: [{page: [team:t:on_call, 'role:owner']}, {page: [person:ana]}]}", "schedule: office, members: [ana]"), `?1:33: level 1 of policy "p" may page nobody: schedule "office" has nobody on call at some times ~ page a chat or somebody who is always there, add hold_until: on_call, or say skip_if_empty: true`},
	{"level that may be empty, by a manager", with("people:\n  ana: {manager: bo, contact: [{console: true}]}\n  bo: {contact: [{console: true}]}\nschedules: {s: {timezone: UTC, layers: [{start: 2026-01-05, people: [ana, bo]}]}}\npolicies: {p: {levels: [{page: [schedule:s]}, {page: [role:manager]}]}}\n"), `?5:55: level 2 of policy "p" may page nobody: manager of "bo" is not given ~ page a chat or somebody who is always there, add hold_until: on_call, or say skip_if_empty: true`},
	{"level of the holder", levelText("page: [role:holder]"), `?1:55: level 2 of policy "p" may page nobody: nobody may have the incident yet ~ page a chat or somebody who is always there, add hold_until: on_call, or say skip_if_empty: true`},

	{"exhausted that does nothing", policyText("exhausted: {kind: functional}"), `1:59: exhausted does nothing ~ add page: [role:lead], to: or priority:`},
	{"exhausted with a climb", policyText("exhausted: {climb: 1}"), `1:59: exhausted does nothing ~ add page: [role:lead], to: or priority: | 1:60: unknown key "climb" ~ use one of kind, page, priority, to`},
	{"exhausted that is text", policyText("exhausted: ana"), `1:59: expected a mapping, found text`},
	{"exhausted that pages nobody", policyText("exhausted: {page: []}"), `1:66: page: is empty ~ leave it out, or name somebody: page: [role:lead]`},
	{"not resolved within", policyText("if_not_resolved_within: 0s"), `1:72: a duration of zero makes no sense here`},

	{"trigger that is nothing", policyText("triggers: [~]"), `1:59: expected a mapping, found nothing`},
	{"trigger that is text", policyText("triggers: [unresolved]"), `1:59: expected a mapping, found text`},
	{"trigger on nothing", triggerText("page: [person:ana]"), `1:59: a trigger without on: ~ add on: with one of unacknowledged, unresolved, open, response, resolution, priority_raised, nobody, undeliverable, spike`},
	{"trigger on something unknown", triggerText("on: boredom, page: [person:ana]"), `1:64: "boredom" is not a value of on ~ use one of unacknowledged, unresolved, open, response, resolution, priority_raised, nobody, undeliverable, spike`},
	{"trigger needs after:", triggerText("on: open, page: [person:ana]"), `1:59: on: open needs after: ~ add after: 30m`},
	{"trigger that does nothing", triggerText("on: open, after: 1h"), `1:59: a trigger that does nothing ~ add page: [role:lead], climb: next, to: or priority:`},
	{"trigger with keys of others", triggerText("on: nobody, after: 1h, at: 75%, page: [person:ana]"), `?1:59: never fires: every level of policy "p" pages people by name ~ remove the trigger | 1:79: after cannot be used with on: nobody ~ leave it out | 1:87: at cannot be used with on: nobody ~ leave it out`},
	{"trigger with a percentage", triggerText("on: response, at: 0.8, page: [person:ana]"), `?1:59: never fires: no service of policy "p" has a response goal ~ add one under targets | 1:78: expected a percentage from 1% to 1000% ~ write it like 75%`},
	{"trigger with too large a percentage", triggerText("on: response, at: 2000%, page: [person:ana]"), `?1:59: never fires: no service of policy "p" has a response goal ~ add one under targets | 1:78: expected a percentage from 1% to 1000% ~ write it like 75%`},
	{"trigger with a priority", triggerText("on: priority_raised, to_priority: high, page: [person:ana]"), `1:94: "high" is not a priority ~ use one of P1, P2, P3, P4, P5`},
	{"trigger with a new priority", triggerText("on: open, after: 1h, priority: P0"), `1:91: "P0" is not a priority ~ use one of P1, P2, P3, P4, P5`},
	{"trigger that climbs too high", triggerText("on: open, after: 1h, climb: 2"), `1:88: there is no level 2 in policy "p", which has 1 level ~ write next, or a number from 1 to 1`},
	{"trigger that climbs nowhere", triggerText("on: open, after: 1h, climb: up"), `1:88: "up" is not a level ~ write climb: next, or the number of a level`},
	{"trigger to nowhere", triggerText("on: open, after: 1h, to: ops"), `1:85: there is no team "ops"`},
	{"kind without page", triggerText("on: open, after: 1h, climb: next, kind: functional"), `?1:100: kind has no effect where nobody is paged ~ leave it out`},
	{"spike of nothing", triggerText("on: spike, page: [person:ana]"), `1:59: a spike needs more_than: or times_usual: ~ add more_than: 50 or times_usual: 5 | 1:59: a spike needs within: ~ add within: 10m`},
	{"spike of both", triggerText("on: spike, more_than: 5, times_usual: 5, within: 5m, page: [person:ana]"), `1:98: a spike is more_than a number or times_usual, not both ~ keep one of the two`},
	{"spike of too few times", triggerText("on: spike, times_usual: 1, within: 5m, page: [person:ana]"), `1:84: expected a whole number from 2 to 1000`},
	{"spike of none", triggerText("on: spike, more_than: 0, within: 5m, page: [person:ana]"), `1:82: expected a whole number from 1 to 1000000`},
	{"condition of a trigger", triggerText("on: open, after: 1h, page: [person:ana], when: 'alerts'"), `1:108: condition: a condition is true or false, this is int`},

	{"trigger without a response target", triggerText("on: response, page: [person:ana]"), `?1:59: never fires: no service of policy "p" has a response goal ~ add one under targets`},
	{"trigger without a resolution target", with("targets: {P1: {response: 5m}}\npolicies: {p: {levels: [{page: [person:ana]}], triggers: [{on: response, page: [person:ana]}, {on: resolution, page: [person:ana]}]}}\n"), `?2:95: never fires: no service of policy "p" has a resolution goal ~ add one under targets`},
	{"trigger after the end of the acknowledgement", policyText("unacknowledge_after: 30m, triggers: [{on: unresolved, after: 31m}]"), `?1:109: never comes due: an acknowledgement is over after 30m0s ~ shorten it, or lengthen unacknowledge_after`},
	{"not resolved after the end of the acknowledgement", policyText("unacknowledge_after: 30m, if_not_resolved_within: 2h"), `?1:98: never comes due: an acknowledgement is over after 30m0s ~ shorten it, or lengthen unacknowledge_after`},
	{"trigger after the climb", teams("{levels: [{page: [person:ana], ack_within: 5m, repeat: 1}], repeat: 1, exhausted: {to: b}, triggers: [{on: unacknowledged, after: 21m, page: [person:ana]}]}", oneLevel), `?2:136: never comes due: the policy hands over after 20m0s at most ~ shorten it`},
	{"trigger on nobody where people are named", triggerText("on: nobody, page: [person:ana]"), `?1:59: never fires: every level of policy "p" pages people by name ~ remove the trigger`},
	{"trigger on any raise", triggerText("on: priority_raised, to_priority: P5, page: [person:ana]"), `?1:94: to_priority: P5 has no effect: every raise is to P4 or above ~ leave it out`},
	{"trigger that raises to what is reached", triggerText("on: priority_raised, to_priority: P2, priority: P2"), `?1:59: priority: P2 does nothing: the priority is P2 or above ~ leave priority: out, or name a more urgent one`},
	{"trigger that raises to the least", triggerText("on: open, after: 1h, priority: P5"), `?1:59: priority: P5 does nothing: a priority is only ever raised ~ leave priority: out, or name a more urgent one`},
	{"trigger twice", policyText("triggers: [{on: open, after: 1h, page: [person:ana]}, {on: open, after: 60m, page: [person:ana]}]"), `?1:102: the trigger in line 1 is the same ~ remove one of them`},
	{"trigger with a condition that is never true", triggerText("on: open, after: 1h, page: [person:ana], when: '1 > 2'"), `?1:59: never fires: its condition is never true ~ correct the condition, or remove the trigger`},

	{"hand-over to a team without a policy", teams("{levels: [{page: [person:ana]}, {to: c}], triggers: [{on: open, after: 1h, to: c}]}", oneLevel), `2:43: team "c" has no policy that could take over ~ give the team one: policy:, or a policy of its own name | 2:85: team "c" has no policy that could take over ~ give the team one: policy:, or a policy of its own name`},
	{"a level that pages and hands over needs no policy", teams("{levels: [{page: [person:ana], to: c}]}", oneLevel), ``},
	{"a team without a name", with("teams: {'': {}, t: {members: [ana]}}\n"), `1:9: "" is not an id: 1 to 64 letters, digits, '-' or '_', the first a letter or digit`},
	{"policies in a circle", teams("{levels: [{page: [person:ana]}], exhausted: {to: b}}", "{levels: [{page: [person:ana]}, {to: t}]}"), `2:55: policies hand over in a cycle: p → b → p ~ remove one of them`},
	{"a policy that leads to itself", teams("{levels: [{page: [person:ana]}, {to: t}]}", oneLevel), `2:43: policies hand over in a cycle: p → p ~ remove one of them`},
	{"a circle through a trigger", teams("{levels: [{page: [person:ana]}], triggers: [{on: open, after: 1h, to: b}]}", "{levels: [{page: [person:ana]}, {to: t}]}"), `?2:76: this hand-over may lead back here: p → b → p ~ a trigger fires once, so this ends; check that it is meant`},
	{"nobody behind a hand-over", with("policies:\n  p: {levels: [{to: b}]}\n  b: {levels: [{page: [role:lead]}]}\nteams: {t: {policy: p}, b: {}}\n"), `?3:24: level 1 of policy "b" pages nobody for team "b" ~ page a person, or whoever the team has | 8:12: no person can be reached from service "rest": policy "p" pages nobody ~ name a person, or a schedule with people, in one of its levels`},
}

var priorityFaults = []faultCase{
	{"calendar without a zone", with("calendars: {office: {}}\n"), `1:13: calendar "office" has no timezone ~ add one, such as: timezone: Europe/Madrid`},
	{"calendar with an unknown zone", with("calendars: {office: {timezone: Madrid}}\n"), `1:32: "Madrid" is not a time zone ~ use an IANA name such as Europe/Madrid or UTC`},
	{"calendar without hours", with("calendars: {office: {timezone: UTC, hours: []}}\n"), `1:44: no hours: nobody would ever work ~ leave it out for all hours, or write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`},
	{"hours", with("calendars: {office: {timezone: UTC, hours: [Mon-Fri 9-5]}}\n"), `1:45: "Mon-Fri 9-5" is not a window ~ write it like "Mon-Fri 09:00-17:00" or {days: [Mon, Tue], from: "09:00", to: "17:00"}`},
	{"holiday of a calendar", with("calendars: {office: {timezone: UTC, holidays: [Xmas]}}\n"), `1:48: "Xmas" is not a date ~ write it like 2026-01-05`},
	{"calendar twice", with("calendars:\n  a: {timezone: UTC}\n  a: {timezone: UTC}\n"), `3:3: calendar "a" is given twice, first at catalog.yaml:2:3 ~ remove one of them`},
	{"dangling calendar", with("services: {rest: {team: t, policy: p, calendar: office}}\n"), `1:49: there is no calendar "office"`},
	{"dangling owner", with("services: {rest: {team: t, policy: p, owner: bo}}\n"), `1:46: there is no person "bo"`},

	{"matrix of nothing", with("priority_matrix: {}\n"), `1:18: priority_matrix without impact ~ name them, such as: impact: [high, medium, low] | 1:18: priority_matrix without urgency ~ name them, such as: urgency: [high, medium, low]`},
	{"matrix that is a list", with("priority_matrix: []\n"), `1:18: expected a mapping, found a list`},
	{"matrix with a row too few", with("priority_matrix: {impact: [high, low], urgency: [high, low], priorities: [[P1, P2]]}\n"), `1:74: 1 row for 2 impacts ~ write one row for each impact`},
	{"matrix with a column too few", with("priority_matrix: {impact: [high, low], urgency: [high, low], priorities: [[P1, P2], [P3]]}\n"), `1:85: 1 column for 2 urgencies ~ write one priority for each urgency`},
	{"matrix without priorities", with("priority_matrix: {impact: [high], urgency: [high]}\n"), `1:18: priority_matrix without priorities ~ write one row for each impact, such as: - [P1, P2, P3]`},
	{"matrix with a row that is nothing", with("priority_matrix: {impact: [high], urgency: [high], priorities: [~]}\n"), `1:65: expected a list, found nothing`},
	{"matrix with a cell that is no priority", with("priority_matrix: {impact: [high], urgency: [high, low], priorities: [[P0, ~]]}\n"), `1:71: "P0" is not a priority ~ use one of P1, P2, P3, P4, P5 | 1:75: expected a priority, found nothing`},
	{"word in upper case", with("priority_matrix: {impact: [High, ~], urgency: [high, high], priorities: [[P1, P1], [P1, P1]]}\n"), `1:28: "High" is not a word for impact ~ write it in lower case, such as high | 1:34: expected a word, found nothing | 1:54: urgency "high" is given twice ~ remove one of them`},
	{"dangling urgency", with("priority_matrix: {impact: [high], urgency: [high, low], priorities: [[P1, P2]], severities: {critical: hihg, Critical: low, info: }}\n"), `1:104: there is no urgency "hihg" ~ did you mean "high"? | 1:110: severity "Critical" is given twice: upper and lower case are the same ~ remove one of them | 1:131: expected an urgency, found nothing`},
	{"dangling default impact", with("priority_matrix: {impact: [high], urgency: [high], priorities: [[P1]], default_impact: low}\n"), `1:88: there is no impact "low"`},
	{"dangling impact", with("services: {rest: {team: t, policy: p, impact: high}}\n"), `1:47: there is no impact "high"`},

	{"target of no priority", with("targets: {P0: {response: 5m}}\n"), `1:11: "P0" is not a priority ~ use one of P1, P2, P3, P4, P5`},
	{"target of nothing", with("targets: {P1: {}}\n"), `1:11: a goal needs response: or resolution: ~ add response: 15m or resolution: 4h`},
	{"target with a bad duration", with("targets: {P1: {response: soon, resolution: -4h}}\n"), `1:26: "soon" is not a duration ~ write it like 90s, 5m or 1h30m | 1:44: a duration cannot be negative ~ write it like 90s, 5m or 1h30m`},
	{"target at risk from the start", with("targets: {P1: {response: 5m, at_risk: 0%}}\n"), `1:39: expected a percentage from 1% to 99% ~ write it like 75%`},
	{"target at risk too late", with("targets: {P1: {response: 5m, at_risk: 100%}}\n"), `1:39: expected a percentage from 1% to 99% ~ write it like 75%`},
	{"target that pauses", with("targets: {P1: {response: 5m, pause: [weekends, ~]}}\n"), `1:38: "weekends" does not pause a goal ~ use snoozed | 1:48: expected a word, found nothing`},
	{"target with an unknown calendar", with("targets: {P1: {response: 5m, calendar: office}}\n"), `1:40: there is no calendar "office"`},
	{"target that is not sane", with("targets: {P1: {response: 5h, resolution: 4h}}\n"), `?1:11: the response may take 5h0m0s, longer than the resolution (4h0m0s) ~ shorten response: or lengthen resolution:`},
	{"target of a service that is not sane", with("targets: {P1: {response: 5m, resolution: 4h}}\nservices: {rest: {team: t, policy: p, targets: {P1: {response: 5h}, P6: {}}}}\n"), `?2:49: the response may take 5h0m0s, longer than the resolution (4h0m0s) ~ shorten response: or lengthen resolution: | 2:69: unknown key "P6" ~ did you mean "P1"?`},
}
