package crash

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/internal/whatif/verify"
	"tocsin.dev/internal/whatif/verify/streams"
)

// verify decides everything that was recorded once more: whoever was killed when, the rules give the
// same facts.
func (a *audit) verify(ctx context.Context, t *testing.T) {
	t.Helper()
	source := streams.Streams{Bus: a.bus, Foreign: cloudevents.FromNATS}
	kept, err := source.Kept(ctx)
	require.NoError(t, err)
	v := verify.Verifier{Catalog: streams.Catalogs(ctx, revisions.NewStore(a.bus, time.Now))}
	services, _ := a.bus.Partitions()
	began := time.Now()
	for p := range services {
		require.NoError(t, v.Partition(source.Partition(ctx, p, kept)))
	}
	a.verdict, a.verified = v.Verdict(), time.Since(began)
	require.Empty(t, a.verdict.Differences, "the rules decide otherwise now than they did")
	require.Zero(t, a.verdict.LostRecords)
	require.Greater(t, a.verdict.Inputs, a.w.alerts, "an input for each alert, and the receipts of its pages")
}
