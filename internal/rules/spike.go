package rules

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/usual"
	"tocsin.dev/pkg/events"
)

// rateKey says which alerts are counted together.
type rateKey struct {
	Service  string `json:"service"`
	Policy   string `json:"policy"`
	Index    int    `json:"index"` // of the trigger
	Category string `json:"category,omitempty"`
}

// rate counts alerts for one trigger. The count of a window is exact.
type rate struct {
	rateKey
	// Lately are the times of the newest alerts, oldest first, at most one more than the trigger's limit.
	Lately []time.Time `json:"lately,omitempty"`
	// Window is the number of the current window since 1970, Count its alerts so far.
	Window int64 `json:"window"`
	Count  int   `json:"count"`
	usual.Rate
	LastAt  time.Time `json:"last_at"`
	FiredAt time.Time `json:"fired_at,omitzero"`
}

const maxRates = 10_000 // of one partition

// category is the label value by which a spike groups alerts; empty if it counts all together.
func category(s escalation.Spike, labels events.Labels) string {
	if s.By == "" {
		return ""
	}
	return labels.Get(s.By)
}

// count adds an alert to the rates of the incident's policy.
func (s *State) count(i *Incident, a events.Alert, at time.Time) {
	for n := range i.policy.Triggers {
		t := &i.policy.Triggers[n]
		if t.On != escalation.OnSpike {
			continue
		}
		k := rateKey{i.Service, i.Policy, n, category(t.Spike, a.Labels)}
		r := s.rates[k]
		if r == nil {
			s.makeRoom()
			r = &rate{rateKey: k, Window: window(at, t.Spike.Within)}
			s.rates[k] = r
		}
		r.add(t.Spike, at)
	}
}

func window(at time.Time, within time.Duration) int64 { return at.UnixNano() / int64(max(within, 1)) }

func (r *rate) add(s escalation.Spike, at time.Time) {
	r.LastAt = at
	if s.MoreThan > 0 {
		r.Lately = append(r.Lately, at)
		r.Lately = slices.Clone(r.Lately[max(0, len(r.Lately)-s.MoreThan-1):])
	}
	now := window(at, s.Within)
	for r.Window < now { // the usual rate decays to 0 after about a hundred empty windows
		r.Pass(r.Count)
		r.Count = 0
		if r.Window++; r.Usual == 0 {
			r.Window = now
		}
	}
	r.Count++
}

// exceeded says why there are too many alerts; empty if there are not, or if the trigger has fired
// within the window.
func (r *rate) exceeded(s escalation.Spike, now time.Time) string {
	of := ""
	if s.By != "" {
		of = fmt.Sprintf(" of %s %q", s.By, r.Category)
	}
	switch {
	case !r.FiredAt.IsZero() && now.Sub(r.FiredAt) < s.Within:
		return ""
	case s.MoreThan > 0 && len(r.Lately) > s.MoreThan && now.Sub(r.Lately[0]) < s.Within:
		return fmt.Sprintf("more than %d alerts%s within %s", s.MoreThan, of, short(s.Within))
	case s.Times > 0 && r.Spike(r.Count, s.Times):
		return fmt.Sprintf("%d alerts%s within %s, more than %d times the usual %d.%03d", r.Count, of, short(s.Within), s.Times, r.Usual/1000, r.Usual%1000)
	}
	return ""
}

// signalSpike fires the triggers that wait for too many alerts.
func (d *decider) signalSpike(i *Incident, a events.Alert) {
	policy := i.policy
	for n := range policy.Triggers {
		t := &policy.Triggers[n]
		if t.On != escalation.OnSpike || i.policy != policy {
			continue
		}
		k := rateKey{i.Service, i.Policy, n, category(t.Spike, a.Labels)}
		if r := d.s.rates[k]; r != nil {
			if why := r.exceeded(t.Spike, d.now); why != "" {
				d.fireOne(i, n, k.Category, why)
			}
		}
	}
}

// spikeFired records when a trigger fired on a spike.
func (s *State) spikeFired(i *Incident, index int, category string, at time.Time) {
	if r := s.rates[rateKey{i.Service, i.Policy, index, category}]; r != nil {
		r.FiredAt = at
	}
}

// makeRoom forgets the least recently used rate if there are too many.
func (s *State) makeRoom() {
	if len(s.rates) < maxRates {
		return
	}
	oldest := s.sortedRates()[0]
	delete(s.rates, oldest.rateKey)
}

// sortedRates returns the rates, the least recently used first.
func (s *State) sortedRates() []*rate {
	all := make([]*rate, 0, len(s.rates))
	for _, r := range s.rates {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *rate) int {
		return cmp.Or(a.LastAt.Compare(b.LastAt), cmp.Compare(a.Service, b.Service), cmp.Compare(a.Policy, b.Policy),
			cmp.Compare(a.Index, b.Index), cmp.Compare(a.Category, b.Category))
	})
	return all
}
