package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// What moves a climb, as [events.EscalationAdvanced] names it.
const (
	byTrigger       = "triggered"
	byReopening     = "reopened"
	byReturn        = "returned"
	byTimeout       = "unacknowledged"
	byUndeliverable = "undeliverable"
	byNobody        = "nobody"
	byCommand       = "command"
)

const personPrefix = "person:"

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
}

// startClimb begins at the first level in a round of its own. since is when it was asked for.
func (d *decider) startClimb(i *Incident, by string, since time.Time) {
	d.advance(i, move{to: escalation.First(), by: by, actor: ActorPolicy, since: since, again: true})
}

// advance takes the climb to a level and pages whom it means. A level that means nobody is passed
// at once; when no level means anybody, the climb is exhausted: the repeats would find nobody either.
func (d *decider) advance(i *Incident, m move) {
	directory := d.s.catalogs[i.Catalog]
	for range i.policy.Levels {
		level := i.policy.Level(m.to)
		round := i.Round
		if m.again || m.to.Round > i.Climb.Round {
			round++
		}
		recipients := level.Recipients(directory, i.Team, d.below(i, m.to), d.now)
		d.reach(i, m, level, round, recipients)
		if len(recipients) > 0 {
			d.request(i, round, recipients, d.late(m.since))
			return
		}
		next, ok := i.policy.Next(m.to)
		if !ok {
			break
		}
		m = move{to: next, by: byNobody, actor: ActorPolicy, since: m.since}
	}
	d.exhaust(i, "no level that is left has anybody to page")
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
	var out []string
	for _, r := range i.policy.Level(to).Recipients(d.s.catalogs[i.Catalog], i.Team, d.below(i, to), d.now) {
		out = append(out, r.Person)
	}
	return out
}

// reach records that the climb is at the level.
func (d *decider) reach(i *Incident, m move, level escalation.Level, round int, all []escalation.Recipient) {
	fact := events.EscalationAdvanced{
		Round: round, Repeat: m.to.Round - 1, Level: m.to.Level, Kind: string(level.Kind),
		Trigger: m.by, Targets: level.Words(),
	}
	reason := m.reason
	if len(all) > 0 {
		fact.DueAt = d.now.Add(level.AckTimeout)
	} else {
		reason = join(reason, "nobody is behind "+strings.Join(fact.Targets, ", ")+": passed without waiting")
	}
	for _, r := range all {
		fact.Pages = append(fact.Pages, personPrefix+r.Person)
	}
	d.emit(i, m.actor, reason, fact)
}

// request asks for one page of each recipient. It takes the place of one that is still on its way
// to the same person from a level or round before: nobody is paged twice for having been out of reach.
func (d *decider) request(i *Incident, round int, all []escalation.Recipient, late int) {
	for n, r := range all {
		target := i.Paged[n] // one text for both
		id := events.DeriveID("page", i.ID, strconv.Itoa(round), strconv.Itoa(i.Climb.Level), target)
		if i.page(id) != nil {
			continue
		}
		d.supersede(i, target)
		d.emit(i, ActorPolicy, "", i.pageFact(Page{ID: id, Target: target, Via: r.Via, Round: round, Level: i.Climb.Level}, 1, late))
	}
}

func (i *Incident) pageFact(p Page, asked, late int) events.PageRequested {
	return events.PageRequested{
		Page: p.ID, Target: p.Target, Via: p.Via, Round: p.Round, Level: p.Level,
		Urgency: alert.Urgency(i.Priority), Asked: asked, Late: late,
		Title: i.Title, Severity: i.Severity, Priority: i.Priority, Link: i.Link, Labels: i.Labels, OpenedAt: i.OpenedAt,
	}
}

// late gives how many seconds after its time a page is asked for, if that is worth saying.
func (d *decider) late(since time.Time) int {
	if since.IsZero() || d.now.Sub(since) < lateFrom {
		return 0
	}
	return int(d.now.Sub(since) / time.Second)
}

func (d *decider) exhaust(i *Incident, reason string) {
	d.emit(i, ActorPolicy, reason,
		events.EscalationExhausted{Rounds: i.Round, Levels: len(i.policy.Levels)})
}

// step takes the step that fell due. After an outage several may be overdue: they collapse into
// the one that should be current now.
func (d *decider) step(i *Incident) {
	to, since, passed, exhausted := i.policy.Overdue(i.Climb, i.StepAt, d.now)
	if exhausted {
		d.exhaust(i, "the last level had no answer")
		return
	}
	reason := "nobody acknowledged in time"
	if passed > 0 {
		reason = fmt.Sprintf("nobody acknowledged in time; %d overdue steps collapsed into this one", passed)
	}
	d.advance(i, move{to: to, by: byTimeout, actor: ActorPolicy, reason: reason, since: since})
}

func people(targets []string) []string {
	out := make([]string, 0, len(targets))
	for _, t := range targets {
		out = append(out, strings.TrimPrefix(t, personPrefix))
	}
	return out
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
