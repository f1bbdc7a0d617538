package exports

import (
	"cmp"
	"strconv"

	"tocsin.dev/internal/insight/shadow"
)

// reference is PagerDuty's reference to another object.
type reference struct {
	ID      string `json:"id"`
	Summary string `json:"summary"`
	Email   string `json:"email"`
}

type pagerdutyIncident struct {
	ID        string    `json:"id"`
	Number    int64     `json:"incident_number"`
	Key       string    `json:"incident_key"`
	Title     string    `json:"title"`
	Summary   string    `json:"summary"`
	CreatedAt string    `json:"created_at"`
	Service   reference `json:"service"`
}

type pagerdutyEntry struct {
	ID        string    `json:"id"`
	Type      string    `json:"type"`
	CreatedAt string    `json:"created_at"`
	Incident  reference `json:"incident"`
	User      reference `json:"user"`  // of a notification
	Agent     reference `json:"agent"` // who acknowledged or resolved it
	Channel   struct {
		Type         string `json:"type"`
		Notification struct {
			Type    string `json:"type"`
			Address string `json:"address"`
			Status  string `json:"status"`
		} `json:"notification"`
	} `json:"channel"`
}

// PagerDuty parses {"incidents": […]} and {"log_entries": […]} as the REST API v2 returns them, in one file
// or several, in any order. Entries about other incidents are ignored.
func PagerDuty(files [][]byte, _ Options) ([]shadow.Alert, error) {
	r := &pagerduty{incidents: map[string]*shadow.Alert{}, entries: map[string]bool{}}
	for n, file := range files {
		at := where{file: n, files: len(files)}
		if err := documents(file, at, []string{"incidents", "log_entries"}, r.take); err != nil {
			r.wrong.add("%w", err)
		}
	}
	for _, one := range r.later {
		r.entry(one.o, one.entry)
	}
	if err := r.wrong.err(); err != nil {
		return nil, err
	}
	return sorted(r.order), nil
}

type pagerduty struct {
	incidents map[string]*shadow.Alert
	order     []*shadow.Alert
	entries   map[string]bool // ids: pages of answers may overlap
	later     []pagerdutyLater
	wrong     faults
}

type pagerdutyLater struct {
	o     object
	entry pagerdutyEntry
}

// take adds an incident, or keeps a log entry until every incident is known.
func (r *pagerduty) take(list string, o object) error {
	switch list {
	case "incidents":
		r.incident(o)
		return nil
	case "log_entries":
		var e pagerdutyEntry
		if err := o.read(&e); err != nil {
			r.wrong.add("%w", err)
		} else if e.ID == "" || !r.entries[e.ID] {
			r.entries[e.ID] = true
			r.later = append(r.later, pagerdutyLater{o, e})
		}
		return nil
	}
	r.wrong.add(`%s: no "incidents" or "log_entries": is this an export of PagerDuty?`, o.where)
	return nil
}

func (r *pagerduty) incident(o object) {
	var i pagerdutyIncident
	if err := o.read(&i); err != nil {
		r.wrong.add("%w", err)
		return
	}
	if i.ID == "" {
		r.wrong.add("%s: id is missing: is this an incident of PagerDuty?", o.where)
		return
	}
	o.what = "incident " + i.ID
	opened, err := o.instant("created_at", i.CreatedAt)
	if err != nil {
		r.wrong.add("%w", err)
		return
	}
	if r.incidents[i.ID] != nil {
		return
	}
	name := i.ID
	if i.Number > 0 {
		name = "#" + strconv.FormatInt(i.Number, 10)
	}
	a := &shadow.Alert{ID: name, Key: i.Key, Title: cmp.Or(i.Title, i.Summary), Service: i.Service.Summary, Opened: opened}
	r.incidents[i.ID], r.order = a, append(r.order, a)
}

// entry adds what a log entry says to its incident.
func (r *pagerduty) entry(o object, e pagerdutyEntry) {
	o.what = "log entry " + e.ID
	a := r.incidents[e.Incident.ID]
	switch e.Type {
	case "notify_log_entry", "acknowledge_log_entry", "resolve_log_entry":
	default:
		return
	}
	at, err := o.instant("created_at", e.CreatedAt)
	if err != nil {
		r.wrong.add("%w", err)
		return
	}
	if a == nil {
		return
	}
	if e.Type == "notify_log_entry" {
		if person := cmp.Or(e.User.Email, e.User.Summary, e.Channel.Notification.Address, e.User.ID); person != "" {
			a.Pages = append(a.Pages, shadow.Page{Person: person, At: at, Via: e.Channel.Notification.Type})
		}
		return
	}
	if a.Answered.IsZero() || at.Before(a.Answered) {
		a.Answered, a.AnsweredBy = at, cmp.Or(e.Agent.Email, e.Agent.Summary)
	}
}
