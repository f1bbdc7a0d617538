package backtest

import (
	"fmt"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

// Options of a [Backtest].
type Options struct {
	// Reroute places every alert by the catalog's routes; else an alert stays with its service where
	// the catalog knows that.
	Reroute bool
	// AsRecorded lets answers come at their recorded instants, whoever is paged here: to verify.
	AsRecorded bool
	// Until is when the last of it is over: what is due then or later does not happen. Defaults to
	// [History.End].
	Until time.Time
	// Sink is told every fact, in order. Defaults to nothing.
	Sink func(events.Event) error
	// After is called behind each input of the history, when a [Backtest.Checkpoint] may be taken. An
	// error ends the run and is handed on. Defaults to nothing.
	After func() error
}

// Settled is how long a backtest goes on after the last input of a history without decisions, so that
// the last incidents climb.
const Settled = 24 * time.Hour

// Backtest plays a history through the rules with another catalog. Everybody's contact methods take
// each page at once, unless the record says that they failed then. Who answered a page in the record
// answers in the backtest the same time after their own page, and not at all where there is none;
// answers from outside, resolutions and everything else come at their instants.
type Backtest struct {
	history *History
	catalog *catalog.Catalog
	options Options

	state    *rules.State
	outcomes Outcomes
	now      time.Time
	until    time.Time

	next     int // of the history's inputs
	position uint64
	pages    page.Virtual
	answers  []answer // on their way
	waits    map[answerer]*waiting
	by       map[string]string // the incident that the record's one has become, by what opened it there
	forward  []events.Event    // facts that are inputs of another partition
	refused  map[string]int    // commands that changed nothing, by what was asked
	err      error
}

// answer is an acknowledgement on its way.
type answer struct {
	At    time.Time `json:"at"`
	Input int       `json:"input"` // by its place in the history
}

// NewBacktest begins at the history's first input with nothing open. The history must be closed.
func NewBacktest(h *History, c *catalog.Catalog, o Options) *Backtest {
	b := &Backtest{history: h, catalog: c, options: o, state: rules.NewState(0)}
	b.state.Use(c.Rules)
	b.now, _ = h.Span()
	b.until = h.End()
	if !o.Until.IsZero() {
		b.until = o.Until
	}
	b.waits, b.refused = map[answerer]*waiting{}, map[string]int{}
	b.by = make(map[string]string, len(h.openers))
	return b
}

// Outcomes gives what became of the incidents so far. It is the backtest's own.
func (b *Backtest) Outcomes() *Outcomes { return &b.outcomes }

// Played is how many inputs of the history were played.
func (b *Backtest) Played() int { return b.next }

// Refused counts the commands that changed nothing, by what was asked.
func (b *Backtest) Refused() map[string]int { return b.refused }

// Now gives the instant that was reached.
func (b *Backtest) Now() time.Time { return b.now }

// Run plays the history to its end, or until something fails.
func (b *Backtest) Run() error {
	for b.err == nil && b.next < len(b.history.inputs) {
		in := &b.history.inputs[b.next]
		b.before(in.Event.Time, b.next)
		b.next++
		b.input(in)
		if b.options.After != nil && b.err == nil {
			b.err = b.options.After()
		}
	}
	if b.err == nil {
		b.before(b.until, len(b.history.inputs))
	}
	return b.err
}

// before lets everything happen that comes before an input of an instant: pages, answers and deadlines
// that fall due earlier, and answers of that instant that stand before it in the record.
func (b *Backtest) before(end time.Time, input int) {
	for b.err == nil {
		at, ok := b.state.NextDeadline()
		if wake := b.pages.WakeAt(); !wake.IsZero() && (!ok || wake.Before(at)) {
			at, ok = wake, true
		}
		if at.Before(b.now) { // as a clock that another priority has run out before it came
			at = b.now
		}
		n := b.nextAnswer()
		if n >= 0 && (!ok || !b.answers[n].At.After(at)) {
			a := b.answers[n]
			if a.At.Before(end) || a.At.Equal(end) && a.Input < input {
				b.move(a.At)
				b.answers = append(b.answers[:n], b.answers[n+1:]...)
				b.answered(a)
				continue
			}
		}
		if !ok || !at.Before(end) {
			break
		}
		b.move(at)
		if !b.settle() {
			b.take(b.state.Fire(b.now, 1))
			b.settle()
		}
	}
	b.move(end)
}

func (b *Backtest) move(to time.Time) {
	if to.After(b.now) {
		b.now = to
	}
}

// nextAnswer gives the earliest answer on its way, of one instant the first of the record; -1 for none.
func (b *Backtest) nextAnswer() int {
	best := -1
	for n, a := range b.answers {
		if best < 0 || a.At.Before(b.answers[best].At) || a.At.Equal(b.answers[best].At) && a.Input < b.answers[best].Input {
			best = n
		}
	}
	return best
}

// answered plays an acknowledgement, and looks whether its person answers once more.
func (b *Backtest) answered(a answer) {
	in := &b.history.inputs[a.Input]
	who := answerer{in.opener, in.Event.Data.(events.AcknowledgementReceived).By}
	if w := b.waits[who]; w != nil {
		w.Next, w.Set = w.Next+1, false
	}
	b.command(in)
}

// input plays one input of the history.
func (b *Backtest) input(in *Asked) {
	switch d := in.Event.Data.(type) {
	case events.AlertReceived:
		service := b.place(in.Event, d.Alert)
		b.alert(in.Event, service)
		b.follow(in.Event.ID, service, d.Alert)
	case events.AlertCleared:
		b.alert(in.Event, b.place(in.Event, d.Alert))
	case events.CommandData:
		if !in.answer || b.options.AsRecorded {
			b.command(in)
		}
	default:
		b.decide(in.Event)
	}
}

// follow notes which incident an alert feeds here that opened one in the record and none now.
func (b *Backtest) follow(opener, service string, a events.Alert) {
	if b.by[opener] != "" || !b.history.openers[opener] {
		return
	}
	if i := b.state.Fed(service, a); i != nil {
		b.by[opener] = i.ID
	}
}

func (b *Backtest) alert(e events.Event, service string) {
	e.Service = service
	b.decide(e)
}

// place gives the service of an alert.
func (b *Backtest) place(e events.Event, a events.Alert) string {
	if !b.options.Reroute && b.catalog.Rules.Services[e.Service] != nil {
		return e.Service
	}
	return b.catalog.Explain(a.Labels.Map(), a).Service
}

// command asks something of the incident that the record's one has become.
func (b *Backtest) command(in *Asked) {
	incident := b.by[in.opener]
	if incident == "" {
		b.refused[in.Event.Data.Name()]++
		return
	}
	e := in.Event
	e.Data = about(e.Data, incident)
	if m, ok := e.Data.(events.MergeReceived); ok {
		if into := b.by[b.openerOf(m.Into)]; into != "" {
			m.Into = into
			m.IntoService = b.serviceOf(into)
		}
		e.Data = m
	}
	b.decide(e)
}

// openerOf gives the input that opened an incident of the record.
func (b *Backtest) openerOf(incident string) string {
	if l := b.history.recorded.byID[incident]; l != nil {
		return l.Opener
	}
	return ""
}

func (b *Backtest) serviceOf(incident string) string {
	if l := b.outcomes.byID[incident]; l != nil {
		return l.Service
	}
	return ""
}

// decide gives one event to the rules at the present instant, and then what it asks of other
// partitions, as the engine would.
func (b *Backtest) decide(e events.Event) {
	b.position++
	d := b.state.Decide(rules.Input{Position: b.position, Event: e}, b.now)
	b.take(d.Facts)
	b.settle()
	for len(b.forward) > 0 {
		f := b.forward[0]
		b.forward = b.forward[1:]
		b.position++
		b.take(b.state.Decide(rules.Input{Position: b.position, Event: f}, b.now).Facts)
		b.settle()
	}
}

// take folds facts, and starts what they ask for.
func (b *Backtest) take(facts []events.Event) {
	for n := range facts {
		e := &facts[n]
		b.outcomes.Fact(e)
		switch d := e.Data.(type) {
		case events.IncidentTriggered:
			b.by[e.CausationID] = e.Subject
		case events.PageRequested:
			b.deliver(e.Subject, d)
		case events.PageSuperseded:
			b.pages.Remove(d.Page)
		case events.CommandRefused:
			b.refused[d.Command]++
		case events.MergeRequested:
			b.pass(*e, d.IntoService)
		case events.MergeAnswered:
			b.pass(*e, d.Service)
		}
		if b.options.Sink != nil && b.err == nil {
			b.err = b.options.Sink(*e)
		}
	}
	b.state.Spare(facts)
}

func (b *Backtest) pass(e events.Event, service string) {
	e.Service = service
	b.forward = append(b.forward, e)
}

// about gives a command that asks the same of another incident.
func about(data events.Data, incident string) events.Data {
	switch d := data.(type) {
	case events.AcknowledgementReceived:
		d.Incident = incident
		return d
	case events.AcknowledgementWithdrawn:
		d.Incident = incident
		return d
	case events.ResolutionReceived:
		d.Incident = incident
		return d
	case events.ReopeningReceived:
		d.Incident = incident
		return d
	case events.EscalationReceived:
		d.Incident = incident
		return d
	case events.NoteReceived:
		d.Incident = incident
		return d
	case events.SnoozeReceived:
		d.Incident = incident
		return d
	case events.SnoozeWithdrawn:
		d.Incident = incident
		return d
	case events.AssignmentReceived:
		d.Incident = incident
		return d
	case events.RespondersRequested:
		d.Incident = incident
		return d
	case events.PriorityReceived:
		d.Incident = incident
		return d
	case events.MergeReceived:
		d.Incident = incident
		return d
	default:
		return aboutRecord(data, incident)
	}
}

// aboutRecord goes on where about ends: what concerns alerts, tasks, clocks and the books.
func aboutRecord(data events.Data, incident string) events.Data {
	switch d := data.(type) {
	case events.SplitReceived:
		d.Incident = incident
		return d
	case events.RoleReceived:
		d.Incident = incident
		return d
	case events.TaskReceived:
		d.Incident = incident
		return d
	case events.TaskCompleted:
		d.Incident = incident
		return d
	case events.ClosureReceived:
		d.Incident = incident
		return d
	case events.PauseReceived:
		d.Incident = incident
		return d
	case events.PauseWithdrawn:
		d.Incident = incident
		return d
	case events.ClocksCancelled:
		d.Incident = incident
		return d
	default:
		panic(fmt.Sprintf("replay: %s is no command that is known here", data.Name()))
	}
}
