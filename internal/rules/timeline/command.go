package timeline

// wishes are the commands as what they ask for.
var wishes = map[string]string{
	"acknowledgement.received":  "acknowledge it",
	"acknowledgement.withdrawn": "give it back",
	"resolution.received":       "resolve it",
	"reopening.received":        "reopen it",
	"escalation.received":       "escalate it",
	"note.received":             "leave a note",
	"snooze.received":           "snooze it",
	"snooze.withdrawn":          "wake it",
	"assignment.received":       "assign it",
	"responders.requested":      "ask for help",
	"priority.received":         "change its priority",
	"merge.received":            "merge it into another",
	"split.received":            "split it",
	"role.received":             "change who has a role",
	"task.received":             "note a task",
	"task.completed":            "complete a task",
	"document.received":         "add a document",
	"closure.received":          "close it",
	"problem.received":          "open a problem",
	"problem.link_received":     "link an incident to a problem",
	"problem.link_withdrawn":    "unlink an incident from a problem",
	"problem.change_received":   "change a problem",
	"problem.closure_received":  "close a problem",
	"pause.received":            "pause its clocks",
	"pause.withdrawn":           "let its clocks run again",
	"clocks.cancelled":          "cancel its clocks",
}

// asked gives a command's name as what it asks for.
func asked(command string) string {
	if wish := wishes[command]; wish != "" {
		return wish
	}
	return "do " + command
}
