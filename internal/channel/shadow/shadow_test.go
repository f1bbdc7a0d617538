package shadow_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/channel/channeltest"
	"tocsin.dev/internal/channel/shadow"
)

// loud fails the test when it is asked to send.
type loud struct{ t *testing.T }

func (loud) Name() string                    { return "loud" }
func (loud) Endpoint(channel.Address) string { return "loud.example.com" }

func (l loud) Send(context.Context, channel.Address, channel.Notification) channel.Result {
	l.t.Error("it was sent")
	return channel.Result{Outcome: channel.Accepted}
}

func TestNothingIsSent(t *testing.T) {
	all := shadow.All(map[string]channel.Channel{"loud": loud{t}})
	require.Len(t, all, 1)
	ch := all["loud"]
	require.Equal(t, "loud", ch.Name())
	require.Equal(t, "loud.example.com", ch.Endpoint(channel.Address{}))
	r := ch.Send(t.Context(), channel.Address{Email: "ana@example.com"}, channeltest.Example())
	require.Equal(t, channel.Result{Outcome: channel.Recorded, Reason: shadow.Reason}, r)
}
