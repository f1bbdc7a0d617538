package shadow

import (
	"slices"
	"strings"
	"time"

	"tocsin.dev/pkg/events"
)

// Alert is what the present pager calls an alert or an incident.
type Alert struct {
	ID string // its own id, or number
	// Key is the dedup key: Opsgenie's alias, PagerDuty's incident key. Empty where the export has none.
	Key            string
	Title, Service string
	Opened         time.Time
	// Answered is when somebody acknowledged it, or it was closed where nobody did; zero while neither is known.
	Answered   time.Time
	AnsweredBy string // may be empty
	Pages      []Page
}

// Page is one notification to one person.
type Page struct {
	// Person is a name, an address or an id; see [People].
	Person string
	At     time.Time
	// Via is the kind of contact method; may be empty.
	Via string
}

// Incident is one of ours.
type Incident struct {
	ID, Service, Team, Title string
	// Keys are its dedup key and the keys of its alerts.
	Keys     []string
	Opened   time.Time
	Resolved time.Time // zero while it is open
	Pages    []Page
	drill    bool
}

// Collector folds the facts of a ledger into incidents. Its zero value is empty.
type Collector struct {
	incidents map[string]*Incident
	order     []*Incident
	asked     map[string]pageAsked // by page
}

type pageAsked struct {
	incident *Incident
	target   string
	at       time.Time
}

// Add takes the next fact. Those that do not concern a comparison change nothing.
func (c *Collector) Add(e events.Event) {
	if d, ok := e.Data.(events.IncidentTriggered); ok {
		c.opens(e, d)
		return
	}
	i := c.incidents[e.Subject]
	if i == nil {
		return
	}
	switch d := e.Data.(type) {
	case events.AlertJoined:
		i.Keys = append(i.Keys, d.Key)
	case events.IncidentResolved:
		i.Resolved = e.Time
	case events.IncidentReopened:
		i.Resolved = time.Time{}
	case events.PageRequested:
		if _, again := c.asked[d.Page]; !again {
			c.asked[d.Page] = pageAsked{i, d.Target, e.Time}
		}
	case events.PageDelivered:
		c.paged(d.Page, d.Channel, d.Attempts)
	case events.PageFailed:
		delete(c.asked, d.Page)
	}
}

func (c *Collector) opens(e events.Event, d events.IncidentTriggered) {
	if c.incidents == nil {
		c.incidents, c.asked = map[string]*Incident{}, map[string]pageAsked{}
	}
	labels := d.Alert.Labels.Map()
	i := &Incident{
		ID: e.Subject, Service: e.Service, Team: e.Team, Title: d.Title, Opened: e.Time,
		Keys: []string{d.DedupKey, d.Alert.Key}, drill: set(labels["drill"]) || set(labels["probe"]),
	}
	c.incidents[i.ID], c.order = i, append(c.order, i)
}

// set says whether a label marks something.
func set(word string) bool {
	return word != "" && word != "0" && !strings.EqualFold(word, "false") && !strings.EqualFold(word, "no")
}

// paged turns a page that was asked for into one that went out, or in a shadow run would have, at its
// last attempt.
func (c *Collector) paged(page, via string, attempts []events.Attempt) {
	p, ok := c.asked[page]
	if !ok {
		return
	}
	delete(c.asked, page)
	if n := len(attempts); n > 0 && !attempts[n-1].At.IsZero() {
		p.at = attempts[n-1].At
	}
	p.incident.Pages = append(p.incident.Pages, Page{Person: p.target, At: p.at, Via: via})
}

// Incidents returns those that are neither drills nor probes, in the order in which they opened.
func (c *Collector) Incidents() []Incident {
	var out []Incident
	for _, i := range c.order {
		if !i.drill {
			one := *i
			one.Keys = slices.Compact(slices.Sorted(slices.Values(i.Keys)))
			out = append(out, one)
		}
	}
	slices.SortStableFunc(out, func(a, b Incident) int { return a.Opened.Compare(b.Opened) })
	return out
}
