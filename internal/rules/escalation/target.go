package escalation

import (
	"slices"
	"strings"
	"time"
)

// Directory tells who stands behind a target. Each answer may be empty.
type Directory interface {
	// OnCall gives who has the duty, and NextOnCall when somebody will; false for never.
	OnCall(schedule string, at time.Time) []string
	NextOnCall(schedule string, at time.Time) (time.Time, bool)
	// Shadows look on: they are paged beside who is on call, never alone.
	Shadows(schedule string, at time.Time) []string
	Members(team string) []string
	// Schedule gives the team's own schedule.
	Schedule(team string) string
	Lead(team string) string
	Manager(person string) string
	Owner(service string) string
	// Turn gives who had the last turn of a round robin.
	Turn(target string) string
}

// Asker is the incident on whose behalf a level asks.
type Asker struct {
	Team, Service string
	// Below are the people of the level before, whom role:manager starts from.
	Below []string
	// Holder has the incident; empty when nobody does.
	Holder string
}

// Recipient is whom a level means, and the level's word that led there.
type Recipient struct {
	Target string // "person:ana", "chat:ops-room"
	Via    string // empty when the level names the target itself
	Shadow bool   // looks on
}

// Recipients is what stands behind targets at an instant.
type Recipients struct {
	All []Recipient // each target once, in the level's order
	// People says whether any of them is a person that is not a shadow.
	People bool
	// Picked names whom a round robin gave the turn, by its word; nil for none.
	Picked map[string]string
}

// PersonPrefix stands before a person's id in the word of a target.
const PersonPrefix = string(Person) + ":"

// Resolve gives whom targets mean at an instant.
func Resolve(targets []Target, d Directory, a Asker, at time.Time) Recipients {
	var r Recipients
	for _, t := range targets {
		switch t.Kind {
		case Person:
			r.people("", t.ID)
		case OnCall:
			r.onCall(t, t.ID, d, at)
		case Team:
			r.team(t, d, at)
		case RoleKind:
			r.people(t.String(), role(d, t, a)...)
		case Chat, Webhook:
			r.add(Recipient{Target: t.String()})
		}
	}
	return r
}

func (r *Recipients) add(one Recipient) {
	if !slices.ContainsFunc(r.All, func(other Recipient) bool { return other.Target == one.Target }) {
		r.All = append(r.All, one)
	}
}

func (r *Recipients) people(via string, ids ...string) {
	for _, id := range ids {
		if id != "" {
			r.People = true
			r.add(Recipient{Target: PersonPrefix + id, Via: via})
		}
	}
}

func (r *Recipients) onCall(t Target, schedule string, d Directory, at time.Time) {
	people := d.OnCall(schedule, at)
	if t.Of == RoundRobin {
		r.turn(t, people, d)
	} else {
		r.people(t.String(), people...)
	}
	if len(people) == 0 {
		return
	}
	for _, id := range d.Shadows(schedule, at) {
		r.add(Recipient{Target: PersonPrefix + id, Via: t.String(), Shadow: true})
	}
}

func (r *Recipients) team(t Target, d Directory, at time.Time) {
	switch t.Of {
	case RoundRobin:
		r.turn(t, d.Members(t.ID), d)
	case TeamOnCall:
		r.onCall(t, d.Schedule(t.ID), d, at)
	default:
		r.people(t.String(), d.Members(t.ID)...)
	}
}

// turn picks whoever comes after the one that had the last turn.
func (r *Recipients) turn(t Target, people []string, d Directory) {
	if len(people) == 0 {
		return
	}
	word := t.String()
	next := people[(slices.Index(people, d.Turn(word))+1)%len(people)] // the first when nobody had it
	if r.Picked == nil {
		r.Picked = map[string]string{}
	}
	r.Picked[word] = next
	r.people(word, next)
}

func role(d Directory, t Target, a Asker) []string {
	switch t.ID {
	case RoleLead:
		return []string{d.Lead(first(t.Of, a.Team))}
	case RoleOwner:
		return []string{d.Owner(first(t.Of, a.Service))}
	case RoleHolder:
		return []string{a.Holder}
	case RoleManager:
		return managers(d, t, a)
	}
	return nil
}

func managers(d Directory, t Target, a Asker) []string {
	switch {
	case t.Of != "":
		return []string{d.Manager(t.Of)}
	case len(a.Below) == 0:
		return []string{d.Manager(d.Lead(a.Team))}
	}
	out := make([]string, len(a.Below))
	for n, p := range a.Below {
		out[n] = d.Manager(p)
	}
	return out
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// NextOnCall gives the first instant at which one of the targets' schedules has somebody; false
// when none ever will, or none is a schedule.
func NextOnCall(targets []Target, d Directory, at time.Time) (next time.Time, ever bool) {
	for _, t := range targets {
		schedule := ""
		switch {
		case t.Kind == OnCall:
			schedule = t.ID
		case t.Kind == Team && t.Of == TeamOnCall:
			schedule = d.Schedule(t.ID)
		default:
			continue
		}
		if on, ok := d.NextOnCall(schedule, at); ok && (!ever || on.Before(next)) {
			next, ever = on, true
		}
	}
	return next, ever
}

// OnlyMachines says whether no target of the list means people.
func OnlyMachines(targets []Target) bool {
	return !slices.ContainsFunc(targets, Target.IsPerson)
}

// Words gives the targets that are meant: "person:ana".
func (r Recipients) Words() []string {
	var words []string
	for _, one := range r.All {
		words = append(words, one.Target)
	}
	return words
}

// ParseTarget reads a word such as "schedule:payments-primary" or "team:payments:round_robin". It
// says nothing about whether the catalog has what it names.
func ParseTarget(word string) (Target, bool) {
	kind, rest, _ := strings.Cut(word, ":")
	id, of, _ := strings.Cut(rest, ":")
	t := Target{Kind: TargetKind(kind), ID: id, Of: of}
	if id == "" {
		return t, false
	}
	switch t.Kind {
	case Person, Chat, Webhook:
		return t, of == ""
	case OnCall:
		return t, of == "" || of == RoundRobin
	case Team:
		return t, of == "" || of == RoundRobin || of == TeamOnCall
	case RoleKind:
		return t, slices.Contains([]string{RoleLead, RoleManager, RoleOwner, RoleHolder}, id) && (of == "" || id != RoleHolder)
	}
	return t, false
}

// Without leaves out targets that need no page any more; that people are behind them stays true.
func (r Recipients) Without(targets []string) Recipients {
	if len(targets) > 0 {
		r.All = slices.DeleteFunc(r.All, func(one Recipient) bool { return slices.Contains(targets, one.Target) })
	}
	return r
}
