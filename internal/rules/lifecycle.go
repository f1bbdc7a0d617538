package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// SnoozeMax is the longest snooze.
const SnoozeMax = 30 * 24 * time.Hour

func (d *decider) snooze(i *Incident, ask events.SnoozeReceived) {
	switch {
	case !ask.Until.After(d.now):
		d.refuse(i, ask, "the end of the snooze is in the past")
		return
	case ask.Until.After(d.now.Add(SnoozeMax)):
		d.refuse(i, ask, "30 days is the longest snooze")
		return
	}
	d.emit(i, ask.By, ask.Note, events.IncidentSnoozed{By: ask.By, Until: ask.Until.UTC()})
	d.closePages(i, "the incident is snoozed")
	if goal, _ := i.goal(); goal.PauseSnoozed && len(i.Clocks) > 0 && !i.paused() {
		d.emit(i, ActorPolicy, "its clocks pause while it is snoozed", events.IncidentClocksPaused{})
	}
}

func (d *decider) wake(i *Incident, ask events.SnoozeWithdrawn) {
	d.endSnooze(i, ask.By, ask.Note)
	d.startEscalation(i, byWaking, d.in.Event.Time)
}

// endSnooze wakes the incident without starting an escalation.
func (d *decider) endSnooze(i *Incident, by, reason string) {
	d.emit(i, actorOf(by), reason, events.IncidentWoken{By: by})
	d.unpauseSnoozed(i)
}

// actorOf is the person who acted, or the policy where by is empty.
func actorOf(by string) string {
	if by == "" {
		return ActorPolicy
	}
	return by
}

func noSuchPerson(word string) string {
	return "the incident's catalog has no such person: " + strconv.Quote(strings.TrimPrefix(word, escalation.PersonPrefix))
}

// person returns the id in a word such as "person:ana", and whether the incident's catalog has it.
func (i *Incident) person(word string) (id string, known bool) {
	id = strings.TrimPrefix(word, escalation.PersonPrefix)
	return id, i.catalog.People[id] != nil
}

// assign makes a person responsible for the incident. Unless they assign it to themselves or hold it
// already, they are paged in place of the present level, and any acknowledgement ends.
func (d *decider) assign(i *Incident, ask events.AssignmentReceived) {
	id, known := i.person(ask.To)
	target := escalation.PersonPrefix + id
	switch {
	case !known:
		d.refuse(i, ask, noSuchPerson(ask.To))
		return
	case i.Assignee == target:
		d.refuse(i, ask, "it is assigned to "+id+" already")
		return
	}
	d.emit(i, ask.By, ask.Note, events.IncidentAssigned{To: target, Was: i.Assignee, By: ask.By})
	if i.Holder == target || strings.TrimPrefix(ask.By, escalation.PersonPrefix) == id {
		return
	}
	d.release(i, ask.By, "assigned to "+id)
	d.advance(i, move{
		to: i.present(), by: byAssignment, actor: ask.By, reason: ask.Note, again: true,
		targets: []escalation.Target{{Kind: escalation.Person, ID: id}},
	})
}

// The roles in the response to an incident.
var responseRoles = []string{"incident-manager", "communications", "scribe"}

func (d *decider) assignRole(i *Incident, ask events.RoleReceived) {
	id, known := i.person(ask.Person)
	person := ""
	switch {
	case !slices.Contains(responseRoles, ask.Role):
		d.refuse(i, ask, "a role is one of "+strings.Join(responseRoles, ", "))
		return
	case ask.Person == "":
	case !known:
		d.refuse(i, ask, noSuchPerson(ask.Person))
		return
	default:
		person = escalation.PersonPrefix + id
	}
	d.emit(i, ask.By, ask.Note, events.IncidentRoleAssigned{Role: ask.Role, Person: person, By: ask.By})
}

// maxTasks bounds the follow-ups of one incident.
const maxTasks = 1000

func (d *decider) addTask(i *Incident, ask events.TaskReceived) {
	owner := ask.Owner
	if owner != "" {
		id, known := i.person(owner)
		if !known {
			d.refuse(i, ask, noSuchPerson(owner))
			return
		}
		owner = escalation.PersonPrefix + id
	}
	switch {
	case strings.TrimSpace(ask.Text) == "":
		d.refuse(i, ask, "a task needs a text")
	case len(i.Tasks) >= maxTasks:
		d.refuse(i, ask, fmt.Sprintf("the incident has %d tasks, the maximum", maxTasks))
	default:
		d.emit(i, ask.By, ask.Note, events.IncidentTaskAdded{Task: len(i.Tasks) + 1, Text: ask.Text, Owner: owner, By: ask.By})
	}
}

func (d *decider) completeTask(i *Incident, ask events.TaskCompleted) {
	switch have := len(i.Tasks); {
	case have == 0:
		d.refuse(i, ask, "the incident has no tasks")
	case ask.Task < 1 || ask.Task > have:
		d.refuse(i, ask, "the incident has no such task; "+numbered("task", have))
	case i.Tasks[ask.Task-1]:
		d.refuse(i, ask, "the task is done already")
	default:
		d.emit(i, ask.By, ask.Note, events.IncidentTaskCompleted{Task: ask.Task, By: ask.By})
	}
}

// numbered says which numbers exist: "its tasks are 1 to 3".
func numbered(noun string, have int) string {
	if have == 1 {
		return "its only " + noun + " is 1"
	}
	return "its " + noun + "s are 1 to " + strconv.Itoa(have)
}

const maxDocuments = 50 // of one incident

// MaxDocument is the longest text of a document, in bytes: escaped as JSON it still fits in a record.
const MaxDocument = 48 << 10

// addDocument keeps a text with the incident for readers of its timeline.
func (d *decider) addDocument(i *Incident, ask events.DocumentReceived) {
	kind := ask.Type
	if kind == "" {
		kind = "text/markdown"
	}
	switch {
	case strings.TrimSpace(ask.Title) == "" || strings.TrimSpace(ask.Text) == "":
		d.refuse(i, ask, "a document needs a title and a text")
	case len(ask.Text) > MaxDocument:
		d.refuse(i, ask, "a document has 48 KiB at most; this one has "+strconv.Itoa(len(ask.Text))+" bytes")
	case i.Documents >= maxDocuments:
		d.refuse(i, ask, fmt.Sprintf("the incident has %d documents, the maximum", maxDocuments))
	default:
		d.emit(i, ask.By, ask.Note, events.IncidentDocumentAdded{
			Document: i.Documents + 1, Title: ask.Title, Type: kind, Text: ask.Text, By: ask.By,
		})
	}
}

// The outcomes of a closed incident.
var outcomes = []string{"fixed", "workaround", "duplicate", "false-alarm", "expected", "unexplained"}

// close resolves the incident if it is open, and keeps its alert from reopening it.
func (d *decider) close(i *Incident, ask events.ClosureReceived) {
	switch {
	case !slices.Contains(outcomes, ask.Outcome):
		d.refuse(i, ask, "an outcome is one of "+strings.Join(outcomes, ", "))
		return
	case i.Closed:
		d.refuse(i, ask, "it is closed already")
		return
	}
	if i.Status != incident.Resolved {
		d.end(i, ask.By, "", events.IncidentResolved{By: ask.By, How: "command"})
	}
	d.emit(i, ask.By, ask.Note, events.IncidentClosed{Outcome: ask.Outcome, Cause: ask.Cause, By: ask.By})
}
