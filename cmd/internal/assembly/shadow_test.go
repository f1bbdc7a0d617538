package assembly

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

func TestAShadowIsNeverMissedByAWord(t *testing.T) {
	for word, want := range map[string]struct {
		shadow bool
		fault  string
	}{
		"": {}, "true": {shadow: true}, "1": {shadow: true}, "false": {}, "yes": {fault: "TOCSIN_SHADOW=yes: not true or false"},
	} {
		t.Setenv("TOCSIN_SHADOW", word)
		var o Options
		fs := pflag.NewFlagSet("x", pflag.ContinueOnError)
		o.Bind(fs, "127.0.0.1:0")
		o.NATS = "127.0.0.1:0"
		require.NoError(t, fs.Parse(nil))
		require.Equal(t, want.shadow, o.Shadow, word)
		if want.fault == "" {
			require.NoError(t, o.Validate(), word)
		} else {
			require.ErrorContains(t, o.Validate(), want.fault)
		}
	}
	t.Setenv("TOCSIN_SHADOW", "")
	var o Options
	fs := pflag.NewFlagSet("x", pflag.ContinueOnError)
	o.Bind(fs, "127.0.0.1:0")
	require.NoError(t, fs.Parse([]string{"--shadow"}))
	require.True(t, o.Shadow)
}

func TestOptionsOfDocuments(t *testing.T) {
	good := Options{HTTP: "127.0.0.1:0", NATS: "127.0.0.1:0", Reviews: "r", ReviewsAt: "Fri 17:00", Shadow: true, ShadowExports: "e", ShadowZone: "Europe/Berlin"}
	require.NoError(t, good.Validate())
	bad := good
	bad.ReviewsAt, bad.Shadow, bad.ShadowZone = "noon", false, "Nowhere/Land"
	for _, want := range []string{"--reviews-at", "--shadow-exports needs --shadow", "--shadow-timezone"} {
		require.ErrorContains(t, bad.Validate(), want)
	}
}
