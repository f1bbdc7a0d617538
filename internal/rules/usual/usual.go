// Package usual says how many alerts are usual in a window of time, and how many are a spike.
package usual

const (
	// After is how many windows must have passed before a rate is known.
	After = 8
	// Least is the fewest alerts that are a spike.
	Least = 5
	share = 8 // a new window weighs 1/share
)

// Rate is an exponentially weighted average over windows. The zero value has seen none.
type Rate struct {
	// Usual is the alerts in a window, in thousandths to keep floating point out of decisions.
	Usual   int64 `json:"usual"`
	Windows int   `json:"windows"` // that have passed, up to After
}

// Pass takes in the alerts of a window that is over.
func (r *Rate) Pass(count int) {
	r.Usual += (int64(count)*1000 - r.Usual) / share
	r.Windows = min(r.Windows+1, After)
}

// Known reports whether enough windows have passed.
func (r *Rate) Known() bool { return r.Windows >= After }

// Spike reports whether count is more than so many times the usual rate.
func (r *Rate) Spike(count, times int) bool {
	return r.Known() && count >= Least && int64(count)*1000 > int64(times)*max(r.Usual, 1)
}
