package catalog

// shapes holds the keys of each kind of mapping with fixed keys, by the name of its definition in
// schemas/catalog.v1.json. A test compares the keys of both.
var shapes = map[string][]string{
	"catalog": {
		"people", "teams", "schedules", "services", "routes", "policies", "priorities", "priority_matrix", "targets",
		"calendars", "chats", "webhooks", "intake", "egress", "channels",
	},
	"person":   {"name", "timezone", "manager", "contact", "notify"},
	"contact":  {"id", "webhook", "email", "console"},
	"webhook":  {"url", "secret"},
	"secret":   {"env", "file"},
	"notify":   {High, Low},
	"step":     {"via", "after"},
	"team":     {"name", "lead", "members", "schedule", "policy"},
	"schedule": {"timezone", "layers", "ical", "holidays"},
	"ical":     {"url", "file", "refresh", "names"},
	"layer":    {"rotation", "every", "handoff", "start", "end", "people", "only", "on_holidays"},
	"window":   {"days", "from", "to"},
	"calendar": {"timezone", "hours", "holidays"},
	"service":  {"team", "policy", "owner", "tier", "impact", "calendar", "targets", "runbook", "depends_on"},
	"route":    {"when", "service"},
	"policy": {
		"levels", "repeat", "exhausted", "triggers", "if_not_resolved_within", "unacknowledge_after", "reopen_within", "suggestions",
	},
	"level": {
		"page", "when", "urgency", "responders", "minimum_responders", "ack_within", "repeat", "kind", "hold_until",
		"skip_if_empty", "to",
	},
	"exhausted": {"page", "kind", "to", "priority"},
	"trigger": {
		"on", "after", "repeat", "at", "to_priority", "more_than", "times_usual", "within", "by", "when",
		"page", "kind", "climb", "to", "priority",
	},
	"suggestions":     {"escalate"},
	"followed":        {"at", "min", "act"},
	"priority_matrix": {"impact", "urgency", "priorities", "severities", "default_impact"},
	"targets":         {"P1", "P2", "P3", "P4", "P5"},
	"target":          {"response", "resolution", "at_risk", "calendar", "pause"},
	"chat":            {"name", "contact"},
	"intake":          {"keys"},
	"intake_key":      {"secret", "service"},
	"egress":          {"allow"},
	"channels":        {"email"},
	"email_channel":   {"smtp", "from", "user", "password", "timeout"},
}
