package main

import (
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

func TestLengthFlag(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "2h30m": 150 * time.Minute, "3d": 72 * time.Hour, "0d": 0, "-1d": -24 * time.Hour,
	} {
		var got time.Duration
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		durationVar(f, &got, "for", time.Minute, "how long")
		require.Equal(t, time.Minute, got)
		require.NoError(t, f.Parse([]string{"--for=" + text}))
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "d", "1.5d", "two days", "99999999999999d", "3 d", "7"} {
		require.ErrorContains(t, new(durationFlag).Set(text), "write it like 90s, 2h or 3d", text)
	}
}
