// Package events is Tocsin's public vocabulary: every fact as a CloudEvent, the names of
// their types, and the streams and subjects on which they travel.
//
// In: bytes of a CloudEvent, or a typed value such as [IncidentTriggered].
// Out: the same, the other way round. [Event] is one fact with its envelope; [Data] is what
// it says. Encoding is canonical: a value always has the same bytes, on one line.
//
// Stream INTAKE has requests (alerts, commands, receipts), LEDGER has decisions, DELIVERIES has
// what the notifier did, and EVENTS has the public copy of every incident, escalation and page
// fact.
//
// The package never reads a clock, draws an id or touches the network.
package events
