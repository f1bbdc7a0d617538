package backtest

import "tocsin.dev/pkg/events"

// Names maps the ids of incidents to their names in an exported history, which are their dedup keys. Fill
// it with the facts of the ledger.
type Names map[string]name // by id

type name struct{ service, key string }

// Fact adds the incident that a fact opens.
func (n Names) Fact(e events.Event) {
	if d, ok := e.Data.(events.IncidentTriggered); ok {
		n[e.Subject] = name{e.Service, d.DedupKey}
	}
}

// Portable reports whether an intake fact means something outside its own system: catalog revisions and
// forwarded merges do not.
func Portable(e events.Event) bool {
	switch e.Data.(type) {
	case events.CatalogRevised, events.MergeRequested, events.MergeAnswered:
		return false
	}
	return true
}

// Foreign returns an intake fact as a history has it: about an incident that is named by its dedup key.
// ok is false when the incident is not known.
func (n Names) Foreign(e events.Event) (named events.Event, ok bool) {
	switch d := e.Data.(type) {
	case events.ReceiptReceived:
		to, ok := n[d.Incident]
		d.Incident, e.Service = to.key, to.service
		e.Data = d
		return e, ok
	case events.MergeReceived:
		from, ok := n[d.Incident]
		into, known := n[d.Into]
		d.Incident, d.Into, d.IntoService, e.Service = from.key, into.key, into.service, from.service
		e.Data = d
		return e, ok && known
	case events.CommandData:
		to, ok := n[d.Ask().Incident]
		data, err := readdressed(e.Data, to.key)
		e.Service, e.Data = to.service, data
		return e, ok && err == nil
	}
	return e, true
}
