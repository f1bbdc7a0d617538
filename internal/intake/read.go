package intake

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

// Read returns the events of one message of INTAKE, and an error for each part of it that is not an
// event. A subject of four tokens, tocsin.intake.<p>.<kind>, is written by Tocsin's own parts; a
// fifth one, the service, marks what any publisher may send. The same message always yields the same
// events.
func Read(m bus.Message, foreign Foreign) ([]events.Event, []error) {
	tokens := strings.Split(m.Subject, ".")
	switch {
	case len(tokens) == 4:
		return readOwn(m)
	case len(tokens) == 5 && tokens[3] == Alerts:
		return readAlerts(m, tokens[4], foreign)
	case len(tokens) == 5 && tokens[3] == Commands:
		return readCommand(m, tokens[4])
	default:
		return nil, []error{fmt.Errorf("%q is not a subject of INTAKE that Tocsin reads", m.Subject)}
	}
}

func readOwn(m bus.Message) (all []events.Event, faults []error) {
	for i, line := range events.Lines(m.Body) {
		e, err := events.Decode(line)
		if err != nil {
			faults = append(faults, fmt.Errorf("event %d: %w", i, err))
			continue
		}
		all = append(all, e)
	}
	return all, faults
}

// readAlerts takes the service from the subject, not from the data: permissions are given by
// subject, and the subject chose the partition.
func readAlerts(m bus.Message, service string, foreign Foreign) (all []events.Event, faults []error) {
	signals, found := foreign(m.Header, m.Body, m.At)
	for _, f := range found {
		faults = append(faults, f)
	}
	for i, s := range signals {
		s.Alert.Origin = "nats"
		e := events.New(s.Data())
		e.ID = events.DeriveID("nats", strconv.FormatUint(m.Seq, 10), strconv.Itoa(i))
		e.Source, e.Time, e.Service = "tocsin/nats", m.At.UTC(), service
		all = append(all, e)
	}
	return all, faults
}

// readCommand accepts commands only: other publishers may not send what Tocsin's own parts say on
// INTAKE, such as receipts and overrides.
func readCommand(m bus.Message, service string) ([]events.Event, []error) {
	e, err := events.DecodeNATS(m.Header, m.Body)
	if err != nil {
		return nil, []error{err}
	}
	_, command := e.Data.(events.CommandData)
	if _, problem := e.Data.(events.ProblemCommandData); !command && !problem {
		return nil, []error{fmt.Errorf("%s is not a command", e.Type)}
	}
	e.Service, e.Time = service, m.At.UTC()
	return []events.Event{e}, nil
}
