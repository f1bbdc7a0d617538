package simulation

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// life draws a command that concerns more than the climb.
func (t *traffic) life(c events.Command) events.Data {
	w := t.w
	person := fmt.Sprint("person:p", w.rng.IntN(3))
	later := w.now.Add(time.Duration(w.rng.IntN(600)-60) * time.Second)
	switch w.rng.IntN(20) {
	case 0, 1:
		return events.SnoozeReceived{Command: c, Until: later}
	case 2:
		return events.SnoozeWithdrawn{Command: c}
	case 3:
		return events.AssignmentReceived{Command: c, To: person}
	case 4:
		return events.RespondersRequested{Command: c, Targets: []string{pick(w, []string{person, "schedule:rota", "team:crew"})}}
	case 5:
		return events.PriorityReceived{Command: c, Priority: pick(w, []string{"P1", "P3", "P5", "P9"})}
	case 6, 7, 8, 9, 10, 11, 12, 13:
		return t.merge(c)
	case 14, 15:
		return t.split(c)
	case 16:
		return events.EscalationReceived{Command: c, To: pick(w, []string{"crew", "night", "nobody"})}
	case 17:
		return events.EscalationReceived{Command: c, Up: true}
	case 18:
		return pick(w, []events.Data{
			events.PauseReceived{Command: c, Until: later}, events.PauseWithdrawn{Command: c}, events.ClocksCancelled{Command: c},
		})
	default:
		return pick(w, []events.Data{
			events.RoleReceived{Command: c, Role: "scribe", Person: person},
			events.ClosureReceived{Command: c, Outcome: "fixed"},
			events.TaskReceived{Command: c, Text: "look into it", Owner: person},
			events.TaskCompleted{Command: c, Task: 1},
		})
	}
}

// merge asks for one of the incidents that people can see, or for one that nobody knows.
func (t *traffic) merge(c events.Command) events.Data {
	w := t.w
	ask := events.MergeReceived{Command: c, Into: "no-such-incident", IntoService: t.service()}
	open := slices.DeleteFunc(slices.Clone(w.laws.known), func(s *story) bool { return s.status == resolved && !w.chance(0.1) })
	if len(open) > 0 && !w.chance(0.05) {
		into := pick(w, open)
		ask.Into, ask.IntoService = into.id, into.service
	}
	return ask
}

// split asks for some alerts of an incident to go, of all if there are several, or for one that it
// does not have.
func (t *traffic) split(c events.Command) events.Data {
	ask := events.SplitReceived{Command: c, Alerts: []string{fmt.Sprint("k", t.w.rng.IntN(4))}}
	for _, s := range t.w.laws.known {
		if keys := s.fires(); s.status != resolved && len(keys) > 1 {
			ask.Incident, ask.Alerts = s.id, keys[:1+t.w.rng.IntN(len(keys))]
		}
	}
	return ask
}

// override changes who is on call, at every partition as the door does.
func (t *traffic) override() {
	w := t.w
	id := fmt.Sprint("o", w.rng.IntN(3))
	data := events.Data(events.OverrideWithdrawn{ID: id, Schedule: "rota"})
	if w.chance(0.7) {
		data = events.OverrideReceived{Override: events.Override{
			ID: id, Schedule: "rota", Kind: pick(w, []string{"override", "shadow"}),
			From: w.now, To: w.now.Add(time.Duration(1+w.rng.IntN(600)) * time.Second), People: []string{fmt.Sprint("p", w.rng.IntN(2))},
		}}
	}
	t.nonce++
	e := events.New(data)
	e.ID, e.Source, e.Time = events.DeriveID("sim", fmt.Sprint(t.nonce)), "sim", w.now
	body, err := events.EncodeBatch([]events.Event{e})
	if err != nil {
		panic(err)
	}
	w.note("  %s %s", data.Name(), id)
	for p := range w.services {
		t.send(bus.Message{
			Subject: events.IntakeSubject(p, "overrides"), ID: fmt.Sprint(e.ID, "-", p), Body: body,
			Header: map[string][]string{"content-type": {events.ContentBatch}},
		})
	}
}
