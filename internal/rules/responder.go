package rules

import (
	"slices"
	"strconv"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// need is how many people must acknowledge at the present level.
func (i *Incident) need() int {
	if i.Step.Level == 0 {
		return 1
	}
	return i.policy.Level(i.Step).Need()
}

// joinedBy lists everybody who has responded, and by.
func (i *Incident) joinedBy(by string) []string {
	if slices.Contains(i.Joined, by) {
		return i.Joined
	}
	return append(slices.Clip(i.Joined), by)
}

// join records that one person responded where more must. The escalation continues for the others.
func (d *decider) join(i *Incident, ask events.AcknowledgementReceived, have, need int) {
	if slices.Contains(i.Joined, ask.By) {
		d.refuse(i, ask, "you have responded already; "+strconv.Itoa(need)+" people must")
		return
	}
	d.emit(i, ask.By, ask.Note, events.IncidentResponderJoined{By: ask.By, Via: ask.Via, Have: have, Need: need})
	d.supersede(i, ask.By, "they have responded")
}

// requestResponders pages more people to help whoever has the incident.
func (d *decider) requestResponders(i *Incident, ask events.RespondersRequested) {
	var targets []escalation.Target
	for _, word := range ask.Targets {
		t, ok := escalation.ParseTarget(word)
		if !ok {
			d.refuse(i, ask, strconv.Quote(word)+" is not a target: write person:, schedule:, team: or role: and a name")
			return
		}
		if missing := i.missing(t); missing != "" {
			d.refuse(i, ask, "the incident's catalog has no such "+missing)
			return
		}
		targets = append(targets, t)
	}
	found := escalation.Resolve(targets, d.directory(i), i.asker(people(i.Paged)), d.now)
	if !found.People {
		d.refuse(i, ask, "these targets have nobody to page now")
		return
	}
	round := i.Round + 1
	d.emit(i, ask.By, ask.Note, events.IncidentRespondersAdded{
		By: ask.By, Targets: escalation.Words(targets), Pages: found.Words(), Round: round,
	})
	why := "help requested"
	if ask.By != "" {
		why += " by " + ask.By
	}
	d.notify(i, round, found, why)
}

// missing names what a target refers to and the incident's catalog lacks: `person: "zoe"`. It is
// empty if nothing is missing.
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
