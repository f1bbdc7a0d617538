package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// check looks at the catalog as a whole, once all files are read.
func (p *parser) check() {
	p.compile()
	if p.broken {
		// What the broken file defines is unknown: every name in it would seem to dangle.
		return
	}
	p.dangling()
	p.readImports()
	p.complete()
	p.dutiful()
	p.managers()
	handovers := p.handovers()
	p.circles(handovers)
	p.reach()
	p.idle(handovers)
	p.inner()
	if len(p.mails) > 0 && !p.email.Present() {
		p.mails[0].Warn(`add channels: {email: {smtp: "smtp://host:port", from: tocsin@example.com}}`, "mail cannot leave: there is no channels.email")
	}
}

// managers finds chains of managers that come back to where they began.
func (p *parser) managers() {
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
			circle := append(chain[at:], id)
			places[id].Fault("leave one of them out", "managers go in a circle: %s", strings.Join(circle, " → "))
		}
	}
}

// levelName is how faults speak of a level.
func levelName(policy string, level int) string {
	return fmt.Sprintf("level %d of policy %s", level+1, quote(policy))
}
