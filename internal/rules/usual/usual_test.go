package usual_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/usual"
)

func TestRate(t *testing.T) {
	var r usual.Rate
	for range usual.After - 1 {
		r.Pass(8)
	}
	require.False(t, r.Spike(1000, 2), "not known yet")
	r.Pass(8)
	require.Equal(t, usual.Rate{Usual: 5249, Windows: usual.After}, r)
	require.False(t, r.Spike(15, 3))
	require.True(t, r.Spike(16, 3))
	quiet := usual.Rate{Windows: usual.After}
	require.False(t, quiet.Spike(usual.Least-1, 3))
	require.True(t, quiet.Spike(usual.Least, 3))
}
