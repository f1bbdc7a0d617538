package recorder

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/sqlite"
)

// built notes what a recorder lets an archive know.
type built struct {
	*sqlite.Archive
	told []string
}

func (b *built) Build(ctx context.Context) error {
	b.told = append(b.told, "build")
	return b.Archive.Build(ctx)
}

func (b *built) Settle(ctx context.Context) error {
	b.told = append(b.told, "settle")
	return b.Archive.Settle(ctx)
}

// large is a ledger of just as many records as make a recorder build.
func large() []archive.Fact { return archivetest.Ledger(100, 7) }

// TestBuilding follows a large ledger into an empty archive, a batch read during the one before,
// and gives what keeping it by hand gives, whatever breaks on the way.
func TestBuilding(t *testing.T) {
	want := newArchive(t)
	archivetest.Fill(t, want, large(), 200)
	all := bodies(large())
	require.Len(t, all, muchToKeep)
	for name, spoil := range map[string]func(*ledger, *flaky){
		"in one go":                 func(*ledger, *flaky) {},
		"refused before it counted": func(_ *ledger, f *flaky) { f.before = errTest },
		"lost after it counted":     func(_ *ledger, f *flaky) { f.after = errTest },
		"reader broke":              func(l *ledger, _ *flaky) { l.breakReaders(errTest) },
	} {
		t.Run(name, func(t *testing.T) {
			log, b := &ledger{}, &built{Archive: newArchive(t)}
			log.append(all...)
			broken := &flaky{Archive: b}
			r := newRecorder(t, Config{Log: log, Archive: struct {
				*flaky
				archive.Builder
			}{broken, b}, MaxFacts: 10, ReadAhead: true})
			for range 3 {
				_, err := r.Turn(t.Context())
				require.NoError(t, err)
			}
			require.NotNil(t, r.ahead, "who is far behind reads ahead")
			spoil(log, broken)
			for r.position < muchToKeep {
				if _, err := r.Turn(t.Context()); err != nil {
					require.ErrorIs(t, err, errTest)
				}
			}
			require.NoError(t, r.Healthy())
			require.Equal(t, digest(t, want), digest(t, b))
			require.Equal(t, []string{"build", "settle"}, b.told)
		})
	}
}

// TestNothingToBuild: what is there, or is small, is gone on with.
func TestNothingToBuild(t *testing.T) {
	all := bodies(large())
	log, b := &ledger{}, &built{Archive: newArchive(t)}
	log.append(all[:20]...)
	settle(t, newRecorder(t, Config{Log: log, Archive: b}))
	log.append(all[20:]...)
	settle(t, newRecorder(t, Config{Log: log, Archive: b}))
	require.Empty(t, b.told)
}
