package catalog

import (
	"maps"
	"strings"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/internal/yamlfile"
)

// webhookContact is the id of the only contact method of a webhook that is a target itself.
const webhookContact = "webhook"

// TargetPlan returns the contact methods of a target such as "person:ana", "chat:ops-room" or
// "webhook:status-page". Those of a person are [Catalog.Plan]; a chat is tried by all its contact
// methods in order at once, whatever the urgency. The plan of an unknown target has no steps.
func (c *Catalog) TargetPlan(target, urgency string) page.Plan {
	kind, id := parted(target)
	switch kind {
	case escalation.Person:
		return c.Plan(id, urgency)
	case escalation.Chat:
		if room := c.Chats[id]; room != nil {
			return atOnce(room.Contacts)
		}
	case escalation.Webhook:
		if c.Webhooks[id] != nil {
			return page.Plan{Steps: []page.Step{{Contact: webhookContact, Channel: "webhook"}}}
		}
	}
	return page.Plan{}
}

// TargetContact finds a contact method of a target such as "person:ana" by its id. That of a webhook
// is called "webhook".
func (c *Catalog) TargetContact(target, id string) (Contact, bool) {
	kind, of := parted(target)
	switch kind {
	case escalation.Person:
		return c.Contact(of, id)
	case escalation.Chat:
		if room := c.Chats[of]; room != nil {
			return contactNamed(room.Contacts, id)
		}
	case escalation.Webhook:
		if w := c.Webhooks[of]; w != nil && id == webhookContact {
			return Contact{ID: webhookContact, Webhook: w}, true
		}
	}
	return Contact{}, false
}

// TargetName returns the display name of a target; the target itself where the catalog has none.
func (c *Catalog) TargetName(target string) string {
	kind, id := parted(target)
	switch kind {
	case escalation.Person:
		if p := c.People[id]; p != nil {
			return p.Name
		}
	case escalation.Chat:
		if room := c.Chats[id]; room != nil {
			return room.Name
		}
	case escalation.Webhook:
		if c.Webhooks[id] != nil {
			return id
		}
	}
	return target
}

// parted splits a target into its kind and its id.
func parted(target string) (escalation.TargetKind, string) {
	kind, id, _ := strings.Cut(target, ":")
	return escalation.TargetKind(kind), id
}

// atOnce tries all contact methods in order, without delays.
func atOnce(contacts []Contact) page.Plan {
	plan := page.Plan{}
	for _, c := range contacts {
		plan.Steps = append(plan.Steps, page.Step{Contact: c.ID, Channel: c.Channel()})
	}
	return plan
}

// Plan returns the contact methods of a person in the order and with the delays of an urgency. An
// urgency other than "low" counts as "high". The plan of an unknown person has no steps.
func (c *Catalog) Plan(person, urgency string) page.Plan {
	p := c.People[person]
	if p == nil {
		return page.Plan{}
	}
	if urgency != Low {
		urgency = High
	}
	return p.Plans[urgency]
}

// Contact finds a contact method of a person by its id.
func (c *Catalog) Contact(person, id string) (Contact, bool) {
	p := c.People[person]
	if p == nil {
		return Contact{}, false
	}
	return p.Contact(id)
}

// Contact finds one of the person's contact methods by its id.
func (p *Person) Contact(id string) (Contact, bool) { return contactNamed(p.Contacts, id) }

func contactNamed(contacts []Contact, id string) (Contact, bool) {
	for _, c := range contacts {
		if c.ID == id {
			return c, true
		}
	}
	return Contact{}, false
}

// Channel is the name of the contact method's channel: "webhook", "email" or "console"; empty for the
// zero value.
func (c Contact) Channel() string {
	switch {
	case c.Webhook != nil:
		return "webhook"
	case c.Email != "":
		return "email"
	case c.Console:
		return "console"
	}
	return ""
}

// PersonLike returns the id of the person who was probably meant by an id that nobody has; empty when
// none is close enough.
func (c *Catalog) PersonLike(id string) string { return yamlfile.Nearest(id, maps.Keys(c.People)) }
