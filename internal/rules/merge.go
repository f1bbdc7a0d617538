package rules

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// Merging is a pending merge into an incident of another partition. The request is repeated until it
// is answered.
type Merging struct {
	Into        string    `json:"into"`
	IntoService string    `json:"into_service"`
	By          string    `json:"by,omitempty"`
	AskedAt     time.Time `json:"asked_at"`
	Asked       int       `json:"asked"`
}

const (
	mergeTimeout = 10 * time.Second // for the first answer; doubles with each request
	maxMergeAsks = 10
)

// againAt is when the request is repeated; zero if no merge is pending.
func (m *Merging) againAt() time.Time {
	if m == nil {
		return time.Time{}
	}
	return m.AskedAt.Add(mergeTimeout << min(m.Asked-1, 6))
}

// merge merges the incident into another one: at once if this partition has it, otherwise by a
// request to the partition that does.
func (d *decider) merge(i *Incident, ask events.MergeReceived) {
	switch {
	case ask.Into == i.ID:
		d.refuse(i, ask, "it cannot be merged into itself")
	case i.Merging != nil:
		d.refuse(i, ask, "it is being merged already")
	case d.known(ask.Into) == nil && (ask.IntoService == i.Service || ask.IntoService == ""):
		d.refuse(i, ask, "the other incident is not known")
	case d.known(ask.Into) == nil:
		d.emit(i, ask.By, ask.Note, i.mergeRequest(Merging{Into: ask.Into, IntoService: ask.IntoService, By: ask.By}))
	default:
		d.mergeHere(i, d.known(ask.Into), ask)
	}
}

// mergeHere merges two incidents of this partition.
func (d *decider) mergeHere(i, into *Incident, ask events.MergeReceived) {
	if refusal := into.refusesMerge(i.ID); refusal != "" {
		d.refuse(i, ask, refusal)
		return
	}
	fact := events.IncidentAbsorbed{From: i.ID, FromService: i.Service, Title: i.Title, By: ask.By}
	if i.Service == into.Service { // its alerts now keep the other one open
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

// refusesMerge says why the incident cannot absorb another one; empty if it can.
func (i *Incident) refusesMerge(other string) string {
	switch {
	case i.Status == incident.Resolved:
		return "the other incident is resolved"
	case i.Merging != nil:
		return "the other incident is itself being merged"
	case slices.Contains(i.Absorbed, other):
		return "it was merged into the other incident already"
	}
	return ""
}

// merged resolves an incident that another one absorbed.
func (d *decider) merged(i *Incident, into, service, by, reason string) {
	d.emit(i, by, reason, events.IncidentMerged{Into: into, IntoService: service, By: by})
	d.end(i, by, "merged into another incident", events.IncidentResolved{By: by, How: "merged"})
}

// askMerge repeats the request, and gives up after maxMergeAsks.
func (d *decider) askMerge(i *Incident) {
	if i.Merging.Asked >= maxMergeAsks {
		d.emit(i, ActorPolicy, "the partition of the other incident does not answer", events.CommandRefused{
			Incident: i.ID, Command: events.MergeReceived{}.Name(), By: i.Merging.By, Ends: true,
		})
		return
	}
	d.emit(i, ActorPolicy, "no answer in time", i.mergeRequest(*i.Merging))
}

// mergeRequested answers another partition. A repeated request gets the same answer, because the
// first one may be lost.
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
	d.emitStandalone(ask.IntoService, "", answer)
	return ""
}

// NotMerging ignores an answer to no pending merge.
const NotMerging = "no merge waits for it"

// mergeAnswered completes or gives up the pending merge.
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

// split moves some of the alerts to a new incident.
func (d *decider) split(i *Incident, ask events.SplitReceived) {
	keys := slices.Compact(slices.Sorted(slices.Values(ask.Alerts)))
	refusal := ""
	switch {
	case len(keys) == 0:
		refusal = "name the alerts to split off"
	case len(keys) >= len(i.Alerts):
		refusal = "one of its alerts must stay"
	}
	for _, k := range keys {
		if i.alert(k) == nil {
			refusal = "it has no firing alert " + strconv.Quote(k)
		}
	}
	if refusal != "" {
		d.refuse(i, ask, refusal)
		return
	}
	d.splitOff(i, ask, keys)
}

func (d *decider) splitOff(i *Incident, ask events.SplitReceived, keys []string) {
	all := make([]events.Alert, len(keys))
	for n, k := range keys {
		known := i.alert(k)
		all[n] = events.Alert{
			Key: k, DedupKey: "split/" + i.ID + "/" + strconv.FormatUint(i.Seq, 10), Severity: i.Severity, Summary: cmp.Or(ask.Title, i.Title),
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
	d.startEscalation(part, byTrigger, d.in.Event.Time)
}
