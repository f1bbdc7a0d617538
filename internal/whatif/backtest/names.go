package backtest

import (
	"tocsin.dev/pkg/events"
)

// Names gives incidents the names that a history has for them: their dedup keys. It is made of the
// ledger's facts.
type Names map[string]name // by id

type name struct{ service, key string }

// Fact learns the incident that a fact opens.
func (n Names) Fact(e events.Event) {
	if d, ok := e.Data.(events.IncidentTriggered); ok {
		n[e.Subject] = name{e.Service, d.DedupKey}
	}
}

// Portable says whether an intake fact means something outside its own system: catalogs and forwarded
// merges do not.
func Portable(e events.Event) bool {
	switch e.Data.(type) {
	case events.CatalogRevised, events.MergeRequested, events.MergeAnswered:
		return false
	}
	return true
}

// Foreign gives an intake fact as a history has it: what it is about is named by the dedup key. ok is
// false for a fact about an incident that is not known.
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
		e.Service, e.Data = to.service, about(e.Data, to.key)
		return e, ok
	}
	return e, true
}
