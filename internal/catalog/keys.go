package catalog

// shape is a kind of mapping with fixed keys. Its name is that of its definition in
// schemas/catalog.v1.json; a test compares the keys of both.
type shape string

const (
	keysCatalog   shape = "catalog"
	keysPerson    shape = "person"
	keysContact   shape = "contact"
	keysWebhook   shape = "webhook"
	keysSecret    shape = "secret"
	keysNotify    shape = "notify"
	keysStep      shape = "step"
	keysTeam      shape = "team"
	keysSchedule  shape = "schedule"
	keysImport    shape = "ical"
	keysLayer     shape = "layer"
	keysWindow    shape = "window"
	keysCalendar  shape = "calendar"
	keysService   shape = "service"
	keysRoute     shape = "route"
	keysPolicy    shape = "policy"
	keysLevel     shape = "level"
	keysExhausted shape = "exhausted"
	keysTrigger   shape = "trigger"
	keysSuggested shape = "suggestions"
	keysFollowed  shape = "followed"
	keysMatrix    shape = "priority_matrix"
	keysTargets   shape = "targets"
	keysTarget    shape = "target"
	keysChat      shape = "chat"
	keysIntake    shape = "intake"
	keysIntakeKey shape = "intake_key"
	keysEgress    shape = "egress"
	keysChannels  shape = "channels"
	keysEmail     shape = "email_channel"
)

// shapes holds the keys of each kind of mapping.
var shapes = map[shape][]string{
	keysCatalog: {
		"people", "teams", "schedules", "services", "routes", "policies", "priorities", "priority_matrix", "targets",
		"calendars", "chats", "webhooks", "intake", "egress", "channels",
	},
	keysPerson:   {"name", "timezone", "manager", "contact", "notify"},
	keysContact:  {"id", "webhook", "email", "console"},
	keysWebhook:  {"url", "secret"},
	keysSecret:   {"env", "file"},
	keysNotify:   {High, Low},
	keysStep:     {"via", "after"},
	keysTeam:     {"name", "lead", "members", "schedule", "policy"},
	keysSchedule: {"timezone", "layers", "ical", "holidays"},
	keysImport:   {"url", "file", "refresh", "names"},
	keysLayer:    {"rotation", "every", "handoff", "start", "end", "people", "only", "on_holidays"},
	keysWindow:   {"days", "from", "to"},
	keysCalendar: {"timezone", "hours", "holidays"},
	keysService:  {"team", "policy", "owner", "tier", "impact", "calendar", "targets", "runbook", "depends_on"},
	keysRoute:    {"when", "service"},
	keysPolicy: {
		"levels", "repeat", "exhausted", "triggers", "if_not_resolved_within", "unacknowledge_after", "reopen_within", "suggestions",
	},
	keysLevel: {
		"page", "when", "urgency", "responders", "minimum_responders", "ack_within", "repeat", "kind", "hold_until",
		"skip_if_empty", "to",
	},
	keysExhausted: {"page", "kind", "to", "priority"},
	keysTrigger: {
		"on", "after", "repeat", "at", "to_priority", "more_than", "times_usual", "within", "by", "when",
		"page", "kind", "climb", "to", "priority",
	},
	keysSuggested: {"escalate"},
	keysFollowed:  {"at", "min", "act"},
	keysMatrix:    {"impact", "urgency", "priorities", "severities", "default_impact"},
	keysTargets:   {"P1", "P2", "P3", "P4", "P5"},
	keysTarget:    {"response", "resolution", "at_risk", "calendar", "pause"},
	keysChat:      {"name", "contact"},
	keysIntake:    {"keys"},
	keysIntakeKey: {"secret", "service"},
	keysEgress:    {"allow"},
	keysChannels:  {"email"},
	keysEmail:     {"smtp", "from", "user", "password", "timeout"},
}
