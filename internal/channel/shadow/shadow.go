// Package shadow wraps another channel and sends nothing. Shadow runs deliver by it.
//
// In: a notification for the wrapped channel. Out: [channel.Recorded], at once. It never calls Send of the
// wrapped channel, so no packet leaves.
package shadow

import (
	"context"

	"tocsin.dev/internal/channel"
)

// Reason is the reason of each attempt in the timeline.
const Reason = "shadow run: recorded, not sent"

// Channel records instead of sending; created by [Of].
type Channel struct{ wrapped channel.Channel }

var _ channel.Channel = Channel{}

// Of wraps a channel.
func Of(wrapped channel.Channel) Channel { return Channel{wrapped} }

// All wraps each of several channels.
func All(channels map[string]channel.Channel) map[string]channel.Channel {
	out := make(map[string]channel.Channel, len(channels))
	for name, ch := range channels {
		out[name] = Of(ch)
	}
	return out
}

// Name is that of the wrapped channel: facts name the channel that would have been used.
func (c Channel) Name() string { return c.wrapped.Name() }

// Endpoint is that of the wrapped channel.
func (c Channel) Endpoint(to channel.Address) string { return c.wrapped.Endpoint(to) }

// Send sends nothing.
func (Channel) Send(context.Context, channel.Address, channel.Notification) channel.Result {
	return channel.Result{Outcome: channel.Recorded, Reason: Reason}
}
