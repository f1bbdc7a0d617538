package history

import (
	"strconv"
	"strings"
	"time"

	"tocsin.dev/pkg/events"
)

// state is what an incident's state amounts to.
type state int

// The states. Every word that is not known otherwise is one of work.
const (
	unsaid   state = iota // the row does not say: the state stays
	fresh                 // nobody works on it yet
	worked                // somebody works on it, or waits for others
	resolved              // it is over
	closed                // its books are closed
)

func stateOf(word string) state {
	switch strings.ToLower(word) {
	case "", "-100": // the code for "none"
		return unsaid
	case "new", "1":
		return fresh
	case "resolved", "6":
		return resolved
	case "closed", "7", "canceled", "cancelled", "8":
		return closed
	}
	return worked
}

// life tells the facts of one incident from the differences between its rows.
type life struct {
	rows     []row
	opened   time.Time
	service  string
	team     string
	was      row
	worked   bool
	resolved time.Time // the newest resolution; zero while it is open
	facts    []events.Event
}

// lifeOf returns the facts of one incident; its rows are in order.
func lifeOf(rows []row) []events.Event {
	for n := range rows {
		if rows[n].state != unsaid {
			continue
		}
		rows[n].state = fresh
		if n > 0 {
			rows[n].state = rows[n-1].state
		}
	}
	nameGroups(rows)
	l := &life{rows: rows, opened: openedAt(rows), service: serviceOf(rows)}
	l.open()
	for n, r := range rows {
		l.row(n, r)
	}
	l.afterwards()
	return l.facts
}

// nameGroups fills in the group where a row does not name it and one beside it does that counts as many
// reassignments: nobody has handed it over between them.
func nameGroups(rows []row) {
	fill := func(n, from int) {
		if rows[n].group == "" && rows[n].reassignments == rows[from].reassignments {
			rows[n].group = rows[from].group
		}
	}
	for n := 1; n < len(rows); n++ {
		fill(n, n-1)
	}
	for n := len(rows) - 2; n >= 0; n-- {
		fill(n, n+1)
	}
}

// openedAt is when the incident was opened by its own word; a row may be older than that, and
// counts from the opening on.
func openedAt(rows []row) time.Time {
	for _, r := range rows {
		if !r.openedAt.IsZero() {
			return r.openedAt
		}
	}
	return rows[0].updatedAt
}

// serviceOf is the category: the one column that names what is concerned in nearly every incident.
// It must not change within one, so it is the first that is known.
func serviceOf(rows []row) string {
	for _, r := range rows {
		if id := slug(r.words["category"]); id != "" {
			return id
		}
	}
	return "unclassified"
}

// severities are the words that catalogs know for ServiceNow's priorities.
var severities = map[string]string{"P1": "critical", "P2": "high", "P3": "medium", "P4": "low", "P5": "info"}

func (l *life) open() {
	first := l.rows[0]
	l.team = slug(first.group)
	annotations := map[string]string{}
	if made := l.rows[len(l.rows)-1].madeTarget; made != "" {
		annotations["made_sla"] = made
	}
	l.add(l.opened, events.AlertReceived{Alert: events.Alert{
		Key: first.number, Severity: severities[first.priority], Summary: summaryOf(first),
		Labels: events.NewLabels(first.words), Annotations: events.NewLabels(annotations),
		StartsAt: l.opened, Origin: SourceServiceNow,
	}})
	if first.priority != "" {
		l.add(l.opened, events.PriorityReceived{Command: l.command("", ""), Priority: first.priority})
	}
	l.was = row{state: fresh, group: first.group, priority: first.priority}
}

func summaryOf(r row) string {
	summary := r.number
	for _, name := range []string{"category", "subcategory", "u_symptom"} {
		if w := r.words[name]; w != "" {
			summary += " " + w
		}
	}
	return summary
}

// row tells what changed: first to whom the incident belongs, then what became of it.
func (l *life) row(n int, r row) {
	at := r.updatedAt
	if r.priority != "" && r.priority != l.was.priority {
		l.add(at, events.PriorityReceived{Command: l.command("", ""), Priority: r.priority})
	}
	l.reassigned(at, r)
	if r.assignee != "" && r.assignee != l.was.assignee {
		l.add(at, events.AssignmentReceived{Command: l.command("", ""), To: person(r.assignee)})
	}
	l.moved(n, at, r)
	if r.priority == "" {
		r.priority = l.was.priority
	}
	l.was = r
}

// reassigned tells that another group has it: the rows show another one, or the count says so.
func (l *life) reassigned(at time.Time, r row) {
	if r.group == l.was.group && r.reassignments <= l.was.reassignments {
		return
	}
	ask := events.EscalationReceived{Command: l.command("", "")}
	if team := slug(r.group); team != "" && r.group != l.was.group {
		ask.To, l.team = team, team
	} else {
		ask.Note = "reassigned; the history does not name the group"
	}
	l.add(at, ask)
}

// over is 1 when the row says that the incident is resolved or closed, else 0.
func (r row) over() int {
	if r.state >= resolved {
		return 1
	}
	return 0
}

// reopens says that the incident was over before this row, and is not any more.
func (r row) reopens(before row) bool {
	return before.state >= resolved && r.state < resolved || r.reopenings > before.reopenings
}

// moved tells what became of the incident.
func (l *life) moved(n int, at time.Time, r row) {
	if r.reopens(l.was) {
		l.add(at, events.ReopeningReceived{Command: l.command("", "")})
		l.resolved = time.Time{}
	}
	switch r.state {
	case worked:
		if !l.worked {
			l.worked = true
			l.add(at, events.AcknowledgementReceived{Command: l.command(r.assignee, "")})
		}
	case resolved:
		l.resolve(n, at, r)
	case closed:
		if l.was.state == closed {
			return
		}
		l.resolve(n, at, r)
		l.add(at, events.ClosureReceived{Command: l.command(r.resolver, ""), Outcome: "unexplained", Cause: r.closedCode})
		if l.resolved.IsZero() { // who closes an open one resolves it
			l.resolved = at
		}
	}
}

// resolve tells a resolution at the row that brings it, and once more where the incident itself
// says that it was later: the instant of its last resolution is repeated on every row.
func (l *life) resolve(n int, at time.Time, r row) {
	final := l.final(n)
	switch {
	case l.resolved.IsZero() && !final.IsZero() && final.Before(at):
		l.resolvedAt(final, r) // resolved between two rows
	case l.resolved.IsZero() && r.state == resolved, at.Equal(final) && at.After(l.resolved):
		l.resolvedAt(at, r)
	case r.state == closed && final.After(l.resolved) && final.Before(at):
		l.resolvedAt(final, r)
	}
}

// afterwards tells a resolution of which the incident knows and no row tells: it came after the last one.
func (l *life) afterwards() {
	n := len(l.rows) - 1
	if at := l.final(n); at.After(l.resolved) && at.After(l.rows[n].updatedAt) {
		l.resolvedAt(at, l.rows[n])
	}
}

func (l *life) resolvedAt(at time.Time, r row) {
	l.add(at, events.ResolutionReceived{Command: l.command(r.resolver, "")})
	l.resolved = at
}

// final is when the incident says that it was resolved for good, where no later row opens it again
// and the instant is after the last opening; otherwise zero.
func (l *life) final(n int) time.Time {
	at := l.rows[n].resolvedAt
	begun := l.opened
	for i := 1; i < len(l.rows); i++ {
		if r := l.rows[i]; r.reopens(l.rows[i-1]) {
			if i > n {
				return time.Time{}
			}
			begun = r.updatedAt
		}
	}
	if at.Before(begun) {
		return time.Time{}
	}
	return at
}

func (l *life) command(by, note string) events.Command {
	return events.Command{Incident: l.rows[0].number, By: person(by), Via: SourceServiceNow, Note: note}
}

// person returns our word for a foreign name; empty for an empty one.
func person(name string) string {
	if id := slug(name); id != "" {
		return "person:" + id
	}
	return ""
}

// add puts a fact at the end; nothing happens to an incident before it is opened.
func (l *life) add(at time.Time, data events.Data) {
	if at.Before(l.opened) {
		at = l.opened
	}
	e := events.New(data)
	e.ID = events.DeriveID(SourceServiceNow, l.rows[0].number, strconv.Itoa(len(l.facts)))
	e.Source, e.Time, e.Service, e.Team = SourceServiceNow, at, l.service, l.team
	l.facts = append(l.facts, e)
}
