package catalog

import "slices"

// usage is what the services have whose incidents use a policy.
type usage struct{ used, calendar, response, resolution bool }

func (u usage) with(other usage) usage {
	return usage{
		u.used || other.used, u.calendar || other.calendar,
		u.response || other.response, u.resolution || other.resolution,
	}
}

// usages finds which incidents use each policy: those of its own services, and those handed over to
// it.
func (p *parser) usages(handovers []handover) map[*policyDraft]usage {
	all := map[*policyDraft]usage{}
	for _, s := range p.services {
		if d := p.policyByID[s.Policy]; d != nil {
			all[d] = all[d].with(p.usageOf(s))
		}
	}
	next := map[*policyDraft][]*policyDraft{}
	for _, h := range handovers {
		next[h.from] = append(next[h.from], h.to)
	}
	for queue := slices.Clone(p.policies); len(queue) > 0; queue = queue[1:] {
		from := queue[0]
		for _, to := range next[from] {
			if more := all[to].with(all[from]); more != all[to] { // usage only grows, so this ends
				all[to] = more
				queue = append(queue, to)
			}
		}
	}
	return all
}

func (p *parser) usageOf(s *serviceDraft) usage {
	u := usage{used: true, calendar: s.Calendar != ""}
	for _, level := range priorities {
		g, own := s.Goals[level]
		if !own {
			g = p.cat.Rules.Goals[level]
		}
		u = u.with(usage{response: g.Response > 0, resolution: g.Resolution > 0})
	}
	return u
}
