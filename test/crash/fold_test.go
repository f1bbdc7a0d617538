package crash

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// decided folds one fact of the ledger.
func (a *audit) decided(e events.Event, text []byte, m bus.Message) error {
	if e.CausationID != "" {
		a.causes[e.CausationID] = true
	}
	if _, ok := events.PublicSubject(e.Envelope); ok {
		a.public[e.ID]++
	}
	if e.IncidentSeq == 0 {
		return nil
	}
	i := a.incidents[e.Subject]
	if i == nil {
		i = &incident{head: make([]byte, sha256.Size), open: map[string]bool{}}
		a.incidents[e.Subject] = i
		a.order = append(a.order, e.Subject)
	}
	if e.IncidentSeq != i.seq+1 {
		return fmt.Errorf("incident %s: fact %d follows fact %d", e.Subject, e.IncidentSeq, i.seq)
	}
	i.seq = e.IncidentSeq
	sum := sha256.Sum256(append(i.head[:len(i.head):len(i.head)], text...))
	i.head = sum[:]
	i.chain = append(i.chain, hex.EncodeToString(i.head))
	return a.fold(i, e, m.At)
}

func (a *audit) fold(i *incident, e events.Event, storedAt time.Time) error {
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		i.status = "triggered"
		a.alerts[d.Alert.Labels.Map()["n"]] = e.Subject
	case events.AlertJoined:
		a.alerts[d.Labels.Map()["n"]] = e.Subject
	case events.IncidentAcknowledged:
		i.status = "acknowledged"
	case events.IncidentReopened, events.IncidentUnacknowledged:
		i.status, i.exhausted = "triggered", false
	case events.IncidentResolved:
		i.status = "resolved"
	case events.EscalationExhausted:
		i.exhausted = true
	case events.EscalationAdvanced:
		if d.Trigger == "unacknowledged" && e.Time.Before(i.dueAt) {
			return fmt.Errorf("incident %s: level %d came %s early", e.Subject, d.Level, i.dueAt.Sub(e.Time))
		}
		i.dueAt, i.exhausted = d.DueAt, false
	case events.PageRequested:
		return a.requested(i, e, d)
	case events.PageSuperseded:
		delete(i.open, d.Page)
		a.pages[d.Page].superseded, a.pages[d.Page].supersededAt = true, storedAt
	case events.PageDelivered:
		delete(i.open, d.Page)
		a.pages[d.Page].delivered = true
	case events.PageFailed:
		delete(i.open, d.Page)
		a.pages[d.Page].failed = true
	}
	return nil
}

// requested holds to "one decision": a page is decided once for its incident, round, level and target.
func (a *audit) requested(i *incident, e events.Event, d events.PageRequested) error {
	what := fmt.Sprintf("%s round %d level %d %s", e.Subject, d.Round, d.Level, d.Target)
	switch id, known := a.firstAsk[what]; {
	case !known && d.Asked == 1:
		a.firstAsk[what] = d.Page
		a.pages[d.Page] = &page{incident: e.Subject, target: d.Target, requestedAt: e.Time}
		i.open[d.Page] = true
	case known && id == d.Page && d.Asked > 1:
	default:
		return fmt.Errorf("%s: page %s asked %d times, page %s before", what, d.Page, d.Asked, id)
	}
	return nil
}

// done folds one fact of the notifier's log.
func (a *audit) done(e events.Event, _ []byte, m bus.Message) error {
	switch d := e.Data.(type) {
	case events.DeliveryClaimed:
		if p := a.pages[d.Page]; p != nil && p.superseded && m.At.After(p.supersededAt) {
			a.unwanted++
			a.worst = max(a.worst, m.At.Sub(p.supersededAt))
		}
		a.contacts[attempt(d.Page, d.Attempt)] = claim{events.DeriveID("notification", d.Page, d.Contact)}
	case events.DeliveryAnswered:
		c, ok := a.contacts[attempt(d.Page, d.Attempt)]
		if !ok {
			return fmt.Errorf("page %s: attempt %d is answered and was never claimed", d.Page, d.Attempt)
		}
		if d.Outcome == "accepted" {
			a.recorded[c.webhook] = m.At
		}
	}
	return nil
}

func attempt(page string, n int) string { return fmt.Sprintf("%s/%d", page, n) }
