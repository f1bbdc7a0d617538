package backtest

import (
	"fmt"
	"reflect"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

// Options of a [Backtest].
type Options struct {
	// Reroute places every alert by the catalog's routes. Otherwise an alert stays with its service if the
	// catalog has it.
	Reroute bool
	// AsRecorded lets answers come at their recorded instants, whoever is paged here: to verify.
	AsRecorded bool
	// Until is when the backtest ends; what is due then or later does not happen. Defaults to
	// [History.End].
	Until time.Time
	// Sink gets every fact, in order. Defaults to nothing.
	Sink func(events.Event) error
	// After is called after each input of the history; it may call [Backtest.Checkpoint]. An error ends
	// the run and is returned. Defaults to nothing.
	After func() error
}

// Settled is how long a backtest goes on after the last input of a history without decisions, so that
// the last incidents climb.
const Settled = 24 * time.Hour

// Backtest plays a history through the rules with another catalog. Every contact method takes each page
// at once, unless the record says that it failed then. Whoever answered a page in the record answers here
// the same time after their own page, and not at all if they get none. Everything else that was asked
// comes at its recorded instant.
type Backtest struct {
	history *History
	catalog *catalog.Catalog
	options Options

	state    *rules.State
	outcomes Outcomes
	now      time.Time
	until    time.Time

	next      int // of the history's inputs
	position  uint64
	pages     page.Virtual
	answers   []answer // that are to come
	waits     map[answerer]*waiting
	incidents map[string]string // by the input that opened the recorded incident, the one it has become here
	forward   []events.Event    // facts that are inputs of another partition
	refused   map[string]int    // commands that changed nothing, by name
	err       error
}

// New begins at the history's first input with no incident open. The history must be closed.
func New(h *History, c *catalog.Catalog, o Options) *Backtest {
	b := &Backtest{history: h, catalog: c, options: o, state: rules.NewState(0)}
	b.state.Use(c.Rules)
	b.now, _ = h.Span()
	b.until = h.End()
	if !o.Until.IsZero() {
		b.until = o.Until
	}
	b.waits, b.refused = map[answerer]*waiting{}, map[string]int{}
	b.incidents = make(map[string]string, len(h.openers))
	return b
}

// Outcomes returns what became of the incidents so far. The caller must not change it.
func (b *Backtest) Outcomes() *Outcomes { return &b.outcomes }

// Played is how many inputs of the history were played.
func (b *Backtest) Played() int { return b.next }

// Run plays the history to its end, or until something fails.
func (b *Backtest) Run() error {
	for b.err == nil && b.next < len(b.history.inputs) {
		in := &b.history.inputs[b.next]
		b.advance(in.Event.Time, b.next)
		b.next++
		b.input(in)
		if b.options.After != nil && b.err == nil {
			b.err = b.options.After()
		}
	}
	if b.err == nil {
		b.advance(b.until, len(b.history.inputs))
	}
	return b.err
}

// advance lets time pass up to an input at an instant: pages, answers and deadlines that fall due
// earlier, and answers of that instant that precede the input in the record.
func (b *Backtest) advance(end time.Time, input int) {
	for b.err == nil {
		at, ok := b.state.NextDeadline()
		if wake := b.pages.WakeAt(); !wake.IsZero() && (!ok || wake.Before(at)) {
			at, ok = wake, true
		}
		if at.Before(b.now) { // a change of priority can make a clock overdue
			at = b.now
		}
		if n := b.nextAnswer(); n >= 0 && (!ok || !b.answers[n].At.After(at)) {
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
			b.apply(b.state.Fire(b.now, 1))
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

// input plays one input of the history.
func (b *Backtest) input(in *Asked) {
	e := in.Event
	switch d := e.Data.(type) {
	case events.AlertReceived:
		e.Service = b.place(e, d.Alert)
		b.decide(e)
		b.follow(e.ID, e.Service, d.Alert)
	case events.AlertCleared:
		e.Service = b.place(e, d.Alert)
		b.decide(e)
	case events.CommandData:
		if !in.answer || b.options.AsRecorded {
			b.command(in)
		}
	default:
		b.decide(e)
	}
}

// follow notes which incident an alert feeds here if it opened one in the record and none here.
func (b *Backtest) follow(opener, service string, a events.Alert) {
	if b.incidents[opener] != "" || !b.history.openers[opener] {
		return
	}
	if i := b.state.Fed(service, a); i != nil {
		b.incidents[opener] = i.ID
	}
}

// place returns the service of an alert.
func (b *Backtest) place(e events.Event, a events.Alert) string {
	if !b.options.Reroute && b.catalog.Rules.Services[e.Service] != nil {
		return e.Service
	}
	return b.catalog.Explain(a.Labels.Map(), a).Service
}

// command asks something of the incident that the recorded one has become.
func (b *Backtest) command(in *Asked) {
	incident := b.incidents[in.opener]
	if incident == "" {
		b.refused[in.Event.Data.Name()]++
		return
	}
	e := in.Event
	data, err := readdressed(e.Data, incident)
	if err != nil {
		b.err = fmt.Errorf("input %d, at %s: %w", b.next, e.Time.Format(time.RFC3339), err)
		return
	}
	if m, ok := data.(events.MergeReceived); ok {
		if recorded := b.history.recorded.byID[m.Into]; recorded != nil {
			if into := b.outcomes.byID[b.incidents[recorded.Opener]]; into != nil {
				m.Into, m.IntoService = into.ID, into.Service
			}
		}
		data = m
	}
	e.Data = data
	b.decide(e)
}

// decide passes one event to the rules at the current instant, and then what it asks of other
// partitions, as the engine would.
func (b *Backtest) decide(e events.Event) {
	b.decideOne(e)
	for len(b.forward) > 0 {
		next := b.forward[0]
		b.forward = b.forward[1:]
		b.decideOne(next)
	}
}

func (b *Backtest) decideOne(e events.Event) {
	b.position++
	b.apply(b.state.Decide(rules.Input{Position: b.position, Event: e}, b.now).Facts)
	b.settle()
}

// apply takes in facts, and starts what they ask for.
func (b *Backtest) apply(facts []events.Event) {
	for n := range facts {
		e := &facts[n]
		b.outcomes.Fact(e)
		switch d := e.Data.(type) {
		case events.IncidentTriggered:
			b.incidents[e.CausationID] = e.Subject
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

// readdressed returns a command that asks the same of another incident. Every command embeds
// [events.Command].
func readdressed(data events.Data, incident string) (events.Data, error) {
	v := reflect.New(reflect.TypeOf(data)).Elem()
	v.Set(reflect.ValueOf(data))
	if v.Kind() == reflect.Struct {
		if c := v.FieldByName("Command"); c.IsValid() && c.Type() == reflect.TypeFor[events.Command]() {
			c.FieldByName("Incident").SetString(incident)
			return v.Interface().(events.Data), nil
		}
	}
	return nil, fmt.Errorf("%s is not a command about an incident", data.Name())
}
