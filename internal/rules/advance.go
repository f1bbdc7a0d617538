package rules

import (
	"fmt"
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// Why an escalation advances, as [events.EscalationAdvanced] names it.
const (
	byTrigger       = "triggered"
	byReopening     = "reopened"
	byReturn        = "returned"
	byWaking        = "woken"
	byTimeout       = "unacknowledged"
	byUndeliverable = "undeliverable"
	byNobody        = "nobody"
	byCondition     = "condition"
	byHold          = "held"
	byTransfer      = "transferred"
	byAssignment    = "assigned"
	byRule          = "trigger"
	byCommand       = "command"
)

// move is one advance of the escalation.
type move struct {
	to     escalation.Step
	by     string
	actor  string
	reason string
	// since is when the step was due; zero means now.
	since time.Time
	// again starts a new round, because this round has already paged the level.
	again bool
	// targets replace those of the level, whose condition and hold then do not count; nil for the
	// level's own. kind goes with them.
	targets []escalation.Target
	kind    escalation.Kind
}

// startEscalation starts a new round at the first level. since is when that was asked for.
func (d *decider) startEscalation(i *Incident, by string, since time.Time) {
	d.advance(i, move{to: escalation.First(), by: by, actor: ActorPolicy, since: since, again: true})
}

// advance takes the escalation to a level and pages its targets. A level whose targets are empty or
// whose condition is false is skipped at once. If no level is left with anybody to page, the
// escalation is exhausted: repeating the policy would find nobody either.
func (d *decider) advance(i *Incident, m move) {
	empty := ""
	defer func() {
		if empty != "" {
			d.signal(i, escalation.Nobody, empty)
		}
	}()
	for range i.policy.Levels {
		level := i.policy.Level(m.to)
		skipped, done := d.take(i, m, level)
		if done {
			return
		}
		if skipped == byNobody {
			empty = nobodyFor(level.Words())
		}
		next, ok := i.policy.Above(m.to)
		if !ok {
			break
		}
		m = move{to: next, by: skipped, actor: ActorPolicy, since: m.since}
	}
	d.exhaust(i, "no remaining level has anybody to page")
}

func nobodyFor(targets []string) string { return "nobody to page for " + strings.Join(targets, ", ") }

// take takes the escalation to one level. done reports that it stays there; otherwise the level is
// skipped for the reason returned.
func (d *decider) take(i *Incident, m move, level escalation.Level) (skipped string, done bool) {
	if m.targets != nil {
		level = escalation.Level{Targets: m.targets, AckTimeout: level.AckTimeout, Kind: m.kind, Urgency: level.Urgency, WaitIfEmpty: true}
	}
	if why := d.fails(i, level.When); why != "" {
		d.reach(i, m, level, escalation.Recipients{}, why+": level skipped")
		return byCondition, false
	}
	if level.Team != "" {
		own := len(level.Targets) == 0
		if !d.transfer(i, transfer{team: level.Team, own: own, kind: level.Kind, actor: m.actor, reason: m.reason}) {
			d.reach(i, m, level, escalation.Recipients{}, "it cannot be transferred to team "+level.Team+": level skipped")
			return byCondition, false
		}
		if own {
			d.startEscalation(i, byTransfer, m.since)
			return "", true
		}
	}
	found := escalation.Resolve(level.Targets, d.directory(i), i.asker(d.below(i, m.to)), d.now)
	if d.hold(i, m, level, found) {
		return "", true
	}
	found = found.Without(i.Joined)
	d.reach(i, m, level, found, "")
	if len(found.All) > 0 {
		d.request(i, paging{round: i.LevelRound, level: i.Step.Level, urgency: level.Urgency, late: d.late(m.since)}, found)
	}
	return byNobody, !i.NextStepAt.IsZero()
}

// below returns the people of the previous level, whose managers role:manager means: those paged on
// the way up or, when the escalation moves down to a level, those the previous level means now.
func (d *decider) below(i *Incident, to escalation.Step) []string {
	switch {
	case to.Level == 1:
		return nil
	case to.Level > i.Step.Level:
		return people(i.Paged)
	}
	to.Level--
	found := escalation.Resolve(i.policy.Level(to).Targets, d.directory(i), i.asker(d.below(i, to)), d.now)
	return people(found.Words())
}

// waits reports whether the escalation waits at the level. It does not if the level means people
// but finds none, even if it also pages a chat room or a webhook.
func waits(level escalation.Level, found escalation.Recipients) bool {
	return found.People || level.WaitIfEmpty || len(found.All) > 0 && escalation.OnlyMachines(level.Targets)
}

// reach records that the escalation is at the level. NextStepAt is zero afterwards if the level is
// skipped at once.
func (d *decider) reach(i *Incident, m move, level escalation.Level, found escalation.Recipients, skipped string) {
	round := i.LevelRound // pages outside the levels have rounds of their own
	if m.again || m.to.Round > i.Step.Round || m.to.Again > 0 {
		round = i.Round + 1
	}
	fact := events.EscalationAdvanced{
		Round: round, Repeat: m.to.Round - 1, Level: m.to.Level, Again: m.to.Again, Kind: string(level.Kind),
		Trigger: m.by, Targets: level.Words(), Pages: found.Words(), Picked: found.Picked,
	}
	if need := level.Need(); need > 1 {
		fact.Need = need
	}
	reason := m.reason
	switch {
	case skipped != "":
		reason = join(reason, skipped)
	case waits(level, found):
		fact.DueAt = d.now.Add(level.AckTimeout)
	default:
		reason = join(reason, nobodyFor(fact.Targets)+": level skipped")
	}
	d.emit(i, m.actor, reason, fact)
}

// hold postpones the level if it asks for that, and reports whether it does. A person's command is
// never held.
func (d *decider) hold(i *Incident, m move, level escalation.Level, found escalation.Recipients) bool {
	if m.by == byCommand {
		return false
	}
	var until time.Time
	ever := false
	switch level.Hold {
	case escalation.WorkingHours:
		if hours := i.calendar(""); hours != nil && !hours.Open(d.now) {
			until, ever = hours.NextOpen(d.now)
		}
	case escalation.SomeoneThere:
		if !found.People {
			until, ever = escalation.NextOnCall(level.Targets, d.directory(i), d.now)
		}
	}
	if !ever || !until.After(d.now) {
		return false
	}
	d.emit(i, m.actor, m.reason, events.EscalationHeld{
		Repeat: m.to.Round - 1, Level: m.to.Level, Again: m.to.Again, For: string(level.Hold), Targets: level.Words(), Until: until.UTC(),
	})
	return true
}

// late returns by how many seconds a page is late; 0 if that is too little to mention.
func (d *decider) late(since time.Time) int {
	if since.IsZero() || d.now.Sub(since) < lateFrom {
		return 0
	}
	return int(d.now.Sub(since) / time.Second)
}

// exhaust ends the escalation and takes the policy's last resort.
func (d *decider) exhaust(i *Incident, reason string) {
	last := i.policy.Exhausted
	fact := events.EscalationExhausted{Rounds: i.LevelRound, Levels: len(i.policy.Levels)}
	var found escalation.Recipients
	if len(last.Page) > 0 {
		found = escalation.Resolve(last.Page, d.directory(i), i.asker(people(i.Paged)), d.now)
		fact.Targets, fact.Pages, fact.Round = escalation.Words(last.Page), found.Words(), i.Round+1
	}
	const why = "nobody answered"
	d.emit(i, ActorPolicy, reason, fact)
	d.notify(i, fact.Round, found, why)
	d.raiseTo(i, last.Priority, why)
	if last.Team != "" && d.transfer(i, transfer{team: last.Team, own: true, kind: last.Kind, actor: ActorPolicy, reason: why}) {
		d.startEscalation(i, byTransfer, d.now)
	}
}

// step takes the step that fell due. After an outage several may be overdue: they collapse into the
// one that should be current now.
func (d *decider) step(i *Incident) {
	if i.Held.Level > 0 {
		d.endHold(i, "the hold is over", i.NextStepAt)
		return
	}
	to, since, passed, exhausted := i.policy.Overdue(i.Step, i.NextStepAt, d.now)
	if exhausted {
		d.exhaust(i, "nobody answered at the last level")
		return
	}
	reason := "nobody acknowledged in time"
	switch {
	case passed == 1:
		reason += "; one overdue step collapsed into this one"
	case passed > 1:
		reason += fmt.Sprintf("; %d overdue steps collapsed into this one", passed)
	}
	d.advance(i, move{to: to, by: byTimeout, actor: ActorPolicy, reason: reason, since: since})
}

// endHold advances to the level that was held.
func (d *decider) endHold(i *Incident, reason string, since time.Time) {
	d.advance(i, move{
		to: i.Held, by: byHold, actor: ActorPolicy, reason: reason, since: since, again: i.Held.Level <= i.Step.Level,
	})
}

// present is the step the escalation is at; the first one before it began.
func (i *Incident) present() escalation.Step {
	if i.Step.Level == 0 {
		return escalation.First()
	}
	return escalation.Step{Round: i.Step.Round, Level: i.Step.Level}
}

// people returns the ids of the targets that are people.
func people(targets []string) []string {
	out := make([]string, 0, len(targets))
	for _, t := range targets {
		if id, ok := strings.CutPrefix(t, escalation.PersonPrefix); ok {
			out = append(out, id)
		}
	}
	return out
}

// join puts two reasons into one; the first may be empty.
func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
