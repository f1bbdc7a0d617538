// Package events holds Tocsin's public words: every fact as a CloudEvent, the names of
// their types, and the streams and subjects on which they travel.
//
// In: bytes of a CloudEvent, or a typed value such as [IncidentTriggered].
// Out: the same, the other way round. [Event] is one fact with its envelope; [Data] is what
// it says. Encoding is canonical: one value always gives the same bytes, on one line.
//
// What is asked for (alerts, commands, receipts) lies on the stream INTAKE, what was decided
// on LEDGER, what the notifier did on DELIVERIES, and the public copy of every incident,
// escalation and page fact on EVENTS.
//
// The package never reads a clock, draws an id or touches the network.
package events
