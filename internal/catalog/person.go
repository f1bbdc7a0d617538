package catalog

import (
	"cmp"
	"net/mail"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/internal/yamlfile"
)

// The urgencies: the keys of `notify`, and the words that pages carry.
const (
	High = "high"
	Low  = "low"
)

// personDraft keeps the places of a person's parts until all files are read.
type personDraft struct {
	*Person
	manager string
	at      item            // manager:
	steps   map[string]item // by urgency and contact: a step's delay
	notify  map[string]item // by urgency: its list of steps, where there is one
}

func (p *parser) person(id string, key, body item) {
	f := fields(body, "person")
	d := &personDraft{Person: &Person{ID: id, Name: cmp.Or(f["name"].Text(), id), Timezone: "UTC"}, at: f["manager"], steps: map[string]item{}}
	if zone := f["timezone"]; zone.Given() {
		if loc := p.zone(zone); loc != nil {
			d.Timezone = loc.String()
		}
	}
	d.manager = p.refer(person, f["manager"])
	d.Contacts = p.contacts(f["contact"])
	if f["contact"].Empty() {
		key.Fault(`add one, such as: contact: [{id: screen, console: true}]`, "person %s has no contact method", quote(id))
	}
	d.plans(f["notify"])
	p.people = append(p.people, d)
	p.drafts[id] = d
	p.cat.People[id] = d.Person
	p.cat.Rules.People[id] = &rules.Person{ID: id, Name: d.Name, Manager: d.manager}
}

// contacts reads the contact methods of a person or chat.
func (p *parser) contacts(list item) []Contact {
	var all []Contact
	taken := map[string]item{}
	for _, one := range list.List() {
		f, ok := mapping(one, "contact")
		if !ok {
			continue
		}
		c := p.contact(one, f)
		if first, twice := taken[c.ID]; twice {
			one.Fault("give each contact method an id of its own", "contact %s is given twice, first in line %d", quote(c.ID), first.Line())
			continue
		}
		taken[c.ID] = one
		all = append(all, c)
	}
	return all
}

// contact reads one contact method; its id defaults to the name of its channel.
func (p *parser) contact(at item, f map[string]item) Contact {
	c := Contact{Console: f["console"].Flag(), Email: readMailAddress(f["email"])}
	count := 0
	for _, name := range []string{"webhook", "email", "console"} {
		if !f[name].Given() || name == "console" && !c.Console {
			continue
		}
		count++
		c.ID = name
	}
	if c.Email != "" {
		p.addresses = append(p.addresses, f["email"])
	}
	if w := f["webhook"]; w.Given() {
		c.Webhook = p.webhook(w)
	}
	switch {
	case f["console"].Given() && !c.Console && count == 0 && f["console"].Kind() != "true or false":
		// the wrong type is a fault already
	case count == 0:
		at.Fault("give one of webhook, email, console: true", "a contact method without an address")
	case count > 1:
		at.Fault("split it into several contact methods", "a contact method with several addresses")
	}
	if id := f["id"]; id.Given() {
		c.ID = id.Text()
		if !checkID(id, c.ID, quote(c.ID)) {
			c.ID = ""
		}
	}
	return c
}

func readMailAddress(i item) string {
	s := i.Text()
	if s == "" {
		return ""
	}
	if _, err := mail.ParseAddress(s); err != nil {
		i.Fault("write it like ana@example.com", "%s is not an e-mail address", quote(s))
		return ""
	}
	return s
}

// plans makes the plan of each urgency: from `notify`, or else all contacts in order at once.
func (d *personDraft) plans(notify item) {
	all := atOnce(d.Contacts)
	d.Plans = map[string]page.Plan{High: all, Low: all}
	f := fields(notify, "notify")
	for _, urgency := range []string{High, Low} {
		if list := f[urgency]; list.Given() {
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
	if list.Empty() {
		list.Fault("leave it out to use all contact methods at once", "no contact method for %s urgency", urgency)
	}
	var before time.Duration
	for _, one := range list.List() {
		f := fields(one, "step")
		via := f["via"].Text()
		contact, ok := d.Contact(via)
		switch {
		case !f["via"].Given():
			one.Fault("name one of the person's contact methods: {via: …}", "a step without a contact method")
			continue
		case !ok:
			f["via"].Fault(yamlfile.DidYouMean(via, d.contactIDs()), "%s has no contact method %s", quote(d.ID), quote(via))
			continue
		}
		after := f["after"].Duration(0, 0)
		if after < before {
			one.Warn("order the steps by their delays", "this step comes before the one above it")
		}
		before = after
		plan.Steps = append(plan.Steps, page.Step{Contact: contact.ID, Channel: contact.Channel(), After: after})
		if f["after"].Given() {
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
