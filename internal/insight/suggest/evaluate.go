package suggest

import (
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Score says how good suggestions of one kind were: those made for each incident from what was known
// before it opened, compared with how it ended.
type Score struct {
	Kind string `json:"kind"`
	// N is how many incidents could be judged: what became of them is known.
	N int `json:"n"`
	// Happened is in how many of them it came to anything: they were escalated, got another priority,
	// went to another team, or were followed by an hour of more alerts than usual.
	Happened int `json:"happened"`
	// Suggested is for how many something was suggested, Right how often just that came.
	Suggested int `json:"suggested"`
	Right     int `json:"right"`
	// Precision is right ÷ suggested, Recall right ÷ happened, BaseRate happened ÷ n: the precision of
	// whoever suggests it always, and names the right priority or team each time. Nil of none.
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
	BaseRate  *float64 `json:"base_rate"`
}

// verdict compares what was suggested for an incident with how it ended.
type verdict struct {
	opened     time.Time
	team       string // that has it now
	known      bool   // it is over
	acted      bool
	escalated  bool
	began, end standing

	hour  bool // whether a spike follows is known
	spike bool // it did

	said     [4]bool // by the order of Kinds
	priority string  // that was suggested
	handTo   string
}

// pending is an incident whose next hour is not over.
type pending struct {
	*verdict
	until time.Time
	after int64 // how many alerts of the service there were
	limit float64
}

// aftermath is how long after its opening a spike is watched for.
const aftermath = time.Hour

// Evaluator goes through a history as it happened and scores the suggestions on the way. The zero value
// is not ready; see [NewEvaluator].
type Evaluator struct {
	learner  *Learner
	verdicts []*verdict
	waiting  map[string][]pending // by service, oldest first
}

// NewEvaluator returns one whose learner knows nothing.
func NewEvaluator(o Options) *Evaluator {
	e := &Evaluator{learner: New(o), waiting: map[string][]pending{}}
	e.learner.witness = e
	return e
}

// Add takes in the next fact, see [Learner.Add].
func (e *Evaluator) Add(fact events.Event) { e.learner.Add(fact) }

// Learner returns the learner, for its suggestions.
func (e *Evaluator) Learner() *Learner { return e.learner }

// Scores returns a score for each of [Kinds], of the incidents that opened from from on and before to
// (zero: no bound), of one team or of all (empty). It may be called at any time.
func (e *Evaluator) Scores(from, to time.Time, team string) []Score {
	e.learner.settleAll()
	for service := range e.waiting {
		e.watch(service, e.learner.now)
	}
	all := make([]Score, len(Kinds))
	for n, kind := range Kinds {
		all[n].Kind = kind
	}
	for _, v := range e.verdicts {
		if v.opened.Before(from) || !to.IsZero() && !v.opened.Before(to) || team != "" && v.team != team {
			continue
		}
		v.count(all)
	}
	for n := range all {
		s := &all[n]
		s.Precision, s.Recall, s.BaseRate = ratio(s.Right, s.Suggested), ratio(s.Right, s.Happened), ratio(s.Happened, s.N)
	}
	return all
}

// Forget drops the verdicts of incidents that opened before an instant: no score counts them any more.
// What was learned from them stays.
func (e *Evaluator) Forget(before time.Time) {
	e.verdicts = slices.DeleteFunc(e.verdicts, func(v *verdict) bool { return v.opened.Before(before) })
}

// count adds a verdict to the scores, which are in the order of Kinds.
func (v *verdict) count(all []Score) {
	if v.known && !v.acted {
		all[0].add(v.escalated, v.said[0], v.escalated)
	}
	if v.known {
		all[1].add(v.end.priority != v.began.priority, v.said[1], v.priority == v.end.priority)
		all[2].add(v.end.team != v.began.team, v.said[2], v.handTo == v.end.team)
	}
	if v.hour {
		all[3].add(v.spike, v.said[3], v.spike)
	}
}

func (s *Score) add(happened, suggested, right bool) {
	s.N++
	if happened {
		s.Happened++
	}
	if suggested {
		s.Suggested++
	}
	if suggested && right {
		s.Right++
	}
}

func ratio(of, all int) *float64 {
	if all == 0 {
		return nil
	}
	r := float64(of) / float64(all)
	return &r
}

// opened begins a verdict.
func (e *Evaluator) opened(i *life, u *hours) {
	v := e.of(i)
	c := u.at(u.hour, false)
	if !c.Known() {
		return
	}
	e.waiting[i.service] = append(e.waiting[i.service], pending{v, i.opened.Add(aftermath), u.total, c.limit()})
}

func (e *Evaluator) of(i *life) *verdict {
	if i.verdict == nil {
		i.verdict = &verdict{opened: i.opened, team: i.now.team}
		e.verdicts = append(e.verdicts, i.verdict)
	}
	return i.verdict
}

// judged notes what was suggested.
func (e *Evaluator) judged(i *life) {
	v := e.of(i)
	v.began, v.end = i.began, i.began
	for _, s := range i.made {
		for n, kind := range Kinds {
			v.said[n] = v.said[n] || s.Kind == kind
		}
		v.priority += s.Action.Priority
		v.handTo += s.Action.Team
	}
}

// taught notes what became of it, or that this is open again.
func (e *Evaluator) taught(i *life) {
	v := e.of(i)
	v.known = i.learned != nil
	if o := i.learned; o != nil {
		v.escalated, v.acted, v.end, v.team = o.escalated, o.acted, o.end, o.end.team
	}
}

// heard closes the hours that were over before this alert.
func (e *Evaluator) heard(service string) { e.watch(service, e.learner.now) }

// watch judges the incidents of the service whose next hour was over before now.
func (e *Evaluator) watch(service string, now time.Time) {
	all := e.waiting[service]
	u, ok := e.learner.services.get(service)
	for len(all) > 0 && all[0].until.Before(now) {
		if ok && u.total >= all[0].after { // else the service was forgotten meanwhile
			all[0].hour = true
			all[0].spike = float64(u.total-all[0].after) > all[0].limit
		}
		all = all[1:]
	}
	if len(all) == 0 {
		delete(e.waiting, service)
		return
	}
	e.waiting[service] = all
}
