package simulation

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/pkg/events"
)

// headerNonce marks each message that is published, so that the laws know what was accepted.
const headerNonce = "Sim-Nonce"

// traffic is monitoring systems, people and whoever else publishes.
type traffic struct {
	w        *world
	catalogs *revisions.Store
	nonce    int
	// accepted holds the nonces of all messages whose publish gave nil.
	accepted map[string]bool
	old      []bus.Message // to be repeated late
}

func newTraffic(w *world) *traffic {
	return &traffic{
		w: w, accepted: map[string]bool{},
		catalogs: revisions.NewStore(w.bus, func() time.Time { return w.now }),
	}
}

func (t *traffic) act() {
	w := t.w
	switch n := w.rng.IntN(100); {
	case n < 42:
		t.batch()
	case n < 52:
		t.foreign()
	case n < 82:
		t.command()
	case n < 84:
		t.override()
	case n < 86:
		t.problem()
	case n < 92 && len(t.old) > 0:
		w.note("  a late repeat")
		t.publish(pick(w, t.old))
	case n < 93:
		t.large()
	default:
		t.poison()
	}
}

// publish puts a message on the bus as a careful sender does: most try again after a lost answer.
func (t *traffic) publish(m bus.Message) {
	t.nonce++
	nonce := fmt.Sprint(t.nonce)
	header := map[string][]string{headerNonce: {nonce}}
	for k, v := range m.Header {
		if k != headerNonce {
			header[k] = v
		}
	}
	m.Header = header
	for range 4 {
		err := t.w.bug.publish(t.w, m)
		if err == nil {
			if m.ID == "" {
				t.accepted[nonce] = true
			} else {
				t.accepted[m.ID] = true
			}
			return
		}
		if !errors.Is(err, inmem.ErrLost) {
			panic(err)
		}
		if t.w.chance(0.3) {
			return
		}
	}
}

func (t *traffic) service() string {
	if t.w.chance(0.05) {
		return "ghost"
	}
	return fmt.Sprint("svc", t.w.rng.IntN(4))
}

// alert draws a signal of a small set of keys, so that they meet again.
func (t *traffic) alert(service string) events.Event {
	w := t.w
	a := events.Alert{
		Key: fmt.Sprint("k", w.rng.IntN(4)), Summary: "something is wrong",
		Severity: pick(w, []string{"critical", "warning", "info", ""}),
	}
	if w.chance(0.4) {
		a.DedupKey = "group"
	}
	if w.chance(0.5) {
		a.StartsAt = w.now.Truncate(time.Minute)
	}
	if w.chance(0.3) {
		a.EndsAt = w.now.Add(time.Duration(30+w.rng.IntN(600)) * time.Second)
	}
	var e events.Event
	if w.chance(0.3) {
		a.EndsAt = time.Time{}
		e = events.New(events.AlertCleared{Alert: a})
	} else {
		w.count.Alerts++
		e = events.New(events.AlertReceived{Alert: a})
	}
	t.nonce++
	e.ID, e.Source, e.Service = events.DeriveID("sim", fmt.Sprint(t.nonce)), "sim", service
	e.Time = w.now.Add(-time.Duration(w.rng.IntN(3)) * time.Second)
	return e
}

// batch is one body at one of our doors: all of one partition.
func (t *traffic) batch() {
	service := t.service()
	all := make([]events.Event, 1+t.w.rng.IntN(4))
	for i := range all {
		all[i] = t.alert(service)
	}
	t.own("alerts", service, all)
}

// own publishes events as our doors do.
func (t *traffic) own(kind, service string, all []events.Event) {
	body, err := events.EncodeBatch(all)
	if err != nil {
		panic(err)
	}
	t.w.note("  %s of %s: %s %.8s", kind, service, all[0].Data.Name(), all[0].ID)
	t.send(bus.Message{
		Subject: events.IntakeSubject(events.Partition(service, t.w.services), kind),
		ID:      all[0].ID, Body: body, Header: map[string][]string{"content-type": {events.ContentBatch}},
	})
}

// send publishes a message of ours, to be repeated late.
func (t *traffic) send(m bus.Message) {
	if t.w.chance(0.2) {
		m.ID = "" // a sender that gives no id and may be stored twice
	}
	t.old = append(t.old, m)
	if len(t.old) > 20 {
		t.old = t.old[1:]
	}
	t.publish(m)
}

// large is a batch whose decisions do not fit into one record.
func (t *traffic) large() {
	service := t.service()
	all := make([]events.Event, 14)
	for i := range all {
		e := t.alert(service)
		a := events.Alert{Key: fmt.Sprint("large", i), Summary: "large", Description: strings.Repeat("x", 40<<10)}
		e.Data, e.Type = events.AlertReceived{Alert: a}, events.TypeOf(events.AlertReceived{})
		all[i] = e
	}
	t.own("alerts", service, all)
}

// foreign is somebody who publishes alerts to NATS in a form of their own.
func (t *traffic) foreign() {
	service := t.service()
	e := t.alert(service)
	subject := events.SubjectAlerts + "." + service
	w := t.w
	w.note("  foreign alert for %s", service)
	switch w.rng.IntN(4) {
	case 0:
		t.publish(bus.Message{Subject: subject, Body: []byte(`{"neither": "alert"`)})
	case 1:
		line, err := e.Encode()
		if err != nil {
			panic(err)
		}
		t.publish(bus.Message{Subject: subject, Body: line, Header: map[string][]string{"content-type": {events.ContentStructured}}})
	default:
		body := fmt.Sprintf(`{"key": "f%d", "summary": "from afar"}`, w.rng.IntN(3))
		t.publish(bus.Message{Subject: subject, Body: []byte(body), Header: map[string][]string{
			"ce-specversion": {"1.0"}, "ce-type": {"com.example.alert"}, "ce-id": {e.ID}, "ce-source": {"/far"},
			"ce-subject": {"disk"}, "content-type": {events.ContentJSON},
		}})
	}
}

// command asks something of an incident that people can see, or of none.
func (t *traffic) command() {
	w := t.w
	w.count.Commands++
	id, service := "no-such-incident", t.service()
	if known := w.laws.known; len(known) > 0 && !w.chance(0.05) {
		s := pick(w, known[max(0, len(known)-6):])
		id, service = s.id, s.service
	}
	c := events.Command{Incident: id, By: fmt.Sprint("person:p", w.rng.IntN(3)), Via: "api", Note: "as asked"}
	var data events.Data
	switch n := w.rng.IntN(100); {
	case n < 40:
		data = events.AcknowledgementReceived{Command: c}
	case n < 52:
		data = events.AcknowledgementWithdrawn{Command: c}
	case n < 68:
		data = events.ResolutionReceived{Command: c}
	case n < 80:
		data = events.ReopeningReceived{Command: c}
	case n < 92:
		data = events.EscalationReceived{Command: c, Level: w.rng.IntN(4)}
	default:
		data = events.NoteReceived{Command: c}
	}
	if w.chance(0.5) {
		data = t.life(c)
		if s := w.laws.stories[data.(events.CommandData).Ask().Incident]; s != nil {
			service = s.service
		}
	}
	e := events.New(data)
	t.nonce++
	e.ID, e.Source, e.Time, e.Service = events.DeriveID("sim", fmt.Sprint(t.nonce)), "sim", w.now, service
	if !w.chance(0.2) {
		t.own("commands", service, []events.Event{e})
		return
	}
	w.note("  foreign %s for %.8s", data.Name(), id)
	line, err := e.Encode()
	if err != nil {
		panic(err)
	}
	t.publish(bus.Message{Subject: events.SubjectCommands + "." + service, Body: line})
}

// poison is what must not stop anybody.
func (t *traffic) poison() {
	w := t.w
	p := w.rng.IntN(w.services)
	note := events.New(events.IncidentResolved{How: "command"}) // nobody may ask with a fact
	note.ID, note.Subject, note.IncidentSeq = "poison", "no-such-incident", 3
	line, err := note.Encode()
	if err != nil {
		panic(err)
	}
	body := pick(w, []string{"", "[\n]", "[\nx,\n{}\n]", `{"type":"dev.tocsin.alert.received.v1","data":7}`, "[\n" + string(line) + "\n]"})
	subject := pick(w, []string{events.IntakeSubject(p, "alerts"), events.SubjectIntake + fmt.Sprint(".", p, ".a.b.c"), events.SubjectCommands + ".svc1"})
	w.note("  poison on %s", subject)
	t.publish(bus.Message{Subject: subject, Body: []byte(body)})
}

// revise puts another catalog in force.
func (t *traffic) revise() {
	text := drawCatalog(t.w.rng)
	_, faults, err := t.catalogs.Apply(t.w.ctx, map[string][]byte{"catalog.yaml": []byte(text)}, "person:p0")
	for _, f := range faults {
		if !f.Warning {
			panic(fmt.Sprintf("the generator writes a faulty catalog: %v\n%s", f, text))
		}
	}
	t.w.note("  new catalog: %v", err)
}
