package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/source"
	"tocsin.dev/pkg/events"
)

// Foreign reads what other publishers put on tocsin.alerts.<service>.
type Foreign func(h events.Header, body []byte, at time.Time) ([]source.Signal, []source.Fault)

// ReadIntake turns a message of INTAKE into events, and says what in it is none.
// tocsin.intake.<p>.<kind> was written by a door of ours; one more token, the service, marks what
// anybody may publish. The same message always gives the same events.
func ReadIntake(m bus.Message, foreign Foreign) ([]events.Event, []error) {
	tokens := strings.Split(m.Subject, ".")
	switch {
	case len(tokens) == 4:
		return readOwn(m)
	case len(tokens) == 5 && tokens[3] == "alerts":
		return readAlerts(m, tokens[4], foreign)
	case len(tokens) == 5 && tokens[3] == "commands":
		return readCommand(m, tokens[4])
	default:
		return nil, []error{fmt.Errorf("subject %q is none of ours", m.Subject)}
	}
}

func readOwn(m bus.Message) (all []events.Event, faults []error) {
	for i, line := range events.Lines(m.Body) {
		ev, err := events.Decode(line)
		if err != nil {
			faults = append(faults, fmt.Errorf("event %d: %w", i, err))
			continue
		}
		all = append(all, ev)
	}
	return all, faults
}

// readAlerts takes what another publisher says about a service. The subject, not the data, names
// the service: it is what permissions are given for, and what chose the partition.
func readAlerts(m bus.Message, service string, foreign Foreign) (all []events.Event, faults []error) {
	signals, found := foreign(m.Header, m.Body, m.At)
	for _, f := range found {
		faults = append(faults, f)
	}
	for i, s := range signals {
		s.Alert.Origin = "nats"
		ev := events.New(signalData(s))
		ev.ID = events.DeriveID("nats", strconv.FormatUint(m.Seq, 10), strconv.Itoa(i))
		ev.Source, ev.Time, ev.Service = "tocsin/nats", m.At.UTC(), service
		all = append(all, ev)
	}
	return all, faults
}

func signalData(s source.Signal) events.Data {
	if s.Cleared {
		return events.AlertCleared{Alert: s.Alert}
	}
	return events.AlertReceived{Alert: s.Alert}
}

// readCommand takes a command that another publisher sends as a CloudEvent of our own type. What is
// no command is refused, whatever else a door of ours may put on INTAKE.
func readCommand(m bus.Message, service string) ([]events.Event, []error) {
	var ev events.Event
	var err error
	if events.Header(m.Header).Get("ce-type") != "" {
		ev, err = events.FromBinary(m.Header, m.Body)
	} else {
		ev, err = events.Decode(m.Body)
	}
	if err != nil {
		return nil, []error{err}
	}
	_, command := ev.Data.(events.CommandData)
	if _, problem := ev.Data.(events.ProblemCommandData); !command && !problem {
		return nil, []error{fmt.Errorf("%s is no command", ev.Type)}
	}
	ev.Service, ev.Time = service, m.At.UTC()
	return []events.Event{ev}, nil
}
