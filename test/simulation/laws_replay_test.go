package simulation

import (
	"time"

	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/whatif/verify"
	"tocsin.dev/internal/whatif/verify/streams"
)

const lawReplay = "10 replay equals live"

// replayed checks that the rules decide what is recorded once more: the same facts, byte for byte,
// whichever owners wrote them, and nothing where nothing was decided.
func (l *laws) replayed() {
	w := l.w
	source := streams.Streams{Bus: w.bus, Foreign: cloudevents.FromNATS}
	kept, err := source.Kept(w.ctx)
	if err != nil {
		fail(lawReplay, "%v", err)
	}
	store := revisions.NewStore(w.bus, func() time.Time { return w.now })
	v := verify.Verifier{Catalog: streams.Catalogs(w.ctx, store)}
	for p := range w.services {
		if err := v.Partition(source.Partition(w.ctx, p, kept)); err != nil {
			fail(lawReplay, "%v", err)
		}
	}
	verdict := v.Verdict()
	for _, d := range verdict.Differences {
		fail(lawReplay, "%s %s of partition %d, record %d, input %s: %v\nledger: %s\nrules:  %s (%d in all)",
			d.Kind, d.Type, d.Partition, d.Record, d.Input, d.Diff, d.Expected, d.Got, verdict.Different)
	}
	if verdict.Inputs == 0 || verdict.LostRecords > 0 {
		fail(lawReplay, "%+v", verdict)
	}
	w.count.Replayed += verdict.Inputs
}
