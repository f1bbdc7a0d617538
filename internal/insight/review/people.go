package review

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Person is the part of one person, or another target of pages, in the incident.
type Person struct {
	Actor    string    // "person:ana", "chat:ops-room"
	Pages    int       // that were requested
	Paged    time.Time // the first of them; zero for none
	Answered time.Time // the first acknowledgement or response; zero for none
	Acts     int       // facts that they caused
	Roles    []string  // in the response, and "assignee", "acknowledged it", "responder"
}

// crowd collects people in order of appearance.
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

// all returns everybody, with the roles they have in the incident.
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
