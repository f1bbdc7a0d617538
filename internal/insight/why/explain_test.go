package why_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/why"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

var night = time.Date(2026, 3, 24, 1, 0, 0, 0, time.UTC) // bo's week

// rehearse plays a history on the catalog of the stories.
func rehearse(t *testing.T, c *catalog.Catalog, steps func(*rehearsal.Rehearsal)) played {
	r := rehearsal.New(c, night)
	steps(r)
	return gather(t, rehearsal.Result{Story: r.Story(), Facts: r.Ledger()}, rehearsal.Catalogs{"": c})
}

func down(r *rehearsal.Rehearsal) {
	r.Fire("checkout", events.Alert{Key: "a", Summary: "Down", Severity: "critical"})
	r.Until(night.Add(time.Minute))
}

func TestStranger(t *testing.T) {
	c := readCatalog(t, "testdata/catalog")
	p := rehearse(t, c, down)
	for person, near := range map[string]string{"anna": "ana", "person:bob": "bo", "zzzzzzzzzzzz": ""} {
		_, err := why.Explain(p.of(p.order[0], person))
		var stranger *why.StrangerError
		require.True(t, errors.As(err, &stranger), person)
		require.Equal(t, near, stranger.Near)
	}
	asked := p.of(p.order[0], "newcomer")
	asked.Today = parse(t, map[string][]byte{"c.yaml": []byte(`
people: {newcomer: {name: Nina New, contact: [{console: true}]}}
teams: {t: {members: [newcomer]}}
policies: {p: {levels: [{page: [person:newcomer]}]}}
services: {catch-all: {team: t, policy: p}}`)})
	v := verdictOf(t, asked)
	require.Equal(t, "Nina New", v.Name)
	require.Equal(t, why.Unknown, v.Outcome)
}

// Somebody whom only an override brings is paged, whatever the catalog of that time says of them.
func TestPagedStranger(t *testing.T) {
	c := readCatalog(t, "testdata/catalog")
	p := rehearse(t, c, func(r *rehearsal.Rehearsal) {
		r.Ask(events.OverrideReceived{Override: events.Override{
			ID: "o", Schedule: "primary", Kind: "override", From: night, To: night.Add(time.Hour), People: []string{"newcomer"},
		}})
		down(r)
	})
	require.True(t, verdictOf(t, p.of(p.order[0], "newcomer")).Paged)
}

func TestImportedShift(t *testing.T) {
	c := readCatalog(t, "testdata/catalog")
	roster, err := oncall.NewRoster([]oncall.Duty{{People: []string{"dora"}, From: night.Add(-time.Hour), To: night.Add(time.Hour)}, {People: []string{"elif"}, From: night.Add(time.Hour), To: night.Add(2 * time.Hour)}})
	require.NoError(t, err)
	c.Rules.Schedules["primary"].Imported = roster
	p := rehearse(t, c, down)
	e := explain(t, p.of(p.order[0], "elif"))
	target := e.Levels[0].Targets[0]
	require.True(t, target.Imported)
	require.Zero(t, target.Layer)
	require.Equal(t, "dora on call by an imported shift", target.Says)
	reasons := e.Person.Reasons
	require.True(t, slices.ContainsFunc(reasons, func(r why.Reason) bool {
		return r.Code == why.OffDuty && r.Says == "level 1 (tocsin.yaml:49) pages schedule:primary, and there dora was on call by an imported shift"
	}), reasons)
}

// Without the catalog, and with a hole in the facts, what they say is told all the same.
func TestFactsAlone(t *testing.T) {
	c := readCatalog(t, "testdata/catalog")
	p := rehearse(t, c, func(r *rehearsal.Rehearsal) {
		down(r)
		r.Until(night.Add(time.Hour))
	})
	lost := p.of(p.order[0], "")
	lost.Catalog = nil
	hole := p.of(p.order[0], "")
	hole.Facts = slices.Delete(slices.Clone(hole.Facts), 3, 4)
	for name, asked := range map[string]why.Case{"no catalog": lost, "a hole": hole} {
		t.Run(name, func(t *testing.T) {
			e := explain(t, asked)
			require.False(t, e.Catalog.Known)
			require.NotEmpty(t, e.Catalog.Revision)
			require.NotEmpty(t, e.Catalog.Says)
			require.Contains(t, e.Text, "comes from the facts alone")
			require.Contains(t, e.Text, "cleo: ")
			require.Contains(t, e.Text, "took it at")
			asked.Person = "cleo"
			require.True(t, verdictOf(t, asked).Paged)
			asked.Person = "elif"
			v := verdictOf(t, asked)
			require.False(t, v.Paged)
			require.NotEmpty(t, v.Says)
		})
	}
}

func TestNoFacts(t *testing.T) {
	e := explain(t, why.Case{Catalog: readCatalog(t, "testdata/catalog")})
	require.Equal(t, "Nobody was paged; nobody has acknowledged it yet.", e.Says)
	require.Empty(t, e.Levels)
}

// What an archive tells is enough: the facts made of a timeline are explained as the ledger's own.
func TestFromTimeline(t *testing.T) {
	for _, p := range play(t, "testdata/stories.yaml") {
		for _, id := range p.order {
			var i timeline.Incident
			var all []timeline.Entry
			for _, e := range p.facts[id] {
				i = timeline.Fold(i, e)
				entry := timeline.Tell(e)
				line, err := e.Encode()
				require.NoError(t, err)
				_, entry.Data, err = events.Split(line)
				require.NoError(t, err)
				all = append(all, entry)
			}
			asked := p.of(id, "")
			want := explain(t, asked)
			asked.Facts = why.FromTimeline(i, append(all, timeline.Entry{Type: "alert.renewed"}, timeline.Entry{Type: "of.tomorrow", Seq: 99}))
			require.Equal(t, want.Text, explain(t, asked).Text, p.name)
		}
	}
}

// An override that was taken back while the incident ran counts until then and no longer.
func TestOverrideTakenBackLater(t *testing.T) {
	c := readCatalog(t, "testdata/catalog")
	p := rehearse(t, c, func(r *rehearsal.Rehearsal) {
		r.Ask(events.OverrideReceived{By: "person:bo", Override: events.Override{
			ID: "o", Schedule: "primary", Kind: "override", From: night, To: night.Add(8 * time.Hour), People: []string{"elif"},
		}})
		down(r)
		r.Ask(events.OverrideWithdrawn{ID: "o", Schedule: "primary", By: "person:bo"})
		id := r.Story().Incidents[0].ID
		r.Ask(events.AcknowledgementReceived{Command: events.Command{Incident: id, By: "person:elif"}})
		r.Ask(events.AcknowledgementWithdrawn{Command: events.Command{Incident: id, By: "person:elif"}})
	})
	e := explain(t, p.of(p.order[0], ""))
	reached := slices.DeleteFunc(slices.Clone(e.Levels), func(s why.Step) bool { return s.Outcome != why.Reached })
	require.Len(t, reached, 2)
	require.Equal(t, "o", reached[0].Targets[0].Override.ID)
	require.Nil(t, reached[1].Targets[0].Override)
	require.Equal(t, []string{"bo"}, reached[1].Targets[0].People)
}
