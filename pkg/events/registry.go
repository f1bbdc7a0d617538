package events

import (
	"encoding/json"
	"slices"
)

// registry makes a typed value of each known name from its JSON.
var registry = map[string]func([]byte) (Data, error){
	"alert.received":            read[AlertReceived],
	"alert.cleared":             read[AlertCleared],
	"alert.joined":              read[AlertJoined],
	"alert.renewed":             read[AlertRenewed],
	"alert.left":                read[AlertLeft],
	"acknowledgement.received":  read[AcknowledgementReceived],
	"acknowledgement.withdrawn": read[AcknowledgementWithdrawn],
	"resolution.received":       read[ResolutionReceived],
	"reopening.received":        read[ReopeningReceived],
	"escalation.received":       read[EscalationReceived],
	"note.received":             read[NoteReceived],
	"command.refused":           read[CommandRefused],
	"incident.triggered":        read[IncidentTriggered],
	"incident.acknowledged":     read[IncidentAcknowledged],
	"incident.unacknowledged":   read[IncidentUnacknowledged],
	"incident.resolved":         read[IncidentResolved],
	"incident.reopened":         read[IncidentReopened],
	"incident.prioritized":      read[IncidentPrioritized],
	"incident.annotated":        read[IncidentAnnotated],
	"escalation.advanced":       read[EscalationAdvanced],
	"escalation.exhausted":      read[EscalationExhausted],
	"page.requested":            read[PageRequested],
	"page.superseded":           read[PageSuperseded],
	"page.delivered":            read[PageDelivered],
	"page.delayed":              read[PageDelayed],
	"page.failed":               read[PageFailed],
	"delivery.opened":           read[DeliveryOpened],
	"delivery.claimed":          read[DeliveryClaimed],
	"delivery.answered":         read[DeliveryAnswered],
	"delivery.closed":           read[DeliveryClosed],
	"receipt.received":          read[ReceiptReceived],
	"catalog.revised":           read[CatalogRevised],
}

func read[T Data](raw []byte) (Data, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}

// Names lists every event name this build knows, sorted.
func Names() []string {
	names := make([]string, 0, len(registry))
	for name := range registry {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
