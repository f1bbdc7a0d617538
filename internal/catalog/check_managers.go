package catalog

import (
	"slices"
	"strings"
)

// checkManagerCycles refuses chains of managers that lead back to where they began.
func (p *parser) checkManagerCycles() {
	done := map[string]bool{}
	places := map[string]item{}
	for _, d := range p.people {
		places[d.ID] = d.at
	}
	for _, d := range p.people {
		var chain []string
		id := d.ID
		for id != "" && !done[id] && p.cat.Rules.People[id] != nil {
			done[id] = true
			chain = append(chain, id)
			id = p.cat.Rules.People[id].Manager
		}
		if at := slices.Index(chain, id); at >= 0 {
			cycle := append(chain[at:], id)
			places[id].Fault("remove one of them", "managers form a cycle: %s", strings.Join(cycle, " → "))
		}
	}
}
