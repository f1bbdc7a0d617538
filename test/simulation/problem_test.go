package simulation

import (
	"fmt"

	"tocsin.dev/pkg/events"
)

const lawProblems = "11 a known error is known everywhere"

// problems is what the ledger says of problem records.
type problems struct {
	known   []string                        // ids in the order of their opening
	owner   map[string]int                  // the partition that decides each
	records map[string]events.ProblemRecord // as they stood after the last fact that travels
	noticed map[overrideKey]int             // the revision that another partition knows of one
}

func newProblems() problems {
	return problems{owner: map[string]int{}, records: map[string]events.ProblemRecord{}, noticed: map[overrideKey]int{}}
}

// fact folds one fact of LEDGER that concerns no incident.
func (k *problems) fact(partition int, data events.Data) {
	switch d := data.(type) {
	case events.ProblemOpened:
		k.known = append(k.known, d.Problem)
		k.owner[d.Problem] = partition
	case events.ProblemChanged:
		k.records[d.Problem] = d.ProblemRecord
	case events.ProblemClosed:
		k.records[d.Problem] = d.ProblemRecord
	case events.ProblemNoticed:
		at := overrideKey{partition, d.Problem}
		if d.Revision <= k.noticed[at] {
			fail(lawProblems, "partition %d took notice of revision %d of %s after %d", partition, d.Revision, d.Problem, k.noticed[at])
		}
		k.noticed[at] = d.Revision
	}
}

// end checks that what travels has come everywhere.
func (k *problems) end(partitions int) {
	for _, id := range k.known {
		for p := range partitions {
			if got, want := k.noticed[overrideKey{p, id}], k.records[id].Revision; p != k.owner[id] && got != want {
				fail(lawProblems, "partition %d knows revision %d of %s, partition %d decided %d", p, got, id, k.owner[id], want)
			}
		}
	}
}

// problem asks something of a problem record, or for a new one.
func (t *traffic) problem() {
	w := t.w
	c := events.ProblemCommand{Problem: "PRB-none", By: fmt.Sprint("person:p", w.rng.IntN(3)), Via: "api", Note: "as asked"}
	partition := -1
	if known := w.laws.problems.known; len(known) > 0 && !w.chance(0.05) {
		c.Problem = pick(w, known)
		partition = w.laws.problems.owner[c.Problem]
	}
	service := t.service()
	for n := 0; partition >= 0 && events.Partition(service, w.services) != partition; n++ {
		service = fmt.Sprint("svc", n)
	}
	incident := "no-such-incident"
	if known := w.laws.known; len(known) > 0 {
		incident = pick(w, known).id
	}
	var data events.Data
	switch n := w.rng.IntN(10); {
	case partition < 0 || n < 2:
		c.Problem = ""
		data = events.ProblemReceived{ProblemCommand: c, Title: "it comes again"}
	case n < 4:
		data = events.ProblemLinkReceived{ProblemCommand: c, Incident: incident}
	case n < 5:
		data = events.ProblemLinkWithdrawn{ProblemCommand: c, Incident: incident}
	case n < 9:
		data = events.ProblemChangeReceived{ProblemCommand: c, Known: &events.KnownError{
			Workaround: "turn it off and on", Match: events.KnownMatch{Services: []string{t.service()}, Key: fmt.Sprint("k", w.rng.IntN(4))},
		}}
	default:
		data = events.ProblemClosureReceived{ProblemCommand: c, Resolution: "repaired"}
	}
	e := events.New(data)
	t.nonce++
	e.ID, e.Source, e.Time, e.Service = events.DeriveID("sim", fmt.Sprint(t.nonce)), "sim", w.now, service
	w.count.Problems++
	t.own("problems", service, []events.Event{e})
}
