package rules

import (
	"slices"
	"strconv"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// need is how many people must acknowledge at the present level.
func (i *Incident) need() int {
	if i.Climb.Level == 0 {
		return 1
	}
	return i.policy.Level(i.Climb).Need()
}

// joinedBy gives everybody who has answered, and by.
func (i *Incident) joinedBy(by string) []string {
	if slices.Contains(i.Joined, by) {
		return i.Joined
	}
	return append(slices.Clip(i.Joined), by)
}

// join takes the answer of one person where more are needed. The climb goes on for the others.
func (d *decider) join(i *Incident, c events.Command, have, need int) {
	if slices.Contains(i.Joined, c.By) {
		d.refuse(i, events.AcknowledgementReceived{}.Name(), c, "you have answered already; "+strconv.Itoa(need)+" people must")
		return
	}
	d.emit(i, c.By, c.Note, events.IncidentResponderJoined{By: c.By, Via: c.Via, Have: have, Need: need})
	d.supersede(i, c.By, "they have answered")
}

// respond pages more people, beside whoever has the incident.
func (d *decider) respond(i *Incident, c events.Command, words []string) {
	name := events.RespondersRequested{}.Name()
	var targets []escalation.Target
	for _, word := range words {
		t, ok := escalation.ParseTarget(word)
		if !ok {
			d.refuse(i, name, c, strconv.Quote(word)+" is no target: write person:, schedule:, team: or role: and a name")
			return
		}
		if missing := i.missing(t); missing != "" {
			d.refuse(i, name, c, "the incident's catalog has no such "+missing)
			return
		}
		targets = append(targets, t)
	}
	found := escalation.Resolve(targets, d.directory(i), i.asker(people(i.Paged)), d.now)
	if !found.People {
		d.refuse(i, name, c, "nobody is behind these targets now")
		return
	}
	round := i.Round + 1
	d.emit(i, c.By, c.Note, events.IncidentRespondersAdded{
		By: c.By, Targets: escalation.Words(targets), Pages: found.Words(), Round: round,
	})
	why := "asked to help"
	if c.By != "" {
		why += " by " + c.By
	}
	d.tell(i, round, found, why)
}

// missing names what a target speaks of and the incident's catalog does not have: `person: "zoe"`. It is
// empty when all is there.
func (i *Incident) missing(t escalation.Target) string {
	c := i.catalog
	noun, id, known := "", t.ID, true
	switch t.Kind {
	case escalation.Person:
		noun, known = "person", c.People[id] != nil
	case escalation.OnCall:
		noun, known = "schedule", c.Schedules[id] != nil
	case escalation.Team:
		noun, known = "team", c.Teams[id] != nil
	case escalation.RoleKind:
		id = t.Of
		switch t.ID {
		case escalation.RoleLead:
			noun, known = "team", id == "" || c.Teams[id] != nil
		case escalation.RoleManager:
			noun, known = "person", id == "" || c.People[id] != nil
		case escalation.RoleOwner:
			noun, known = "service", id == "" || c.Services[id] != nil
		}
	}
	if known {
		return ""
	}
	return noun + ": " + strconv.Quote(id)
}
