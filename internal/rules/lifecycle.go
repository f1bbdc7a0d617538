package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// SnoozeMax is the longest that an incident can be left alone at once.
const SnoozeMax = 30 * 24 * time.Hour

// snooze leaves the incident alone until an instant.
func (d *decider) snooze(i *Incident, c events.Command, until time.Time) {
	switch {
	case !until.After(d.now):
		d.refuse(i, events.SnoozeReceived{}.Name(), c, "the instant to wake it is past")
		return
	case until.After(d.now.Add(SnoozeMax)):
		d.refuse(i, events.SnoozeReceived{}.Name(), c, "30 days is the longest snooze")
		return
	}
	d.emit(i, c.By, c.Note, events.IncidentSnoozed{By: c.By, Until: until.UTC()})
	d.closePages(i, "the incident is snoozed")
	if goal, _ := i.goal(); goal.PauseSnoozed && len(i.Clocks) > 0 && !i.paused() {
		d.emit(i, ActorPolicy, "its targets stand still while it is snoozed", events.IncidentClocksPaused{})
	}
}

// wake ends a snooze by hand.
func (d *decider) wake(i *Incident, c events.Command) { d.woken(i, c.By, c.Note, d.in.Event.Time) }

func (d *decider) woken(i *Incident, by, reason string, since time.Time) {
	d.stir(i, by, reason)
	d.startClimb(i, byWaking, since)
}

// stir ends a snooze without beginning to climb.
func (d *decider) stir(i *Incident, by, reason string) {
	actor := by
	if by == "" {
		actor = ActorPolicy
	}
	d.emit(i, actor, reason, events.IncidentWoken{By: by})
	d.unpauseSnoozed(i)
}

// noSuchPerson refuses a command that names somebody the incident's catalog does not know.
func noSuchPerson(word string) string {
	return "the incident's catalog has no such person: " + strconv.Quote(strings.TrimPrefix(word, escalation.PersonPrefix))
}

// person gives the id in a word such as "person:ana", and whether the catalog knows it.
func (i *Incident) person(word string) (id string, known bool) {
	id = strings.TrimPrefix(word, escalation.PersonPrefix)
	return id, i.catalog.People[id] != nil
}

// assign makes a person answerable. Who is given it by somebody else is paged, in the place of the
// present level, and nobody has acknowledged it then.
func (d *decider) assign(i *Incident, c events.Command, to string) {
	id, known := i.person(to)
	target := escalation.PersonPrefix + id
	switch {
	case !known:
		d.refuse(i, events.AssignmentReceived{}.Name(), c, noSuchPerson(to))
		return
	case i.Assignee == target:
		d.refuse(i, events.AssignmentReceived{}.Name(), c, "it is assigned to "+id+" already")
		return
	}
	d.emit(i, c.By, c.Note, events.IncidentAssigned{To: target, Was: i.Assignee, By: c.By})
	if i.Holder == target || strings.TrimPrefix(c.By, escalation.PersonPrefix) == id {
		return
	}
	d.handOver(i, c.By, "assigned to "+id)
	d.advance(i, move{
		to: i.here(), by: byAssignment, actor: c.By, reason: c.Note, again: true,
		targets: []escalation.Target{{Kind: escalation.Person, ID: id}},
	})
}

// The roles in the response to an incident.
var responseRoles = []string{"incident-manager", "communications", "scribe"}

func (d *decider) role(i *Incident, ask events.RoleReceived) {
	id, known := i.person(ask.Person)
	person := ""
	switch {
	case !slices.Contains(responseRoles, ask.Role):
		d.refuse(i, ask.Name(), ask.Command, "a role is one of "+strings.Join(responseRoles, ", "))
		return
	case ask.Person == "":
	case !known:
		d.refuse(i, ask.Name(), ask.Command, noSuchPerson(ask.Person))
		return
	default:
		person = escalation.PersonPrefix + id
	}
	d.emit(i, ask.By, ask.Note, events.IncidentRoleAssigned{Role: ask.Role, Person: person, By: ask.By})
}

// maxTasks bounds the follow-ups of one incident.
const maxTasks = 1000

func (d *decider) task(i *Incident, ask events.TaskReceived) {
	owner := ask.Owner
	if owner != "" {
		id, known := i.person(owner)
		if !known {
			d.refuse(i, ask.Name(), ask.Command, noSuchPerson(owner))
			return
		}
		owner = escalation.PersonPrefix + id
	}
	switch {
	case strings.TrimSpace(ask.Text) == "":
		d.refuse(i, ask.Name(), ask.Command, "a task needs a text")
	case len(i.Tasks) >= maxTasks:
		d.refuse(i, ask.Name(), ask.Command, "the incident has 1000 tasks")
	default:
		d.emit(i, ask.By, ask.Note, events.IncidentTaskAdded{Task: len(i.Tasks) + 1, Text: ask.Text, Owner: owner, By: ask.By})
	}
}

func noSuchTask(have int) string {
	switch have {
	case 0:
		return "the incident has no tasks"
	case 1:
		return "the incident has no such task: it has 1"
	}
	return "the incident has no such task: it has 1 to " + strconv.Itoa(have)
}

func (d *decider) taskDone(i *Incident, ask events.TaskCompleted) {
	switch {
	case ask.Task < 1 || ask.Task > len(i.Tasks):
		d.refuse(i, ask.Name(), ask.Command, noSuchTask(len(i.Tasks)))
	case i.Tasks[ask.Task-1]:
		d.refuse(i, ask.Name(), ask.Command, "the task is done already")
	default:
		d.emit(i, ask.By, ask.Note, events.IncidentTaskCompleted{Task: ask.Task, By: ask.By})
	}
}

// What documents of an incident are bounded by.
const (
	maxDocuments = 50
	// MaxDocument is the longest text of one, in bytes: escaped as JSON it still fits into a record.
	MaxDocument = 48 << 10
)

// document keeps a text with the incident, for whoever reads its timeline.
func (d *decider) document(i *Incident, ask events.DocumentReceived) {
	kind := ask.Type
	if kind == "" {
		kind = "text/markdown"
	}
	switch {
	case strings.TrimSpace(ask.Title) == "" || strings.TrimSpace(ask.Text) == "":
		d.refuse(i, ask.Name(), ask.Command, "a document needs a title and a text")
	case len(ask.Text) > MaxDocument:
		d.refuse(i, ask.Name(), ask.Command, "a document has 48 KiB at most; this one has "+strconv.Itoa(len(ask.Text))+" bytes")
	case i.Documents >= maxDocuments:
		d.refuse(i, ask.Name(), ask.Command, "the incident has 50 documents")
	default:
		d.emit(i, ask.By, ask.Note, events.IncidentDocumentAdded{
			Document: i.Documents + 1, Title: ask.Title, Type: kind, Text: ask.Text, By: ask.By,
		})
	}
}

// The outcomes with which the books are closed.
var outcomes = []string{"fixed", "workaround", "duplicate", "false-alarm", "expected", "unexplained"}

// closeBooks ends an open incident, and keeps its alert from opening it again.
func (d *decider) closeBooks(i *Incident, ask events.ClosureReceived) {
	switch {
	case !slices.Contains(outcomes, ask.Outcome):
		d.refuse(i, ask.Name(), ask.Command, "an outcome is one of "+strings.Join(outcomes, ", "))
		return
	case i.Closed:
		d.refuse(i, ask.Name(), ask.Command, "it is closed already")
		return
	}
	if i.Status != incident.Resolved {
		d.over(i, ask.By, "", events.IncidentResolved{By: ask.By, How: "command"})
	}
	d.emit(i, ask.By, ask.Note, events.IncidentClosed{Outcome: ask.Outcome, Cause: ask.Cause, By: ask.By})
}
