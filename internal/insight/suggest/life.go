package suggest

import (
	"strings"
	"time"

	"tocsin.dev/pkg/events"
)

// life is one incident, up to the newest fact.
type life struct {
	id, service string
	opened      time.Time
	alike       [rungs]rungKey
	began       standing
	now         standing

	top       int  // the highest level reached
	escalated bool // it went beyond those who were to answer first
	acted     bool // a suggestion was followed automatically, so the outcome without it is not known
	over      bool
	merged    bool

	judged  bool // its suggestions are made
	spike   *Suggestion
	made    []Suggestion
	learned *outcome // what it teaches; nil while it is open
	verdict *verdict // of an evaluation
}

// standing is what people may change.
type standing struct{ priority, team string }

// outcome is what an incident came to.
type outcome struct {
	id         string
	began, end standing
	top        int
	escalated  bool
	acted      bool
	void       bool // does not count: the incident is open again
}

// nameLabels are labels that name the kind of an alert; the first that is set counts.
var nameLabels = []string{"alertname", "check", "rule", "subcategory"}

func nameOf(labels events.Labels) string {
	for _, l := range nameLabels {
		if v := labels.Get(l); v != "" {
			return v
		}
	}
	return ""
}

// IsDrill reports whether an alert was sent for practice: its label "drill" or "probe" is set.
func IsDrill(labels events.Labels) bool {
	if !strings.Contains(string(labels), `"drill"`) && !strings.Contains(string(labels), `"probe"`) {
		return false
	}
	for _, name := range []string{"drill", "probe"} {
		switch strings.ToLower(labels.Get(name)) {
		case "", "0", "false", "no":
		default:
			return true
		}
	}
	return false
}

// open begins a life. Its priority may still change at the same instant.
func (l *Learner) open(id string, e events.Event, a events.Alert, priority string) *life {
	i := &life{id: id, service: e.Service, opened: l.now, now: standing{priority, e.Team}}
	i.alike[byKey] = rungKey{byKey, e.Service, a.Dedup()}
	if name := nameOf(a.Labels); name != "" {
		i.alike[byName] = rungKey{byName, e.Service, name}
	}
	l.lives.put(id, i)
	l.fresh = append(l.fresh, i)
	return i
}

// opening judges the hour in which the alert opened an incident.
func (l *Learner) opening(i *life, u *hours) {
	u.opened(i.id)
	i.spike = u.spike()
	if l.witness != nil {
		l.witness.opened(i, u)
	}
}

// ended notes the end of an incident; what it teaches is known after this instant.
func (l *Learner) ended(i *life) {
	i.over = true
	l.teach(i)
}

// again notes that an incident is open again.
func (l *Learner) again(i *life) {
	i.over, i.merged = false, false
	l.takeBack(i)
}

// mergedAway notes that an incident ended in favour of another one, which goes on.
func (l *Learner) mergedAway(i *life) {
	i.over, i.merged = true, true
	l.takeBack(i)
}
