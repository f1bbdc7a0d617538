// Package whatiftest has what the tests of rehearsals, backtests and verifications share: catalogs, and
// random histories that the rules have decided.
package whatiftest

import (
	"embed"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

//go:embed testdata
var catalogs embed.FS

// Catalog reads one of the catalogs: "small", "plain" or "busy".
func Catalog(t testing.TB, name string) *catalog.Catalog {
	t.Helper()
	text, err := catalogs.ReadFile("testdata/" + name + ".yaml")
	require.NoError(t, err)
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": text})
	require.NotNil(t, c, "%v", faults)
	return c
}

// Start is when the histories begin: a Tuesday noon.
var Start = time.Date(2026, time.January, 20, 12, 0, 0, 0, time.UTC)

// Step is one thing that happens: a verb, and a number that says to what.
type Step struct{ Verb, About int }

// Verbs is the number of verbs of steps. The last one makes contact methods fail.
const Verbs = 23

// AnyStep draws a step, AnyReachable one that leaves contact methods alone.
var (
	AnyStep = rapid.Custom(func(t *rapid.T) Step {
		return Step{rapid.IntRange(0, Verbs-1).Draw(t, "verb"), rapid.IntRange(0, 1<<16).Draw(t, "about")}
	})
	AnyReachable = AnyStep.Filter(func(s Step) bool { return s.Verb != Verbs-1 })
)

var (
	services   = []string{"checkout", "rota", "shop"}
	severities = []string{"critical", "info", "", "warning"}
	outcomes   = []string{events.OutcomeAccepted, events.OutcomeRetryable, events.OutcomePermanent, events.OutcomeUnknown}
	people     = []string{"", "person:ana", "person:bo", "person:cleo"}
)

// Play plays steps, each at an instant of its own, as people and machines would send them.
func Play(c *catalog.Catalog, steps []Step) *rehearsal.Rehearsal {
	r := rehearsal.New(c, Start)
	for _, s := range steps {
		n := s.About
		r.Before(r.Now().Add(time.Duration(1+n%900) * time.Second))
		service, a := Alert(r.Now(), n)
		switch s.Verb {
		case 0, 1, 2, 3:
			r.Fire(service, a)
		case 4:
			r.Clear(service, a)
		case 5:
			o := events.Override{ID: fmt.Sprint("o", n%4), Schedule: "primary", Kind: "override", From: r.Now(), To: r.Now().Add(time.Hour), People: []string{"bo"}}
			r.Ask(events.OverrideReceived{Override: o})
		case Verbs - 1:
			r.Contact(people[n%4], "", outcomes[n/4%4])
		default:
			if incident, ok := r.IncidentOf(service, a); ok {
				r.Ask(command(r.Now(), incident, a.Key, s))
			}
		}
	}
	r.Before(r.Now().Add(3 * time.Hour))
	return r
}

// Alert makes the alert of a number, and the service it is about.
func Alert(now time.Time, n int) (service string, a events.Alert) {
	key := fmt.Sprint("k", n/3%3)
	a = events.Alert{Key: key, Summary: key, Severity: severities[n/9%4]}
	if n/36%4 == 0 {
		a.EndsAt = now.Add(7 * time.Minute)
	}
	if n/7%2 == 0 {
		a.DedupKey = "all"
	}
	return services[n%3], a
}

func command(now time.Time, incident, alert string, s Step) events.Data {
	n := s.About
	c := events.Command{Incident: incident, By: people[n/3%4]}
	switch s.Verb {
	case 6, 7, 8, 9:
		return events.AcknowledgementReceived{Command: c}
	case 10:
		return events.ResolutionReceived{Command: c}
	case 11:
		return events.ReopeningReceived{Command: c}
	case 12:
		return events.AcknowledgementWithdrawn{Command: c}
	case 13:
		return events.EscalationReceived{Command: c, Level: n % 4}
	case 14:
		return events.EscalationReceived{Command: c, To: []string{"payments", "platform"}[n%2]}
	case 15:
		return events.SnoozeReceived{Command: c, Until: now.Add(time.Duration(1+n%60) * time.Minute)}
	case 16:
		return events.AssignmentReceived{Command: c, To: people[1+n%3]}
	case 17:
		return events.RespondersRequested{Command: c, Targets: []string{"team:platform"}}
	case 18:
		return events.PriorityReceived{Command: c, Priority: fmt.Sprint("P", 1+n%5)}
	case 19:
		return events.NoteReceived{Command: c}
	case 20:
		return events.ClosureReceived{Command: c, Outcome: "fixed"}
	}
	return events.SplitReceived{Command: c, Alerts: []string{alert}}
}
