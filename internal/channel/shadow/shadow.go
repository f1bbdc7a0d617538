// Package shadow stands before another channel and sends nothing: it is what a shadow run delivers by.
//
// In: a notification for the channel behind it. Out: [channel.Recorded], at once. It never calls Send
// of the channel behind it, so not one packet leaves, and it touches no address.
package shadow

import (
	"context"

	"tocsin.dev/internal/channel"
)

// Reason is what the timeline says of each attempt.
const Reason = "shadow run: recorded, not sent"

// Channel records what another one would be given; make it with [Of].
type Channel struct{ behind channel.Channel }

var _ channel.Channel = Channel{}

// Of gives the channel that stands before another one.
func Of(behind channel.Channel) Channel { return Channel{behind} }

// All puts one before each of several channels.
func All(channels map[string]channel.Channel) map[string]channel.Channel {
	out := make(map[string]channel.Channel, len(channels))
	for name, ch := range channels {
		out[name] = Of(ch)
	}
	return out
}

// Name is that of the channel behind it: facts name the channel that would have been used.
func (c Channel) Name() string { return c.behind.Name() }

// Endpoint is that of the channel behind it.
func (c Channel) Endpoint(to channel.Address) string { return c.behind.Endpoint(to) }

// Send sends nothing.
func (Channel) Send(context.Context, channel.Address, channel.Notification) channel.Result {
	return channel.Result{Outcome: channel.Recorded, Reason: Reason}
}
