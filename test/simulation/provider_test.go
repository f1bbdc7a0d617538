package simulation

import (
	"context"
	"time"

	"tocsin.dev/internal/channel"
)

// provider is the world outside: it takes notifications, refuses them, breaks, and takes them
// without saying so. It keeps a ledger by idempotency key.
type provider struct {
	w       *world
	packets map[string][]packet // by idempotency key
}

// packet is one notification as it arrived.
type packet struct {
	attempt int
	repeat  bool
	taken   bool
	at      time.Time
}

func newProvider(w *world) *provider { return &provider{w: w, packets: map[string][]packet{}} }

// Name is the channel's word in the catalog.
func (p *provider) Name() string { return "webhook" }

// Endpoint is the host, so that people share slots.
func (p *provider) Endpoint(to channel.Address) string { return to.Webhook.URL[:len("https://h0")] }

// Send draws an outcome. What the provider did and what the sender learns may differ.
func (p *provider) Send(_ context.Context, to channel.Address, n channel.Notification) channel.Result {
	w := p.w
	w.count.Packets++
	taken, result := p.outcome(to)
	p.packets[n.ID] = append(p.packets[n.ID], packet{n.Attempt, n.PossibleRepeat, taken, w.now})
	w.note("  provider: page %.8s attempt %d repeat %t: taken %t, says %s", n.Page, n.Attempt, n.PossibleRepeat, taken, result.Outcome)
	w.quietly(func() { w.laws.packet(n, p.packets[n.ID]) })
	if w.bug.dropAnswers && result.Outcome == channel.Accepted && w.chance(0.2) {
		return channel.Result{Outcome: channel.Retryable, Reason: "planted"}
	}
	return result
}

func (p *provider) outcome(to channel.Address) (taken bool, r channel.Result) {
	w := p.w
	if deadURL(to.Webhook.URL) {
		return false, channel.Result{Outcome: channel.Permanent, Reason: "410 gone"}
	}
	n := w.rng.IntN(100)
	switch {
	case w.calm || n < 62:
		return true, channel.Result{Outcome: channel.Accepted}
	case n < 72:
		return false, channel.Result{Outcome: channel.Retryable, Reason: "503"}
	case n < 78:
		return false, channel.Result{Outcome: channel.Retryable, Reason: "429", RetryAfter: time.Duration(w.rng.IntN(60)) * time.Second}
	case n < 84:
		return false, channel.Result{Outcome: channel.Permanent, Reason: "404"}
	case n < 91:
		return false, channel.Result{Outcome: channel.Unknown, Reason: "it hangs"}
	default:
		return true, channel.Result{Outcome: channel.Unknown, Reason: "the answer was lost"}
	}
}
