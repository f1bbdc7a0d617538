package escalation

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Directory resolves targets. Each result may be empty.
type Directory interface {
	// OnCall returns the people on call, and NextOnCall when somebody will be; false for never.
	OnCall(schedule string, at time.Time) []string
	NextOnCall(schedule string, at time.Time) (time.Time, bool)
	// Shadows returns people who are paged together with those on call, never alone.
	Shadows(schedule string, at time.Time) []string
	Members(team string) []string
	// Schedule returns the team's own schedule.
	Schedule(team string) string
	Lead(team string) string
	Manager(person string) string
	Owner(service string) string
	// Turn returns who had the last turn of a round robin.
	Turn(target string) string
}

// Asker is the incident for which targets are resolved.
type Asker struct {
	Team, Service string
	// Below are the people of the previous level, whose managers role:manager means.
	Below []string
	// Holder has the incident; empty if nobody does.
	Holder string
}

// Recipient is one resolved target.
type Recipient struct {
	Target string // "person:ana", "chat:ops-room"
	Via    string // the target it was resolved from; empty if the level names it directly
	Shadow bool   // paged along with those on call
}

// Recipients are the resolved targets of a level at an instant.
type Recipients struct {
	All []Recipient // each target once, in the level's order
	// People reports whether any of them is a person and not a shadow.
	People bool
	// Picked maps round robins to whose turn it is; nil for none.
	Picked map[string]string
}

// PersonPrefix precedes a person's id in a target.
const PersonPrefix = string(Person) + ":"

// Resolve returns whom targets mean at an instant.
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

// turn picks whoever comes after the person who had the last turn.
func (r *Recipients) turn(t Target, people []string, d Directory) {
	if len(people) == 0 {
		return
	}
	word := t.String()
	next := people[(slices.Index(people, d.Turn(word))+1)%len(people)] // the first if nobody had one
	if r.Picked == nil {
		r.Picked = map[string]string{}
	}
	r.Picked[word] = next
	r.people(word, next)
}

func role(d Directory, t Target, a Asker) []string {
	switch t.ID {
	case RoleLead:
		return []string{d.Lead(cmp.Or(t.Of, a.Team))}
	case RoleOwner:
		return []string{d.Owner(cmp.Or(t.Of, a.Service))}
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

// NextOnCall returns the first instant at which one of the targets' schedules has somebody on call; false
// if none ever will, or none is a schedule.
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

// OnlyMachines reports whether no target means people.
func OnlyMachines(targets []Target) bool {
	return !slices.ContainsFunc(targets, Target.IsPerson)
}

// Words returns the recipients as targets: "person:ana".
func (r Recipients) Words() []string {
	var words []string
	for _, one := range r.All {
		words = append(words, one.Target)
	}
	return words
}

// ParseTarget parses a target such as "schedule:payments-primary" or "team:payments:round_robin". It does
// not check that the catalog has what it names.
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

// Without removes targets that need no page any more. It leaves People as it is.
func (r Recipients) Without(targets []string) Recipients {
	if len(targets) > 0 {
		r.All = slices.DeleteFunc(r.All, func(one Recipient) bool { return slices.Contains(targets, one.Target) })
	}
	return r
}
