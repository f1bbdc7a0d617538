package timeline

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

var start = time.Date(2026, 3, 2, 14, 0, 0, 0, time.UTC)

// fact makes the seq-th fact of incident "inc-1", seq seconds after start.
func fact(seq uint64, data events.Data) events.Event {
	e := events.New(data)
	e.Subject, e.Service, e.Team, e.IncidentSeq = "inc-1", "checkout", "payments", seq
	e.Time = start.Add(time.Duration(seq) * time.Second)
	return e
}

func alert(key string) events.Alert { return events.Alert{Key: key, Summary: key + " is bad"} }

func fold(i Incident, all ...events.Event) Incident {
	for _, e := range all {
		i = Fold(i, e)
	}
	return i
}

func opening() events.Event {
	return fact(1, events.IncidentTriggered{
		Title: "Checkout is slow", DedupKey: "slow", Severity: "critical", Priority: "P1", Policy: "payments", Alert: alert("a"),
	})
}

func TestFoldOpening(t *testing.T) {
	i := Fold(Incident{}, opening())
	require.Equal(t, Incident{
		ID: "inc-1", Service: "checkout", Team: "payments", Title: "Checkout is slow", Status: Triggered,
		Priority: "P1", Severity: "critical", Policy: "payments", DedupKey: "slow", OpenedAt: start.Add(time.Second),
		Alerts: []Alert{{Alert: alert("a"), Status: Firing}}, Seq: 1, UpdatedAt: start.Add(time.Second),
	}, i)
}

func TestFoldStatus(t *testing.T) {
	ack := fact(2, events.IncidentAcknowledged{By: "person:ana", Via: "api"})
	done := fact(3, events.IncidentResolved{By: "person:ana", How: "command"})
	back := alert("a")
	for name, c := range map[string]struct {
		then         []events.Event
		status       string
		acked, ended bool
	}{
		"triggered":               {nil, Triggered, false, false},
		"acknowledged":            {[]events.Event{ack}, Acknowledged, true, false},
		"given back":              {[]events.Event{ack, fact(3, events.IncidentUnacknowledged{})}, Triggered, false, false},
		"resolved keeps who had":  {[]events.Event{ack, done}, Resolved, true, true},
		"reopened by an alert":    {[]events.Event{ack, done, fact(4, events.IncidentReopened{Alert: &back})}, Triggered, false, false},
		"reopened by a person":    {[]events.Event{ack, done, fact(4, events.IncidentReopened{By: "person:bo"})}, Triggered, false, false},
		"refusal changes nothing": {[]events.Event{fact(2, events.CommandRefused{Command: "reopening.received"})}, Triggered, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			i := fold(Incident{}, append([]events.Event{opening()}, c.then...)...)
			require.Equal(t, c.status, i.Status)
			require.Equal(t, c.acked, i.AcknowledgedAt != nil)
			require.Equal(t, c.acked, i.AcknowledgedBy != "")
			require.Equal(t, c.ended, i.ResolvedAt != nil)
			require.EqualValues(t, 1+len(c.then), i.Seq)
		})
	}
}

func TestFoldAlerts(t *testing.T) {
	end := start.Add(time.Hour)
	i := fold(Incident{}, opening(),
		fact(2, events.AlertJoined{Alert: alert("b")}),
		fact(3, events.AlertJoined{Alert: alert("c")}),
		fact(4, events.AlertLeft{Key: "a", How: "cleared"}),
		fact(5, events.AlertLeft{Key: "b", How: "expired"}),
		fact(6, events.AlertRenewed{Key: "c", EndsAt: end}),
		fact(7, events.AlertLeft{Key: "nobody knows it", How: "cleared"}))
	require.Len(t, i.Alerts, 3)
	require.Equal(t, []string{Cleared, Expired, Firing}, []string{i.Alerts[0].Status, i.Alerts[1].Status, i.Alerts[2].Status})
	require.Equal(t, end, i.Alerts[2].EndsAt)

	again := Fold(i, fact(8, events.AlertJoined{Alert: alert("a")}))
	require.Len(t, again.Alerts, 3, "the same key is the same alert")
	require.Equal(t, Firing, again.Alerts[0].Status)
}

func TestFoldRenewalHasNoNumber(t *testing.T) {
	e := events.New(events.AlertRenewed{Incident: "inc-1", Key: "a", EndsAt: start.Add(time.Hour)})
	e.Time = start.Add(time.Minute)
	before := Fold(Incident{}, opening())
	i := Fold(before, e)
	require.Equal(t, start.Add(time.Hour), i.Alerts[0].EndsAt)
	require.Equal(t, "inc-1", i.ID)
	require.Equal(t, before.Seq, i.Seq)
	require.Equal(t, before.UpdatedAt, i.UpdatedAt)
}

func TestFoldLevelAndPriority(t *testing.T) {
	i := fold(Incident{}, opening(),
		fact(2, events.EscalationAdvanced{Round: 2, Level: 3}),
		fact(3, events.IncidentPrioritized{Severity: "warning", Priority: "P3", Was: "P1"}))
	require.Equal(t, 3, i.Level)
	require.Equal(t, 2, i.Round)
	require.Equal(t, "P3", i.Priority)
	require.Equal(t, "warning", i.Severity)
}

func TestFoldLeavesItsArgumentAlone(t *testing.T) {
	before := fold(Incident{}, opening(), fact(2, events.AlertJoined{Alert: alert("b")}))
	before.Alerts = append(make([]Alert, 0, 8), before.Alerts...) // spare room that a careless append would share
	one := Fold(before, fact(3, events.AlertJoined{Alert: alert("c")}))
	two := Fold(before, fact(3, events.AlertJoined{Alert: alert("d")}))
	Fold(before, fact(3, events.AlertLeft{Key: "a", How: "cleared"}))
	Fold(before, fact(3, events.AlertRenewed{Key: "b", EndsAt: start}))
	require.Equal(t, "c", one.Alerts[2].Key)
	require.Equal(t, "d", two.Alerts[2].Key)
	require.Equal(t, Firing, before.Alerts[0].Status)
	require.True(t, before.Alerts[1].EndsAt.IsZero())
	require.Len(t, before.Alerts, 2)
}

func TestFoldTwiceIsOnce(t *testing.T) {
	ack := fact(2, events.IncidentAcknowledged{By: "person:ana"})
	i := fold(Incident{}, opening(), ack)
	require.Equal(t, i, fold(i, opening(), ack))
}

func TestFoldSurvivesUnknownFacts(t *testing.T) {
	strange := events.Event{Envelope: events.Envelope{Type: "dev.tocsin.incident.forgiven.v1", Subject: "inc-1", IncidentSeq: 2, Time: start}}
	i := fold(Incident{}, opening(), strange)
	require.EqualValues(t, 2, i.Seq)
	require.Equal(t, Triggered, i.Status)
	require.Equal(t, "incident.forgiven", Tell(strange).Summary)

	foreign := events.Event{Envelope: events.Envelope{Type: "com.example.thing"}}
	require.Equal(t, "com.example.thing", Tell(foreign).Summary)
}
