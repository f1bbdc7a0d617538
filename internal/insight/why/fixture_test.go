package why_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/why"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

// played is one case of a rehearsal file, and what an archive would know of it.
type played struct {
	name     string
	end      time.Time
	order    []string                  // ids of incidents, as they opened
	facts    map[string][]events.Event // of each
	known    []why.Known
	rosters  []why.Read
	catalogs map[string]*catalog.Catalog // by revision
	zone     *time.Location
}

// play runs every case of a rehearsal file.
func play(t testing.TB, path string) []played {
	source, err := os.ReadFile(path)
	require.NoError(t, err)
	f, faults := rehearsal.Parse(filepath.Base(path), source)
	require.Empty(t, faults)
	dir := filepath.Dir(path)
	with := rehearsal.Catalogs{"": readCatalog(t, filepath.Join(dir, f.Catalog))}
	for _, folder := range f.Folders() {
		with[folder] = readCatalog(t, filepath.Join(dir, folder))
	}
	require.Empty(t, f.Check(with))
	var all []played
	for _, r := range f.Run(with) {
		require.Empty(t, r.Failures, "%s: %s", path, r.Name)
		all = append(all, gather(t, r, with))
	}
	return all
}

func gather(t require.TestingT, r rehearsal.Result, with rehearsal.Catalogs) played {
	p := played{name: r.Name, end: r.Story.End, facts: map[string][]events.Event{}, catalogs: map[string]*catalog.Catalog{}, zone: madrid(t)}
	for _, one := range with {
		p.catalogs[one.Rules.Revision] = one
	}
	for _, e := range r.Facts {
		switch d := e.Data.(type) {
		case events.OverrideAdded:
			p.known = append(p.known, why.Known{Override: d.Override, By: d.By, Note: e.Reason, AddedAt: e.Time})
		case events.OverrideRemoved:
			n := slices.IndexFunc(p.known, func(o why.Known) bool { return o.ID == d.ID })
			p.known[n].RemovedAt = e.Time
		case events.RosterImported:
			p.rosters = append(p.rosters, why.Read{Roster: d.Roster, At: e.Time})
		case events.AlertRenewed, events.CatalogRevised:
		default:
			if e.Subject == "" {
				continue
			}
			if p.facts[e.Subject] == nil {
				p.order = append(p.order, e.Subject)
			}
			p.facts[e.Subject] = append(p.facts[e.Subject], e)
		}
	}
	return p
}

// of is the question about one incident.
func (p played) of(id, person string) why.Case {
	opened := p.facts[id][0].Data.(events.IncidentTriggered)
	return why.Case{
		Facts: p.facts[id], Catalog: p.catalogs[opened.Catalog], Overrides: p.known, Rosters: p.rosters, Person: person, Now: p.end, Zone: p.zone,
	}
}

func (p played) people(id string) []string {
	return slices.Sorted(maps.Keys(p.of(id, "").Catalog.People))
}

func readCatalog(t testing.TB, dir string) *catalog.Catalog {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(dir, "*.[yi][ac]*"))
	require.NoError(t, err)
	for _, name := range names {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	return parse(t, files)
}

func parse(t testing.TB, files map[string][]byte) *catalog.Catalog {
	t.Helper()
	c, faults := catalog.Parse(files)
	require.NotNil(t, c, faults)
	return c
}

func explain(t testing.TB, c why.Case) why.Explanation {
	t.Helper()
	e, err := why.Explain(c)
	require.NoError(t, err)
	return e
}

func madrid(t require.TestingT) *time.Location {
	zone, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	return zone
}
