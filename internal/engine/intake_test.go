package engine_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

func stateOf(t *testing.T, b []byte) string {
	t.Helper()
	var saved struct {
		State json.RawMessage `json:"state"`
	}
	require.NoError(t, json.Unmarshal(b, &saved))
	return string(saved.State)
}

// encode returns an event as one line.
func encode(t *testing.T, e events.Event) []byte {
	t.Helper()
	line, err := e.Encode()
	require.NoError(t, err)
	return line
}

func TestForeignForms(t *testing.T) {
	h := newFixture(t)
	alert := h.alert("a")
	alert.Service = "somebody-elses" // the subject decides, not the data
	note := h.event("note-1", events.NoteReceived{Command: events.Command{Incident: "no-such", Note: "x"}})
	binary := map[string][]string{
		"ce-specversion": {"1.0"}, "ce-type": {"com.example"}, "ce-id": {"7"}, "ce-source": {"/x"}, "content-type": {events.ContentJSON},
	}
	for name, c := range map[string]struct {
		m    bus.Message
		want string
	}{
		"structured alert":     {bus.Message{Subject: "tocsin.alerts.checkout", Body: encode(t, alert)}, opened},
		"binary alert":         {bus.Message{Subject: "tocsin.alerts.checkout", Header: binary, Body: []byte(`{"key":"k","summary":"s"}`)}, opened},
		"batch of alerts":      {bus.Message{Subject: "tocsin.alerts.checkout", Body: []byte("[" + string(encode(t, alert)) + "]"), Header: map[string][]string{"content-type": {events.ContentBatch}}}, opened},
		"broken alert":         {bus.Message{Subject: "tocsin.alerts.checkout", Body: []byte(`{"type":`)}, ""},
		"empty alert":          {bus.Message{Subject: "tocsin.alerts.checkout"}, ""},
		"structured command":   {bus.Message{Subject: "tocsin.commands.checkout", Body: encode(t, note)}, "command.refused"},
		"binary command":       {bus.Message{Subject: "tocsin.commands.checkout", Header: events.BinaryHeader(note.Envelope), Body: []byte(`{"incident":"no-such"}`)}, "command.refused"},
		"broken binary header": {bus.Message{Subject: "tocsin.commands.checkout", Header: map[string][]string{"ce-type": {"%zz"}}}, ""},
		"a fact as a command":  {bus.Message{Subject: "tocsin.commands.checkout", Body: encode(t, h.event("f", events.IncidentResolved{How: "command"}))}, ""},
		"an alert as command":  {bus.Message{Subject: "tocsin.commands.checkout", Body: encode(t, alert)}, ""},
		"unknown subject":      {bus.Message{Subject: "tocsin.intake.0.alerts.a.b", Body: encode(t, alert)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			o := h.take(h.engine())
			h.publish(c.m)
			h.settle(o.Turn)
			facts := h.facts()
			require.Equal(t, revised, facts[0].Data.Name())
			require.Equal(t, c.want, names(facts[1:]))
			for _, f := range facts[1:] {
				require.Equal(t, "checkout", f.Service)
			}
		})
	}
}

// TestStrangersMayOnlyCommand goes through every event there is: commands of strangers are decided,
// and what only our own parts may say is refused.
func TestStrangersMayOnlyCommand(t *testing.T) {
	h := newFixture(t)
	o := h.take(h.engine())
	var asked []string
	for _, name := range events.Names() {
		e := h.event("ask-"+name, events.NoteReceived{})
		e.Type = events.TypePrefix + name + ".v1"
		data, err := events.DecodeData(e.Type, []byte(`{"incident":"no-such"}`))
		require.NoError(t, err)
		e.Data = data
		h.publish(bus.Message{Subject: "tocsin.commands.checkout", Body: encode(t, e)})
		h.settle(o.Turn)
		facts := h.facts()
		if last, ok := facts[len(facts)-1].Data.(events.CommandRefused); ok && last.Command == name {
			asked = append(asked, name)
		}
	}
	require.Len(t, h.facts(), 1+len(asked), "nothing else is decided")
	require.Subset(t, asked, []string{"acknowledgement.received", "merge.received", "snooze.withdrawn", "clocks.cancelled"})
	for _, name := range []string{"merge.requested", "merge.answered", "override.received", "override.withdrawn", "receipt.received", "catalog.revised"} {
		require.NotContains(t, asked, name)
	}
}

func TestPoisonIsPassed(t *testing.T) {
	h := newFixture(t)
	good := h.alert("good")
	for _, body := range []string{
		"", "x", "[\n]", "[\nnonsense\n]", "[\n{\"type\":\"dev.tocsin.alert.received.v1\",\"data\":7}\n]",
		"[\n{\"type\":\"dev.tocsin.never.heard.v1\",\"data\":{}}\n]",
		"[\nnonsense,\n" + string(encode(t, good)) + "\n]",
	} {
		h.publish(bus.Message{Subject: events.IntakeSubject(0, "alerts"), Body: []byte(body)})
	}
	o := h.take(h.engine())
	h.settle(o.Turn)
	facts := h.facts()
	require.Equal(t, revised+" "+opened, names(facts), "what is sound beside it counts")
	require.Equal(t, good.ID, facts[1].CausationID)
}

func TestSameForeignMessageGivesSameIDs(t *testing.T) {
	ids := func() (out []string) {
		h := newFixture(t)
		o := h.take(h.engine())
		h.publish(bus.Message{Subject: "tocsin.alerts.checkout", Body: encode(t, h.alert("a"))})
		h.settle(o.Turn)
		for _, f := range h.facts() {
			out = append(out, f.ID)
		}
		return out
	}
	require.Equal(t, ids(), ids(), "ids are derived, never drawn")
}
