package catalog

import (
	"slices"
	"strconv"
	"strings"

	"tocsin.dev/internal/rules"
)

// goalDraft is one target of response and resolution with what it says itself; what it leaves out
// may come from the catalog's own target of the priority.
type goalDraft struct {
	f  map[string]item
	at item
	rules.Goal
}

// goal reads one entry of the catalog's `targets`.
func (p *parser) goal(level string, key, body item) {
	if !slices.Contains(priorities, level) {
		key.fault("known here: "+strings.Join(priorities, ", "), "%s is not a priority", quote(level))
		return
	}
	d := p.goalDraft(key, body)
	if !d.f["response"].given() && !d.f["resolution"].given() {
		key.fault("add response: 15m or resolution: 4h", "a target without response and resolution")
	}
	d.sane()
	p.goals[level] = d
	p.cat.Rules.Goals[level] = d.Goal
}

func (p *parser) goalDraft(key, body item) goalDraft {
	f := body.fields(keysTarget)
	d := goalDraft{f: f, at: key, Goal: rules.Goal{
		Response: f["response"].duration(0, 0), Resolution: f["resolution"].duration(0, 0),
		AtRisk: f["at_risk"].percent(99, 0), Calendar: p.refer(calendar, f["calendar"]),
	}}
	for _, one := range f["pause"].list() {
		switch word, ok := one.scalar(); {
		case !ok && !one.given():
			one.wrong("a word")
		case ok && word != "snoozed":
			one.fault("known here: snoozed", "%s does not pause a target", quote(word))
		case ok:
			d.PauseSnoozed = true
		}
	}
	return d
}

// sane warns of a response that may take longer than the resolution.
func (d *goalDraft) sane() {
	if d.Response > 0 && d.Resolution > 0 && d.Response > d.Resolution {
		d.at.warn("", "the response may take %s, longer than the resolution (%s)", d.Response, d.Resolution)
	}
}

// serviceGoals reads a service's own targets; they are completed when all files are read.
func (p *parser) serviceGoals(section item) map[string]goalDraft {
	f := section.fields(keysTargets)
	if len(f) == 0 {
		return nil
	}
	drafts := map[string]goalDraft{}
	for _, entry := range section.pairs() {
		level := entry.key.node.Value
		if body, ok := f[level]; ok && drafts[level].f == nil {
			drafts[level] = p.goalDraft(entry.key, body)
		}
	}
	return drafts
}

// inherit gives a service's targets what they leave out.
func (p *parser) inherit(s *serviceDraft) {
	for _, level := range priorities {
		d, own := s.goals[level]
		if !own {
			continue
		}
		global := p.goals[level]
		if !d.f["response"].present() {
			d.Response = global.Response
		}
		if !d.f["resolution"].present() {
			d.Resolution = global.Resolution
		}
		if !d.f["at_risk"].present() {
			d.AtRisk = global.AtRisk
		}
		if !d.f["calendar"].present() {
			d.Calendar = global.Calendar
		}
		if !d.f["pause"].present() {
			d.PauseSnoozed = global.PauseSnoozed
		}
		d.sane()
		if s.Goals == nil {
			s.Goals = map[string]rules.Goal{}
		}
		s.Goals[level] = d.Goal
	}
}

// percent reads a share such as "75%", from 1 up to most; fallback when there is none or a wrong one.
func (i item) percent(most, fallback int) int {
	s, ok := i.scalar()
	if !ok {
		return fallback
	}
	digits, marked := strings.CutSuffix(s, "%")
	n, err := strconv.Atoi(strings.TrimSpace(digits))
	if !marked || err != nil || n < 1 || n > most {
		i.fault("write it like 75%", "a percentage from 1%% to %d%% is expected here", most)
		return fallback
	}
	return n
}
