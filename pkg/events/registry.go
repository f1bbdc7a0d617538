package events

import (
	"encoding/json"
	"slices"
)

// registry decodes the data of each known event name.
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
	"incident.clock_started":    read[IncidentClockStarted],
	"incident.clock_retimed":    read[IncidentClockRetimed],
	"incident.clock_at_risk":    read[IncidentClockAtRisk],
	"incident.clock_breached":   read[IncidentClockBreached],
	"incident.clock_met":        read[IncidentClockMet],
	"incident.clocks_paused":    read[IncidentClocksPaused],
	"incident.clocks_resumed":   read[IncidentClocksResumed],
	"incident.clocks_cancelled": read[IncidentClocksCancelled],
	"snooze.received":           read[SnoozeReceived],
	"snooze.withdrawn":          read[SnoozeWithdrawn],
	"assignment.received":       read[AssignmentReceived],
	"responders.requested":      read[RespondersRequested],
	"priority.received":         read[PriorityReceived],
	"merge.received":            read[MergeReceived],
	"merge.requested":           read[MergeRequested],
	"merge.answered":            read[MergeAnswered],
	"split.received":            read[SplitReceived],
	"role.received":             read[RoleReceived],
	"task.received":             read[TaskReceived],
	"task.completed":            read[TaskCompleted],
	"document.received":         read[DocumentReceived],
	"closure.received":          read[ClosureReceived],
	"pause.received":            read[PauseReceived],
	"pause.withdrawn":           read[PauseWithdrawn],
	"clocks.cancelled":          read[ClocksCancelled],
	"escalation.held":           read[EscalationHeld],
	"escalation.fired":          read[EscalationFired],
	"escalation.skipped":        read[EscalationSkipped],
	"incident.snoozed":          read[IncidentSnoozed],
	"incident.woken":            read[IncidentWoken],
	"incident.assigned":         read[IncidentAssigned],
	"incident.transferred":      read[IncidentTransferred],
	"incident.responders_added": read[IncidentRespondersAdded],
	"incident.responder_joined": read[IncidentResponderJoined],
	"incident.merged":           read[IncidentMerged],
	"incident.absorbed":         read[IncidentAbsorbed],
	"incident.split":            read[IncidentSplit],
	"incident.role_assigned":    read[IncidentRoleAssigned],
	"incident.task_added":       read[IncidentTaskAdded],
	"incident.task_completed":   read[IncidentTaskCompleted],
	"incident.document_added":   read[IncidentDocumentAdded],
	"incident.closed":           read[IncidentClosed],
	"override.received":         read[OverrideReceived],
	"override.withdrawn":        read[OverrideWithdrawn],
	"override.added":            read[OverrideAdded],
	"override.removed":          read[OverrideRemoved],
	"roster.received":           read[RosterReceived],
	"roster.imported":           read[RosterImported],
	"problem.received":          read[ProblemReceived],
	"problem.link_received":     read[ProblemLinkReceived],
	"problem.link_withdrawn":    read[ProblemLinkWithdrawn],
	"problem.change_received":   read[ProblemChangeReceived],
	"problem.closure_received":  read[ProblemClosureReceived],
	"problem.opened":            read[ProblemOpened],
	"problem.changed":           read[ProblemChanged],
	"problem.closed":            read[ProblemClosed],
	"problem.linked":            read[ProblemLinked],
	"problem.unlinked":          read[ProblemUnlinked],
	"problem.noticed":           read[ProblemNoticed],
	"incident.matched":          read[IncidentMatched],
}

// typeNames maps the registry's names to their CloudEvents types.
var typeNames = func() map[string]string {
	all := make(map[string]string, len(registry))
	for name := range registry {
		all[name] = typeOf(name)
	}
	return all
}()

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
