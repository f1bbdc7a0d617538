package catalog

import (
	"slices"
	"strconv"
	"strings"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/yamlfile"
)

// goalDraft is the goals of one priority as written in one place. A service inherits what it leaves out
// from the goals of the whole catalog.
type goalDraft struct {
	f  map[string]item
	at item
	rules.Goal
}

// goal reads one entry of the catalog's `targets`.
func (p *parser) goal(level string, key, body item) {
	if !slices.Contains(priorities, level) {
		key.Fault(yamlfile.OneOfHint(priorities...), "%s is not a priority", quote(level))
		return
	}
	d := p.goalDraft(key, body)
	if !d.f["response"].Given() && !d.f["resolution"].Given() {
		key.Fault("add response: 15m or resolution: 4h", "a goal needs response: or resolution:")
	}
	d.warnSlowResponse()
	p.goals[level] = d
	p.cat.Rules.Goals[level] = d.Goal
}

func (p *parser) goalDraft(key, body item) goalDraft {
	f := fields(body, "target")
	d := goalDraft{f: f, at: key, Goal: rules.Goal{
		Response: f["response"].Duration(0, 0), Resolution: f["resolution"].Duration(0, 0),
		AtRisk: readPercent(f["at_risk"], 99, 0), Calendar: p.refer(calendar, f["calendar"]),
	}}
	for _, one := range f["pause"].ListOf("a word") {
		switch word, ok := one.Scalar(); {
		case ok && word != "snoozed":
			one.Fault("use snoozed", "%s does not pause a goal", quote(word))
		case ok:
			d.PauseSnoozed = true
		}
	}
	return d
}

// warnSlowResponse warns of a response that may take longer than the resolution.
func (d *goalDraft) warnSlowResponse() {
	if d.Response > 0 && d.Resolution > 0 && d.Response > d.Resolution {
		d.at.Warn("shorten response: or lengthen resolution:", "the response may take %s, longer than the resolution (%s)", d.Response, d.Resolution)
	}
}

// serviceGoals reads a service's own goals. They are completed when all files are read.
func (p *parser) serviceGoals(section item) map[string]goalDraft {
	f := fields(section, "targets")
	if len(f) == 0 {
		return nil
	}
	drafts := map[string]goalDraft{}
	for _, entry := range section.Pairs() {
		level := entry.Name
		if body, ok := f[level]; ok && drafts[level].f == nil {
			drafts[level] = p.goalDraft(entry.Key, body)
		}
	}
	return drafts
}

// inherit fills in what a service's goals leave out.
func (p *parser) inherit(s *serviceDraft) {
	for _, level := range priorities {
		d, own := s.goals[level]
		if !own {
			continue
		}
		global := p.goals[level]
		if !d.f["response"].Present() {
			d.Response = global.Response
		}
		if !d.f["resolution"].Present() {
			d.Resolution = global.Resolution
		}
		if !d.f["at_risk"].Present() {
			d.AtRisk = global.AtRisk
		}
		if !d.f["calendar"].Present() {
			d.Calendar = global.Calendar
		}
		if !d.f["pause"].Present() {
			d.PauseSnoozed = global.PauseSnoozed
		}
		d.warnSlowResponse()
		if s.Goals == nil {
			s.Goals = map[string]rules.Goal{}
		}
		s.Goals[level] = d.Goal
	}
}

// readPercent reads a share such as "75%", from 1 up to most; fallback when there is none or a wrong
// one.
func readPercent(i item, most, fallback int) int {
	s, ok := i.Scalar()
	if !ok {
		return fallback
	}
	digits, marked := strings.CutSuffix(s, "%")
	n, err := strconv.Atoi(strings.TrimSpace(digits))
	if !marked || err != nil || n < 1 || n > most {
		i.Fault("write it like 75%", "expected a percentage from 1%% to %d%%", most)
		return fallback
	}
	return n
}
