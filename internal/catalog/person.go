package catalog

import (
	"net/mail"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
)

// Urgencies are the words under `notify`, the ones that pages carry.
const (
	High = "high"
	Low  = "low"
)

// personDraft keeps where a person's words stand until all files are read.
type personDraft struct {
	*Person
	manager string
	at      item            // the manager's name
	steps   map[string]item // by urgency and contact: where a step's delay stands
	notify  map[string]item // by urgency: where its contact methods stand, if they do
}

func (p *parser) person(id string, key, body item) {
	f := body.fields(keysPerson)
	d := &personDraft{Person: &Person{ID: id, Name: f["name"].line(), Timezone: "UTC"}, at: f["manager"], steps: map[string]item{}}
	if d.Name == "" {
		d.Name = id
	}
	if zone := f["timezone"]; zone.given() {
		if loc := p.zone(zone); loc != nil {
			d.Timezone = loc.String()
		}
	}
	d.manager = p.refer(person, f["manager"])
	d.Contacts = p.contacts(f["contact"])
	if f["contact"].empty() {
		key.fault(`add one, such as: contact: [{id: screen, console: true}]`, "person %s has no contact method", quote(id))
	}
	d.plans(f["notify"])
	p.people = append(p.people, d)
	p.drafts[id] = d
	p.cat.People[id] = d.Person
	p.cat.Rules.People[id] = &rules.Person{ID: id, Name: d.Name, Manager: d.manager}
}

// contacts reads the contact methods of one person.
func (p *parser) contacts(list item) []Contact {
	var all []Contact
	taken := map[string]item{}
	for _, one := range list.list() {
		if !one.given() {
			one.wrong("a mapping")
			continue
		}
		f := one.fields(keysContact)
		if one.kind() != "a mapping" {
			continue
		}
		c := p.contact(one, f)
		if first, twice := taken[c.ID]; twice {
			one.fault("give each contact method an id of its own", "contact %s stands here a second time, first in line %d", quote(c.ID), first.at.Line)
			continue
		}
		taken[c.ID] = one
		all = append(all, c)
	}
	return all
}

// contact reads one contact method; its id defaults to the name of its channel.
func (p *parser) contact(at item, f map[string]item) Contact {
	c := Contact{Console: f["console"].flag(), Email: f["email"].address()}
	count := 0
	for _, name := range []string{"webhook", "email", "console"} {
		if !f[name].given() || name == "console" && !c.Console {
			continue
		}
		count++
		c.ID = name
	}
	if c.Email != "" {
		p.mails = append(p.mails, f["email"])
	}
	if w := f["webhook"]; w.given() {
		c.Webhook = p.webhook(w)
	}
	switch {
	case f["console"].given() && !c.Console && count == 0 && f["console"].kind() != "true or false":
		// the wrong type was told already
	case count == 0:
		at.fault("give one of webhook, email, console: true", "a contact method without an address")
	case count > 1:
		at.fault("make a contact method of each", "a contact method with several addresses")
	}
	if id := f["id"]; id.given() {
		c.ID = id.line()
		if !id.sound(c.ID, quote(c.ID)) {
			c.ID = ""
		}
	}
	return c
}

// address reads the address of a mailbox.
func (i item) address() string {
	s := i.line()
	if s == "" {
		return ""
	}
	if _, err := mail.ParseAddress(s); err != nil {
		i.fault("write it like ana@example.com", "%s is not an e-mail address", quote(s))
		return ""
	}
	return s
}

// plans makes the plan of each urgency: as `notify` says, else all contacts in order at once.
func (d *personDraft) plans(notify item) {
	all := atOnce(d.Contacts)
	d.Plans = map[string]page.Plan{High: all, Low: all}
	f := notify.fields(keysNotify)
	for _, urgency := range []string{High, Low} {
		if list := f[urgency]; list.given() {
			d.Plans[urgency] = d.plan(urgency, list)
			if d.notify == nil {
				d.notify = map[string]item{}
			}
			d.notify[urgency] = list
		}
	}
}

func (d *personDraft) plan(urgency string, list item) page.Plan {
	plan := page.Plan{}
	if list.empty() {
		list.fault("leave it out to use all contact methods at once", "no contact method for %s urgency", urgency)
	}
	var before time.Duration
	for _, one := range list.list() {
		f := one.fields(keysStep)
		via := f["via"].line()
		contact, ok := d.Contact(via)
		switch {
		case !f["via"].given():
			one.fault("name one of the person's contact methods: {via: …}", "a step without a contact method")
			continue
		case !ok:
			f["via"].fault(didYouMean(via, d.contactIDs()), "%s has no contact method %s", quote(d.ID), quote(via))
			continue
		}
		after := f["after"].duration(0, 0)
		if after < before {
			one.warn("put the steps into the order of their delays", "this step comes before the one above it")
		}
		before = after
		plan.Steps = append(plan.Steps, page.Step{Contact: contact.ID, Channel: contact.Channel(), After: after})
		if f["after"].given() {
			d.steps[urgency+" "+contact.ID] = f["after"]
		}
	}
	return plan
}

func (d *personDraft) contactIDs() []string {
	ids := make([]string, len(d.Contacts))
	for n, c := range d.Contacts {
		ids[n] = c.ID
	}
	return ids
}
