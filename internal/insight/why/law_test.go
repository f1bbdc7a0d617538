package why_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/insight/why"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

// TestLaws holds whatever the examples of policies play.
func TestLaws(t *testing.T) {
	files, err := filepath.Glob("../../../examples/policies/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range append(files, "testdata/stories.yaml") {
		for _, p := range play(t, file) {
			t.Run(filepath.Base(file)+"/"+p.name, func(t *testing.T) {
				for _, id := range p.order {
					laws(t, p, id)
				}
			})
		}
	}
}

// laws: everybody gets one verdict, and it says "paged" of those alone to whom a page was asked for; each page is
// told once, each fact of the climb has its step, and the catalog was enough to know.
func laws(t require.TestingT, p played, id string) {
	asked, climbed := map[string]string{}, 0
	for _, e := range p.facts[id] {
		switch d := e.Data.(type) {
		case events.PageRequested:
			asked[d.Page] = d.Target
		case events.EscalationAdvanced, events.EscalationHeld, events.EscalationFired, events.EscalationSkipped, events.EscalationExhausted, events.IncidentRespondersAdded:
			climbed++
		}
	}
	e, err := why.Explain(p.of(id, ""))
	require.NoError(t, err)
	require.True(t, e.Catalog.Known, e.Catalog.Says)
	require.NotEmpty(t, e.Says)
	told, happened := map[string]string{}, 0
	for _, s := range slices.Concat(e.Levels, e.Triggers) {
		if s.Seq != 0 && s.Outcome != why.HandedOver {
			happened++
		}
		require.NotEmpty(t, s.Outcome)
		require.False(t, s.Outcome == why.Passed && (s.Condition == nil || s.Condition.Holds) && s.Reason == "", "passed without a reason: %+v", s)
		consistent(t, s)
		for _, page := range s.Pages {
			require.NotContains(t, told, page.ID, "a page stands in one step")
			require.NotEmpty(t, page.Says)
			told[page.ID] = page.Target
		}
	}
	require.Equal(t, asked, told)
	require.Equal(t, climbed, happened)
	for _, person := range p.people(id) {
		v := verdictOf(t, p.of(id, person))
		paged := slices.Contains(values(asked), "person:"+person)
		require.Equal(t, paged, v.Paged, person)
		require.NotEmpty(t, v.Says)
		require.Equal(t, paged, len(v.Pages) > 0)
		if !paged {
			require.NotEmpty(t, v.Reasons, person)
			require.Equal(t, v.Reasons[0].Code, v.Outcome)
		}
	}
}

// consistent: asked again, the conditions and the targets give what the facts say came of them.
func consistent(t require.TestingT, s why.Step) {
	if s.Condition != nil && s.Outcome != why.Held {
		require.Equal(t, s.Outcome != why.Passed && s.Outcome != why.Skipped, s.Condition.Holds, "%+v", s)
	}
	for _, page := range s.Pages {
		person, ok := strings.CutPrefix(page.Target, "person:")
		if !ok || page.Shadow || s.What == why.Command {
			continue
		}
		require.True(t, slices.ContainsFunc(s.Targets, func(one why.Target) bool { return slices.Contains(one.People, person) }),
			"%s was paged by %+v", person, s.Targets)
	}
}

func verdictOf(t require.TestingT, c why.Case) *why.Verdict {
	e, err := why.Explain(c)
	require.NoError(t, err)
	require.NotNil(t, e.Person)
	require.Equal(t, e.Person.Says, e.Says)
	return e.Person
}

func values(m map[string]string) (all []string) {
	for _, v := range m {
		all = append(all, v)
	}
	return all
}

// TestLawsOfAnyHistory draws what people, alerts and contact methods do.
func TestLawsOfAnyHistory(t *testing.T) {
	c := readCatalog(t, "testdata/catalog")
	rapid.Check(t, func(t *rapid.T) {
		r := rehearsal.New(c, time.Date(2026, 3, 27, 22, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 72*60).Draw(t, "start"))*time.Minute))
		for n := range rapid.IntRange(1, 12).Draw(t, "steps") {
			draw(t, r, n)
		}
		p := gather(t, rehearsal.Result{Name: "drawn", Story: r.Story(), Facts: r.Ledger()}, rehearsal.Catalogs{"": c})
		for _, id := range p.order {
			laws(t, p, id)
		}
	})
}

var (
	drawnPeople   = []string{"ana", "bo", "cleo", "dora", "elif"}
	drawnServices = []string{"checkout", "reports", "search", "duo", "catch-all"}
)

func draw(t *rapid.T, r *rehearsal.Rehearsal, n int) {
	by := "person:" + rapid.SampledFrom(drawnPeople).Draw(t, "by")
	command := events.Command{By: by, Via: "cli"}
	if all := r.Story().Incidents; len(all) > 0 {
		command.Incident = rapid.SampledFrom(all).Draw(t, "incident").ID
	}
	now := r.Now()
	switch rapid.IntRange(0, 12).Draw(t, "what") {
	case 0, 1:
		r.Fire(rapid.SampledFrom(drawnServices).Draw(t, "service"), events.Alert{Key: fmt.Sprint(n % 3), Summary: "s", Severity: rapid.SampledFrom([]string{"critical", "low"}).Draw(t, "severity")})
	case 2, 3, 4:
		r.Until(now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "minutes")) * time.Minute))
	case 5:
		r.Ask(events.AcknowledgementReceived{Command: command})
	case 6:
		r.Ask(events.SnoozeReceived{Command: command, Until: now.Add(20 * time.Minute)})
	case 7:
		r.Ask(events.ResolutionReceived{Command: command})
	case 8:
		r.Ask(events.EscalationReceived{Command: command, Level: rapid.IntRange(0, 2).Draw(t, "level"), Up: rapid.Bool().Draw(t, "up")})
	case 9:
		r.Ask(events.AssignmentReceived{Command: command, To: "person:" + rapid.SampledFrom(drawnPeople).Draw(t, "to")})
	case 10:
		r.Ask(events.RespondersRequested{Command: command, Targets: []string{rapid.SampledFrom([]string{"team:db", "schedule:primary", "role:lead"}).Draw(t, "help")}})
	case 11:
		r.Contact(by, "", rapid.SampledFrom([]string{"accepted", "permanent", "retryable"}).Draw(t, "outcome"))
	case 12:
		r.Ask(events.OverrideReceived{By: by, Override: events.Override{
			ID: fmt.Sprint("o", n), Schedule: rapid.SampledFrom([]string{"primary", "empty"}).Draw(t, "schedule"), Kind: "override",
			From: now, To: now.Add(time.Hour), People: []string{rapid.SampledFrom(drawnPeople).Draw(t, "cover")},
		}})
	}
}
