package events

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// splitOwn splits a line that [Event.Encode] wrote: known names in a known order, data last. Every
// fact is read by several services, most of which need only the envelope. ok is false for a line of
// any other form, which the general decoder must read.
func splitOwn(line []byte) (e Envelope, data json.RawMessage, ok bool) {
	if len(line) < 2 || line[0] != '{' || line[len(line)-1] != '}' {
		return e, nil, false
	}
	for rest := line[1:]; ; {
		name, after, ok := plainString(rest)
		if !ok || len(after) == 0 || after[0] != ':' {
			return e, nil, false
		}
		if string(name) == "data" {
			return e, json.RawMessage(after[1 : len(after)-1]), true
		}
		rest, ok = e.set(name, after[1:])
		if !ok || len(rest) == 0 || rest[0] != ',' {
			return e, nil, false
		}
		rest = rest[1:]
	}
}

// appendTo writes the attributes as encoding/json would, without the closing brace. It is fast
// because every fact is encoded before a page goes out.
func (e *Envelope) appendTo(out []byte) []byte {
	attribute := func(name, value string) {
		if value != "" {
			out = append(append(append(out, `,"`...), name...), `":`...)
			out = appendJSON(out, value)
		}
	}
	out = appendJSON(append(out, `{"type":`...), e.Type)
	out = appendJSON(append(out, `,"specversion":`...), e.SpecVersion)
	out = appendJSON(append(out, `,"id":`...), e.ID)
	out = appendJSON(append(out, `,"source":`...), e.Source)
	out = append(e.Time.AppendFormat(append(out, `,"time":"`...), time.RFC3339Nano), '"')
	attribute("subject", e.Subject)
	attribute("datacontenttype", e.DataContentType)
	attribute("service", e.Service)
	attribute("team", e.Team)
	if e.IncidentSeq > 0 {
		out = strconv.AppendUint(append(out, `,"incidentseq":`...), e.IncidentSeq, 10)
	}
	attribute("causationid", e.CausationID)
	attribute("actor", e.Actor)
	attribute("reason", e.Reason)
	return out
}

// set reads one attribute's value and returns the rest of the line.
func (e *Envelope) set(name, value []byte) (rest []byte, ok bool) {
	if string(name) == "incidentseq" {
		end := bytes.IndexByte(value, ',')
		if end < 0 {
			return nil, false
		}
		n, err := strconv.ParseUint(string(value[:end]), 10, 64)
		e.IncidentSeq = n
		return value[end:], err == nil
	}
	text, rest, ok := plainString(value)
	if !ok {
		return nil, false
	}
	if string(name) == "time" {
		at, err := time.Parse(time.RFC3339Nano, string(text))
		e.Time = at
		return rest, err == nil
	}
	field := e.text(name)
	if field == nil {
		return nil, false
	}
	*field = string(text)
	return rest, true
}

func (e *Envelope) text(name []byte) *string {
	switch string(name) {
	case "type":
		return &e.Type
	case "specversion":
		return &e.SpecVersion
	case "id":
		return &e.ID
	case "source":
		return &e.Source
	case "subject":
		return &e.Subject
	case "datacontenttype":
		return &e.DataContentType
	case "service":
		return &e.Service
	case "team":
		return &e.Team
	case "causationid":
		return &e.CausationID
	case "actor":
		return &e.Actor
	case "reason":
		return &e.Reason
	default:
		return nil
	}
}
