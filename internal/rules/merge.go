package rules

import (
	"slices"
	"strconv"
	"time"

	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// Merging is a merge into an incident that another partition decides. It is asked for again until it
// is answered.
type Merging struct {
	Into        string    `json:"into"`
	IntoService string    `json:"into_service"`
	By          string    `json:"by,omitempty"`
	AskedAt     time.Time `json:"asked_at"`
	Asked       int       `json:"asked"`
}

// How a merge waits for its answer.
const (
	mergeTimeout = 10 * time.Second // doubles with each asking
	maxMergeAsks = 10
)

// againAt is when the answer is overdue; zero where no merge is under way.
func (m *Merging) againAt() time.Time {
	if m == nil {
		return time.Time{}
	}
	return m.AskedAt.Add(mergeTimeout << min(m.Asked-1, 6))
}

// merge ends the incident in favour of another one: here and now when this partition has it, else by
// asking the partition that does.
func (d *decider) merge(i *Incident, ask events.MergeReceived) {
	switch {
	case ask.Into == i.ID:
		d.refuse(i, ask.Name(), ask.Command, "it cannot be merged into itself")
	case i.Merging != nil:
		d.refuse(i, ask.Name(), ask.Command, "it is being merged already")
	case d.known(ask.Into) == nil && (ask.IntoService == i.Service || ask.IntoService == ""):
		d.refuse(i, ask.Name(), ask.Command, "the other incident is not known")
	case d.known(ask.Into) == nil:
		d.emit(i, ask.By, ask.Note, i.mergeRequest(Merging{Into: ask.Into, IntoService: ask.IntoService, By: ask.By}))
	default:
		d.mergeHere(i, d.known(ask.Into), ask)
	}
}

// mergeHere ends an incident in favour of one of the same partition.
func (d *decider) mergeHere(i, into *Incident, ask events.MergeReceived) {
	if refusal := into.refusesMerge(i.ID); refusal != "" {
		d.refuse(i, ask.Name(), ask.Command, refusal)
		return
	}
	fact := events.IncidentAbsorbed{From: i.ID, FromService: i.Service, Title: i.Title, By: ask.By}
	if i.Service == into.Service { // its alerts hold the other one open from here on
		fact.DedupKeys = append(slices.Clone(i.Aliases), i.DedupKey)
		for _, a := range i.Alerts {
			fact.Alerts = append(fact.Alerts, events.Alert{Key: a.Key, DedupKey: i.DedupKey, Summary: i.Title, StartsAt: a.StartsAt, EndsAt: a.EndsAt})
		}
	}
	d.emit(into, ask.By, "", fact)
	d.merged(i, into.ID, into.Service, ask.By, ask.Note)
}

func (i *Incident) mergeRequest(m Merging) events.MergeRequested {
	return events.MergeRequested{
		Incident: i.ID, Service: i.Service, Into: m.Into, IntoService: m.IntoService, By: m.By, Title: i.Title, Asked: m.Asked + 1,
	}
}

// refusesMerge says why the incident cannot take another one in; empty when it can.
func (i *Incident) refusesMerge(other string) string {
	switch {
	case i.Status == incident.Resolved:
		return "the other incident is resolved"
	case i.Merging != nil:
		return "the other incident is being merged itself"
	case slices.Contains(i.Absorbed, other):
		return "it was merged into the other incident before"
	}
	return ""
}

// merged ends an incident that another one has taken in.
func (d *decider) merged(i *Incident, into, service, by, reason string) {
	d.emit(i, by, reason, events.IncidentMerged{Into: into, IntoService: service, By: by})
	d.over(i, by, "merged into another incident", events.IncidentResolved{By: by, How: "merged"})
}

// askMerge asks again for an answer, and gives up in the end.
func (d *decider) askMerge(i *Incident) {
	if i.Merging.Asked >= maxMergeAsks {
		d.emit(i, ActorPolicy, "the partition of the other incident did not answer", events.CommandRefused{
			Incident: i.ID, Command: events.MergeReceived{}.Name(), By: i.Merging.By, Ends: true,
		})
		return
	}
	d.emit(i, ActorPolicy, "no answer in time", i.mergeRequest(*i.Merging))
}

// mergeRequested answers another partition. Asked again it answers again: the answer may be lost.
func (d *decider) mergeRequested(ask events.MergeRequested) string {
	answer := events.MergeAnswered{Incident: ask.Incident, Service: ask.Service, Into: ask.Into, Accepted: true}
	into := d.known(ask.Into)
	switch {
	case into == nil:
		answer.Accepted, answer.Refusal = false, NoSuchIncident
	case slices.Contains(into.Absorbed, ask.Incident):
	default:
		if answer.Refusal = into.refusesMerge(ask.Incident); answer.Refusal != "" {
			answer.Accepted = false
			break
		}
		d.emit(into, ask.By, "", events.IncidentAbsorbed{From: ask.Incident, FromService: ask.Service, Title: ask.Title, By: ask.By})
	}
	d.emitLoose(ask.IntoService, "", answer)
	return ""
}

// NotMerging is the reason to ignore an answer that nobody waits for.
const NotMerging = "no merge waits for it"

// mergeAnswered ends the merge that was asked for.
func (d *decider) mergeAnswered(answer events.MergeAnswered) string {
	i := d.s.incidents[answer.Incident]
	if i == nil || i.Merging == nil || i.Merging.Into != answer.Into {
		return NotMerging
	}
	m := *i.Merging
	if !answer.Accepted {
		d.emit(i, m.By, answer.Refusal, events.CommandRefused{Incident: i.ID, Command: events.MergeReceived{}.Name(), By: m.By, Ends: true})
		return ""
	}
	d.merged(i, m.Into, m.IntoService, m.By, "")
	return ""
}

// split makes an incident of its own of some of the alerts.
func (d *decider) split(i *Incident, ask events.SplitReceived) {
	keys := slices.Compact(slices.Sorted(slices.Values(ask.Alerts)))
	refusal := ""
	switch {
	case len(keys) == 0:
		refusal = "name the alerts that are to go"
	case len(keys) >= len(i.Alerts):
		refusal = "one of its alerts must stay"
	}
	for _, k := range keys {
		if i.alert(k) == nil {
			refusal = "it has no alert " + strconv.Quote(k) + " that fires"
		}
	}
	if refusal != "" {
		d.refuse(i, ask.Name(), ask.Command, refusal)
		return
	}
	d.splitInto(i, ask, keys)
}

func (d *decider) splitInto(i *Incident, ask events.SplitReceived, keys []string) {
	all := make([]events.Alert, len(keys))
	for n, k := range keys {
		known := i.alert(k)
		all[n] = events.Alert{
			Key: k, DedupKey: "split/" + i.ID + "/" + strconv.FormatUint(i.Seq, 10), Severity: i.Severity, Summary: firstWord(ask.Title, i.Title),
			Labels: i.Labels, Link: i.Link, StartsAt: known.StartsAt, EndsAt: known.EndsAt,
		}
	}
	part := &Incident{ID: events.DeriveID("incident", "split", i.ID, strconv.FormatUint(i.Seq, 10)), Service: i.Service, Team: i.Team}
	d.emit(i, ask.By, ask.Note, events.IncidentSplit{Into: part.ID, Alerts: keys, By: ask.By})
	d.emit(part, ask.By, "split off", events.IncidentTriggered{
		Title: all[0].Summary, DedupKey: all[0].DedupKey, Severity: i.Severity, Priority: i.Priority, Impact: "", SplitFrom: i.ID,
		Policy: i.Policy, Catalog: i.Catalog, Runbook: i.catalog.Service(i.Service).Runbook, Alert: all[0],
	})
	part = d.s.incidents[part.ID]
	for _, a := range all[1:] {
		d.emit(part, ask.By, "", events.AlertJoined{Alert: a})
	}
	d.startClocks(part)
	d.startClimb(part, byTrigger, d.in.Event.Time)
}

func firstWord(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
