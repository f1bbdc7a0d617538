package suggest

// The rungs of the ladder by which incidents are alike, narrowest first.
const (
	byKey = iota
	byName
	byPriority
	rungs
)

var bases = [rungs]string{SameKey, SameName, SamePriority}

// rungKey names the incidents that are alike on one rung; an empty value is like nothing.
type rungKey struct {
	rung           int
	service, value string
}

// ring holds the newest outcomes, the oldest of which makes room.
type ring struct {
	all  []*outcome
	next int
}

func (r *ring) add(o *outcome, most int) {
	if len(r.all) < most {
		r.all = append(r.all, o)
		return
	}
	r.all[r.next] = o
	r.next = (r.next + 1) % most
}

// newest calls each with the outcomes that count, the newest first.
func (r *ring) newest(each func(*outcome)) {
	for n := range r.all {
		at := (r.next - 1 - n + 2*len(r.all)) % len(r.all)
		if o := r.all[at]; !o.void {
			each(o)
		}
	}
}

// lesson is an outcome to be counted on the rungs of an incident; without them it is taken back.
type lesson struct {
	*outcome
	alike []rungKey
}

// teach makes the lesson of an incident that is over, once. A merged one went on elsewhere.
func (l *Learner) teach(i *life) {
	if i.learned != nil || i.merged {
		return
	}
	l.settle(i)
	i.learned = &outcome{id: i.id, began: i.began, end: i.now, top: i.top, escalated: i.escalated, acted: i.acted}
	l.lessons = append(l.lessons, lesson{i.learned, i.alike[:]})
	if l.witness != nil {
		l.witness.taught(i)
	}
}

// takeBack makes an incident teach nothing.
func (l *Learner) takeBack(i *life) {
	if i.learned == nil {
		return
	}
	l.lessons = append(l.lessons, lesson{i.learned, nil})
	i.learned = nil
	if l.witness != nil {
		l.witness.taught(i)
	}
}

// learn takes in a lesson.
func (l *Learner) learn(one lesson) {
	if one.alike == nil {
		one.void = true
	}
	for _, k := range one.alike {
		if k.value == "" {
			continue
		}
		r, ok := l.these.get(k)
		if !ok {
			r = &ring{}
			l.these.put(k, r)
		}
		r.add(one.outcome, l.o.Last)
	}
}

// count is what speaks for one answer among the incidents that are alike.
type count struct {
	hits     int
	ids      []string // of the hits
	low, top int      // of the hits: the lowest and the highest of the levels that they reached
}

// counted are the answers by what they name: a priority, a team, or "" for yes.
type counted map[string]*count

// question is one kind of suggestion about outcomes: which of them count, and what they say; "" says
// that it was not so.
type question struct {
	kind   string
	counts func(*life, *outcome) bool
	said   func(*outcome) (answer string, so bool)
}

var questions = []question{
	{
		kind:   Escalate,
		counts: func(_ *life, o *outcome) bool { return !o.acted },
		said:   func(o *outcome) (string, bool) { return "", o.escalated },
	},
	{
		kind:   Priority,
		counts: func(i *life, o *outcome) bool { return i.began.priority != "" && o.began.priority == i.began.priority },
		said: func(o *outcome) (string, bool) {
			return o.end.priority, o.end.priority != o.began.priority
		},
	},
	{
		kind:   Team,
		counts: func(i *life, o *outcome) bool { return o.began.team == i.began.team },
		said: func(o *outcome) (string, bool) {
			return o.end.team, o.end.team != "" && o.end.team != o.began.team
		},
	},
}

// ask climbs the ladder to the first rung with enough incidents and judges the commonest answer there.
func (l *Learner) ask(i *life, q question) (Suggestion, bool) {
	for rung, k := range i.alike {
		r, ok := l.these.get(k)
		if k.value == "" || !ok {
			continue
		}
		of, answer, best := tally(r, i, q)
		if of < l.o.Min {
			continue
		}
		if best == nil || atLeast(best.hits, of) < l.o.At {
			return Suggestion{}, false
		}
		return Suggestion{
			Kind: q.kind, Says: says(q.kind, of, answer, best), Action: act(q.kind, answer),
			Probability: rounded(probability(best.hits, of)), AtLeast: rounded(atLeast(best.hits, of)),
			Evidence: Evidence{Of: of, Hits: best.hits, Incidents: best.ids, Basis: bases[rung], Among: k.value},
		}, true
	}
	return Suggestion{}, false
}

// tally counts the answers and returns the most common one; of equals, that of the newest incident.
func tally(r *ring, i *life, q question) (of int, answer string, best *count) {
	found := counted{}
	var order []string
	r.newest(func(o *outcome) {
		if !q.counts(i, o) {
			return
		}
		of++
		a, so := q.said(o)
		if !so {
			return
		}
		c := found[a]
		if c == nil {
			c = &count{low: o.top}
			found[a] = c
			order = append(order, a)
		}
		c.hits++
		c.ids = append(c.ids, o.id)
		c.low, c.top = min(c.low, o.top), max(c.top, o.top)
	})
	for _, a := range order {
		if best == nil || found[a].hits > best.hits {
			answer, best = a, found[a]
		}
	}
	return of, answer, best
}

// nextLevel is the level that an escalation suggests: the first that is not paged by itself.
const nextLevel = 2

func act(kind, answer string) Action {
	switch kind {
	case Priority:
		return Action{Priority: answer}
	case Team:
		return Action{Team: answer}
	}
	return Action{Level: nextLevel}
}
