package catalog

import "fmt"

// check looks at the catalog as a whole, once all files are read.
func (p *parser) check() {
	p.compileRoutes()
	if p.broken {
		// What the broken file defines is unknown: every name in it would seem to dangle.
		return
	}
	p.checkNames()
	p.readImports()
	p.complete()
	p.checkTeamSchedules()
	p.checkManagerCycles()
	handovers := p.handovers()
	p.checkHandoverCycles(handovers)
	p.checkReach()
	p.checkIdle(handovers)
	p.checkInnerAddresses()
	if len(p.addresses) > 0 && !p.emailAt.Present() {
		p.addresses[0].Warn(`add channels: {email: {smtp: "smtp://host:port", from: tocsin@example.com}}`, "e-mail cannot be sent: there is no channels.email")
	}
}

// levelName names a level in faults.
func levelName(policy string, level int) string {
	return fmt.Sprintf("level %d of policy %s", level+1, quote(policy))
}
