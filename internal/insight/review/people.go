package review

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Person is what one person, or one other target of pages, had to do with the incident.
type Person struct {
	Actor    string    // "person:ana", "chat:ops-room"
	Pages    int       // that were asked for
	Paged    time.Time // the first of them; zero for nobody whom a page was asked for
	Answered time.Time // the first acknowledgement, or joining; zero for none
	Acts     int       // facts that they brought about
	Roles    []string  // in the response, and "assignee", "acknowledged it", "responder"
}

// crowd gathers people in the order in which they appear.
type crowd struct {
	byActor map[string]*Person
	order   []string
}

func (c *crowd) of(actor string) *Person {
	p := c.byActor[actor]
	if p == nil {
		if c.byActor == nil {
			c.byActor = map[string]*Person{}
		}
		p = &Person{Actor: actor}
		c.byActor[actor] = p
		c.order = append(c.order, actor)
	}
	return p
}

func (c *crowd) take(e timeline.Entry, data events.Data) {
	if strings.HasPrefix(e.Actor, personPrefix) {
		c.of(e.Actor).Acts++
	}
	switch d := data.(type) {
	case events.PageRequested:
		if d.Asked > 1 {
			return
		}
		p := c.of(d.Target)
		p.Pages++
		first(&p.Paged, e.At)
	case events.IncidentAcknowledged:
		c.answered(d.By, e.At)
	case events.IncidentResponderJoined:
		c.answered(d.By, e.At)
	}
}

func (c *crowd) answered(by string, at time.Time) {
	if by != "" {
		first(&c.of(by).Answered, at)
	}
}

// all gives everybody with their roles as the incident has them.
func (c *crowd) all(in timeline.Incident) []Person {
	role := func(actor, what string) {
		if actor != "" {
			p := c.of(actor)
			p.Roles = append(p.Roles, what)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(in.Roles)) {
		role(in.Roles[name], name)
	}
	role(in.Assignee, "assignee")
	role(in.AcknowledgedBy, "acknowledged it")
	for _, one := range in.Responders {
		role(one, "responder")
	}
	out := make([]Person, 0, len(c.order))
	for _, actor := range c.order {
		out = append(out, *c.byActor[actor])
	}
	return out
}
