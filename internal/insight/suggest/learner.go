package suggest

import (
	"time"

	"tocsin.dev/pkg/events"
)

// Bounds of what a learner remembers, in two generations each: what is asked for least goes first.
const (
	maxLives    = 20_000 // incidents, open or not
	maxThese    = 20_000 // sets of incidents that are alike
	maxServices = 1_000
)

// Learner learns from facts and makes suggestions for each incident as it opens. It is not safe for
// use by several goroutines at once.
type Learner struct {
	o        Options
	now      time.Time // the newest instant of a fact
	fresh    []*life   // opened at it
	lessons  []lesson  // of this instant: known from the next one on
	lives    *memory[string, *life]
	these    *memory[rungKey, *ring]
	services *memory[string, *hours]

	witness witness // may be nil
}

// witness hears what happens to incidents.
type witness interface {
	opened(*life, *hours) // before its suggestions are made
	judged(*life)         // its suggestions are made
	taught(*life)         // it teaches something in a set, or no longer
	heard(service string) // an alert comes now, and is not counted yet
}

// New returns a learner that knows nothing.
func New(o Options) *Learner {
	return &Learner{
		o: o.WithDefaults(), lives: newMemory[string, *life](maxLives),
		these: newMemory[rungKey, *ring](maxThese), services: newMemory[string, *hours](maxServices),
	}
}

// Add takes in the next fact. Facts of the ledger that say nothing about incidents change nothing, and
// so do those about an incident whose opening was not among them, or is long forgotten. A fact that is
// late counts as of now.
func (l *Learner) Add(e events.Event) {
	if e.Time.After(l.now) {
		l.pass()
		l.now = e.Time
	}
	if e.Subject != "" {
		l.fold(e)
	}
}

// concerned are the names of the facts of the ledger that change anything.
var concerned = func() map[string]bool {
	all := map[string]bool{}
	for _, d := range []events.Data{
		events.IncidentTriggered{},
		events.AlertJoined{},
		events.IncidentReopened{},
		events.IncidentMerged{},
		events.IncidentResolved{},
		events.IncidentPrioritized{},
		events.EscalationAdvanced{},
		events.EscalationFired{},
		events.EscalationExhausted{},
		events.IncidentTransferred{},
	} {
		all[d.Name()] = true
	}
	return all
}()

// Concerns reports whether facts of the ledger with this name change anything.
func Concerns(name string) bool { return concerned[name] }

// pass ends an instant: incidents that opened in it are judged by what was known before it, and
// then what was learned in it is known.
func (l *Learner) pass() {
	l.settleAll()
	for _, one := range l.lessons {
		l.learn(one)
	}
	l.lessons = l.lessons[:0]
}

func (l *Learner) settleAll() {
	for _, i := range l.fresh {
		l.settle(i)
	}
	l.fresh = l.fresh[:0]
}

// settle makes the suggestions of an incident, once.
func (l *Learner) settle(i *life) {
	if i.judged {
		return
	}
	i.judged = true
	i.began = i.now
	i.alike[byPriority] = rungKey{byPriority, i.service, i.began.priority}
	for _, q := range questions {
		if s, ok := l.ask(i, q); ok {
			i.made = append(i.made, s)
		}
	}
	if i.spike != nil {
		i.made = append(i.made, *i.spike)
	}
	if l.witness != nil {
		l.witness.judged(i)
	}
}

// Suggestions returns those made when the incident opened, in the order of [Kinds], and whether the
// incident is remembered.
func (l *Learner) Suggestions(incident string) ([]Suggestion, bool) {
	i, ok := l.lives.get(incident)
	if !ok {
		return nil, false
	}
	l.settle(i)
	return i.made, true
}

// alerted counts an alert of the service.
func (l *Learner) alerted(service string) *hours {
	if l.witness != nil {
		l.witness.heard(service)
	}
	u, ok := l.services.get(service)
	if !ok {
		u = &hours{}
		l.services.put(service, u)
	}
	u.add(l.now)
	return u
}
