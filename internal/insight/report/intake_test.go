package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/pkg/events"
)

// asDone collects intake facts as if they had been done.
type asDone struct {
	reader history.AsDone
	Collector
}

func (c *asDone) add(t *testing.T, e events.Event) {
	t.Helper()
	require.NoError(t, c.reader.Add(e, c.Add))
}

// asked takes in intake facts, a minute apart.
func asked(t *testing.T, all ...events.Data) []*Incident {
	t.Helper()
	var c asDone
	for n, data := range all {
		e := events.New(data)
		e.Time, e.Service, e.Team = start.Add(time.Duration(n)*minute), "checkout", "payments"
		c.add(t, e)
	}
	require.Zero(t, c.Unknown())
	return c.Incidents()
}

func fires(key string) events.Data {
	return events.AlertReceived{Alert: events.Alert{Key: key, Summary: key}}
}

func clears(key string) events.Data { return events.AlertCleared{Alert: events.Alert{Key: key}} }

var a = events.Command{Incident: "a", By: "person:ana"}

func TestAsked(t *testing.T) {
	got := asked(t,
		fires("a"), events.PriorityReceived{Command: events.Command{Incident: "a"}, Priority: "P2"},
		events.EscalationReceived{Command: a, To: "database"}, events.EscalationReceived{Command: a, Up: true},
		events.AcknowledgementReceived{Command: a}, events.AcknowledgementReceived{Command: a},
		events.ResolutionReceived{Command: a}, events.ReopeningReceived{Command: a},
		events.ResolutionReceived{Command: a}, events.ResolutionReceived{Command: a},
		events.ClosureReceived{Command: a, Outcome: "fixed"}, fires("a"),
	)
	require.Len(t, got, 2, "the alert of a closed incident opens a new one")
	i := got[0]
	require.Equal(t, "P2", i.Priority)
	require.Equal(t, "database", i.Team)
	require.Equal(t, []int{1, 1, 0}, []int{i.Functional, i.Upward, i.Other})
	require.Equal(t, start.Add(2*minute), i.Engaged, "who escalates has looked at it")
	require.Equal(t, start.Add(4*minute), i.Acknowledged, "the first counts")
	require.Equal(t, start.Add(9*minute), i.Resolved, "the last counts")
	require.Equal(t, []time.Time{start.Add(7 * minute)}, i.Reopened)
	require.Equal(t, start.Add(10*minute), i.Closed)
	require.True(t, got[1].Open())
}

func TestAskedAlerts(t *testing.T) {
	pair := func(key string) events.Data {
		return events.AlertReceived{Alert: events.Alert{Key: key, DedupKey: "ab"}}
	}
	over := func(key string) events.Data {
		return events.AlertCleared{Alert: events.Alert{Key: key, DedupKey: "ab"}}
	}
	i := asked(t, pair("a"), pair("b"), over("a"), over("x"))[0]
	require.True(t, i.Open(), "b still fires")
	require.Equal(t, 2, i.Alerts)
	i = asked(t, pair("a"), pair("b"), over("a"), over("b"))[0]
	require.Equal(t, start.Add(3*minute), i.Resolved)
	require.True(t, i.Noise())
	i = asked(t, pair("a"), over("a"), pair("a"))[0]
	require.True(t, i.Open())
	require.Len(t, i.Reopened, 1)
	require.Equal(t, 1, i.Returns)
}

func TestClosingAnOpenOneResolvesIt(t *testing.T) {
	i := asked(t, fires("a"), events.ClosureReceived{Command: a})[0]
	require.Equal(t, start.Add(minute), i.Resolved)
	require.Equal(t, "person:ana", i.ResolvedBy)
}

// TestSameKeyOfTwoServices: commands of a history go to the newest of that name.
func TestSameKeyOfTwoServices(t *testing.T) {
	var c asDone
	for n, service := range []string{"one", "two", "one"} {
		e := events.New(fires("a"))
		e.Time, e.Service = start.Add(time.Duration(n)*minute), service
		c.add(t, e)
	}
	require.Len(t, c.Incidents(), 2)
}

func TestCommandsForNobody(t *testing.T) {
	var c asDone
	e := events.New(events.AcknowledgementReceived{Command: a})
	e.Time = start
	c.add(t, e)
	c.Add(events.Event{Envelope: events.Envelope{Time: start}, Data: events.CatalogRevised{}})
	c.add(t, events.Event{Envelope: events.Envelope{Time: start}, Data: clears("nobody")})
	require.Empty(t, c.Incidents())
	require.Equal(t, 1, c.Unknown())
}
