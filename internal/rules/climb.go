package rules

import (
	"fmt"
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// What moves a climb, as [events.EscalationAdvanced] names it.
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

// move is one advance of the climb.
type move struct {
	to     escalation.Step
	by     string
	actor  string
	reason string
	// since is when the step should have been taken; zero means now.
	since time.Time
	// again asks for a round of its own, because the level was paged in this round already.
	again bool
	// targets stand in for those of the level, which is then taken as it is, without its condition
	// and hold; nil for the level's own. kind is theirs.
	targets []escalation.Target
	kind    escalation.Kind
}

// startClimb begins at the first level in a round of its own. since is when it was asked for.
func (d *decider) startClimb(i *Incident, by string, since time.Time) {
	d.advance(i, move{to: escalation.First(), by: by, actor: ActorPolicy, since: since, again: true})
}

// advance takes the climb to a level and pages whom it means. A level that means nobody, or whose
// condition does not hold, is passed at once; when no level is left that means anybody, the climb is
// exhausted: the repeats would find nobody either.
func (d *decider) advance(i *Incident, m move) {
	empty := ""
	defer func() {
		if empty != "" {
			d.signal(i, escalation.Nobody, empty)
		}
	}()
	for range i.policy.Levels {
		level := i.policy.Level(m.to)
		passed, done := d.take(i, m, level)
		if done {
			return
		}
		if passed == byNobody {
			empty = "nobody is behind " + strings.Join(level.Words(), ", ")
		}
		next, ok := i.policy.Above(m.to)
		if !ok {
			break
		}
		m = move{to: next, by: passed, actor: ActorPolicy, since: m.since}
	}
	d.exhaust(i, "no level that is left has anybody to page")
}

// take takes the climb to one level. done says that it stays there; else the level is passed, for
// the reason given.
func (d *decider) take(i *Incident, m move, level escalation.Level) (passed string, done bool) {
	if m.targets != nil {
		level = escalation.Level{Targets: m.targets, AckTimeout: level.AckTimeout, Kind: m.kind, Urgency: level.Urgency, WaitIfEmpty: true}
	}
	if why := d.fails(i, level.When); why != "" {
		d.reach(i, m, level, escalation.Recipients{}, why+": passed")
		return byCondition, false
	}
	if level.Team != "" {
		own := len(level.Targets) == 0
		if !d.transfer(i, handover{team: level.Team, own: own, kind: level.Kind, actor: m.actor, reason: m.reason}) {
			d.reach(i, m, level, escalation.Recipients{}, "it cannot be handed to team "+level.Team+": passed")
			return byCondition, false
		}
		if own {
			d.startClimb(i, byTransfer, m.since)
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
		d.request(i, paging{round: i.LevelRound, level: i.Climb.Level, urgency: level.Urgency, late: d.late(m.since)}, found)
	}
	return byNobody, !i.StepAt.IsZero()
}

// below gives the people of the level before, whom role:manager starts from: whoever was paged on
// the way up, or, where the climb comes to a level from above, whoever the level before means now.
func (d *decider) below(i *Incident, to escalation.Step) []string {
	switch {
	case to.Level == 1:
		return nil
	case to.Level > i.Climb.Level:
		return people(i.Paged)
	}
	to.Level--
	found := escalation.Resolve(i.policy.Level(to).Targets, d.directory(i), i.asker(d.below(i, to)), d.now)
	return people(found.Words())
}

// waits says whether the level keeps the climb until its wait is over: not when people were meant and
// nobody is there, whatever machines it tells besides.
func waits(level escalation.Level, found escalation.Recipients) bool {
	return found.People || level.WaitIfEmpty || len(found.All) > 0 && escalation.OnlyMachines(level.Targets)
}

// reach records that the climb is at the level. The state's StepAt is zero afterwards where the level
// is passed at once.
func (d *decider) reach(i *Incident, m move, level escalation.Level, found escalation.Recipients, passed string) {
	round := i.LevelRound // pages beside the climb have rounds of their own
	if m.again || m.to.Round > i.Climb.Round || m.to.Again > 0 {
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
	case passed != "":
		reason = join(reason, passed)
	case waits(level, found):
		fact.DueAt = d.now.Add(level.AckTimeout)
	default:
		reason = join(reason, "nobody is behind "+strings.Join(fact.Targets, ", ")+": passed without waiting")
	}
	d.emit(i, m.actor, reason, fact)
}

// hold leaves the level for later when it asks for that, and says whether it does. A person's
// command does not wait.
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

// late gives how many seconds after its time a page is asked for, if that is worth saying.
func (d *decider) late(since time.Time) int {
	if since.IsZero() || d.now.Sub(since) < lateFrom {
		return 0
	}
	return int(d.now.Sub(since) / time.Second)
}

// exhaust ends the climb and does what the policy has as its last resort.
func (d *decider) exhaust(i *Incident, reason string) {
	last := i.policy.Exhausted
	fact := events.EscalationExhausted{Rounds: i.LevelRound, Levels: len(i.policy.Levels)}
	var found escalation.Recipients
	if len(last.Page) > 0 {
		found = escalation.Resolve(last.Page, d.directory(i), i.asker(people(i.Paged)), d.now)
		fact.Targets, fact.Pages, fact.Round = escalation.Words(last.Page), found.Words(), i.Round+1
	}
	d.emit(i, ActorPolicy, reason, fact)
	d.tell(i, fact.Round, found, "nobody answered")
	d.raiseTo(i, last.Priority, "nobody answered")
	if last.Team != "" && d.transfer(i, handover{team: last.Team, own: true, kind: last.Kind, actor: ActorPolicy, reason: "nobody answered"}) {
		d.startClimb(i, byTransfer, d.now)
	}
}

// step takes the step that fell due. After an outage several may be overdue: they collapse into
// the one that should be current now.
func (d *decider) step(i *Incident) {
	if i.Held.Level > 0 {
		d.advance(i, move{
			to: i.Held, by: byHold, actor: ActorPolicy, reason: "what it was held for has come", since: i.StepAt,
			again: i.Held.Level <= i.Climb.Level,
		})
		return
	}
	to, since, passed, exhausted := i.policy.Overdue(i.Climb, i.StepAt, d.now)
	if exhausted {
		d.exhaust(i, "the last level had no answer")
		return
	}
	reason := "nobody acknowledged in time"
	switch {
	case passed == 1:
		reason = "nobody acknowledged in time; one overdue step collapsed into this one"
	case passed > 1:
		reason = fmt.Sprintf("nobody acknowledged in time; %d overdue steps collapsed into this one", passed)
	}
	d.advance(i, move{to: to, by: byTimeout, actor: ActorPolicy, reason: reason, since: since})
}

// here is the step the climb is at; the first one before it began.
func (i *Incident) here() escalation.Step {
	if i.Climb.Level == 0 {
		return escalation.First()
	}
	return escalation.Step{Round: i.Climb.Round, Level: i.Climb.Level}
}

func people(targets []string) []string {
	out := make([]string, 0, len(targets))
	for _, t := range targets {
		if id, ok := strings.CutPrefix(t, escalation.PersonPrefix); ok {
			out = append(out, id)
		}
	}
	return out
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
