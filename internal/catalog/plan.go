package catalog

import "tocsin.dev/internal/rules/page"

// Plan gives the contact methods of a person in the order and with the delays of an urgency.
// An urgency other than "low" counts as "high"; the plan of somebody unknown has no steps.
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
func (p *Person) Contact(id string) (Contact, bool) {
	for _, c := range p.Contacts {
		if c.ID == id {
			return c, true
		}
	}
	return Contact{}, false
}

// Channel is the name of the channel that the contact method goes by: "webhook", "email" or
// "console"; empty for the zero value.
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
