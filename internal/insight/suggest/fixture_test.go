package suggest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/pkg/events"
)

// start is a Monday, at the beginning of an hour.
var start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// ledger writes facts as engines decide them.
type ledger struct{ all []events.Event }

func (l *ledger) at(after time.Duration, incident string, data events.Data) {
	e := events.New(data)
	e.Time, e.Subject, e.Service, e.Team = start.Add(after), incident, "web", "front"
	l.all = append(l.all, e)
}

func (l *ledger) opens(after time.Duration, incident, name, priority string) {
	l.at(after, incident, events.IncidentTriggered{
		DedupKey: "key of " + incident, Priority: priority,
		Alert: events.Alert{Key: incident, Labels: events.NewLabels(map[string]string{"alertname": name})},
	})
}

// lives opens an incident, lets it climb to a level and resolves it, a minute for each.
func (l *ledger) lives(after time.Duration, incident, name string, level int) {
	l.opens(after, incident, name, "P3")
	for n := 1; n <= level; n++ {
		l.at(after+time.Minute, incident, events.EscalationAdvanced{Level: n})
	}
	l.at(after+2*time.Minute, incident, events.IncidentResolved{How: "command"})
}

// done returns the ledger facts that intake facts amount to.
func done(asked ...events.Event) (out []events.Event) {
	var reader history.AsDone
	for _, e := range asked {
		if err := reader.Add(e, func(fact events.Event) { out = append(out, fact) }); err != nil {
			panic(err)
		}
	}
	return out
}

func (l *ledger) learner(o Options) *Learner {
	made := New(o)
	for _, e := range l.all {
		made.Add(e)
	}
	return made
}

// of gives the suggestion of one kind for an incident.
func of(t testing.TB, l *Learner, incident, kind string) (Suggestion, bool) {
	all, known := l.Suggestions(incident)
	require.True(t, known, incident)
	for _, s := range all {
		if s.Kind == kind {
			return s, true
		}
	}
	return Suggestion{}, false
}

func name(n int) string { return fmt.Sprintf("i%d", n) }
