package catalog

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules/escalation"
)

// checkContactDelays warns of contact methods whose delay is longer than a level waits: by then the
// next level has been paged.
func (p *parser) checkContactDelays(d *policyDraft, found *reached) {
	for n, people := range found.levels {
		level := d.Levels[n]
		if slices.ContainsFunc(level.Targets, p.isImported) {
			continue // its people are not known yet
		}
		for _, id := range people {
			p.checkContactDelay(id, d, n, level.AckTimeout*time.Duration(level.Repeat+1))
		}
	}
}

// isImported reports whether a target is whoever an imported calendar has on call.
func (p *parser) isImported(t escalation.Target) bool {
	schedule := t.ID
	if t.Of == escalation.TeamOnCall && p.teams[t.ID] != nil {
		schedule = p.teams[t.ID].Schedule
	}
	return (t.Kind == escalation.OnCall || t.Of == escalation.TeamOnCall) && p.cat.Imports[schedule] != nil
}

// checkContactDelay warns once of each delay, however many policies page the person.
func (p *parser) checkContactDelay(id string, d *policyDraft, level int, wait time.Duration) {
	who := p.drafts[id]
	for _, urgency := range urgencies {
		if of := d.Levels[level].Urgency; of != "" && of != urgency {
			continue
		}
		for _, step := range who.Plans[urgency].Steps {
			place := urgency + " " + step.Contact
			at, given := who.steps[place]
			if !given || step.After <= wait {
				continue
			}
			delete(who.steps, place)
			at.Warn("shorten after: or lengthen ack_within:", "contact %s of %s is tried after %s, but %s moves on after %s",
				quote(step.Contact), id, step.After, levelName(d.ID, level), wait)
		}
	}
}
