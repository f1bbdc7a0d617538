package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// start is a Wednesday.
var start = time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)

// ledger writes facts of incidents as the engine would.
type ledger struct {
	c   Collector
	seq map[string]uint64
}

// at takes in a fact of an incident, so long after start.
func (l *ledger) at(after time.Duration, incident, team string, data events.Data) {
	if l.seq == nil {
		l.seq = map[string]uint64{}
	}
	l.seq[incident]++
	e := events.New(data)
	e.Time, e.Subject, e.Service, e.Team, e.IncidentSeq = start.Add(after), incident, "checkout", team, l.seq[incident]
	e.ID = events.DeriveID(incident, data.Name(), after.String())
	l.c.Add(e)
}

// open opens an incident of the team payments.
func (l *ledger) open(after time.Duration, incident string, labels map[string]string) {
	l.at(after, incident, "payments", events.IncidentTriggered{
		Title: incident, DedupKey: incident, Priority: "P2", Policy: "payments",
		Alert: events.Alert{Key: incident, Summary: incident, Labels: events.NewLabels(labels)},
	})
}

func (l *ledger) report(t *testing.T, o Options) Report {
	t.Helper()
	r, err := Make(l.c.Incidents(), o)
	require.NoError(t, err)
	return r
}

func number(v float64) *float64 { return &v }
