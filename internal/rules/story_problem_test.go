package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"tocsin.dev/pkg/events"
)

// problem reads what is asked about a problem record.
func (w *stage) problem(t *testing.T, d *datadriven.TestData) events.Data {
	name := d.CmdArgs[0].Key
	if id := w.ids[name]; id != "" {
		name = id
	}
	c := events.ProblemCommand{Problem: name, By: arg(d, "by"), Via: "cli"}
	incident := arg(d, "incident")
	if id := w.ids[incident]; id != "" {
		incident = id
	}
	switch d.Cmd {
	case "problem":
		c.Problem = ""
		return events.ProblemReceived{ProblemCommand: c, Title: d.Input, Cause: arg(d, "cause")}
	case "link":
		return events.ProblemLinkReceived{ProblemCommand: c, Incident: incident}
	case "unlink":
		return events.ProblemLinkWithdrawn{ProblemCommand: c, Incident: incident}
	case "solve":
		return events.ProblemClosureReceived{ProblemCommand: c, Resolution: d.Input}
	case "elsewhere-problem":
		r := events.ProblemRecord{Problem: name, Revision: number(t, arg(d, "revision")), Service: "elsewhere", Title: "a problem of others", Status: "known-error", Known: known(d)}
		if arg(d, "closed") != "" {
			r.Status = "closed"
			return events.ProblemClosed{ProblemRecord: r}
		}
		return events.ProblemChanged{ProblemRecord: r}
	}
	return events.ProblemChangeReceived{
		ProblemCommand: c, Title: arg(d, "title"), Cause: arg(d, "cause"), Known: known(d), Unknown: arg(d, "unknown") != "",
	}
}

// known reads a known error; nil where no service is named and no workaround is written.
func known(d *datadriven.TestData) *events.KnownError {
	if d.Input == "" && arg(d, "services") == "" {
		return nil
	}
	return &events.KnownError{Workaround: d.Input, Match: events.KnownMatch{
		Services: split(arg(d, "services")), Key: arg(d, "key"), Alert: arg(d, "alert"), Labels: labelled(d),
	}}
}

// problemSays tells a fact about a problem, and gives a problem that is opened its name in the story.
func (w *stage) problemSays(e events.Event) string {
	switch f := e.Data.(type) {
	case events.ProblemOpened:
		name := fmt.Sprintf("PRB-%d", w.problems+1)
		w.problems++
		w.names[f.Problem], w.ids[name] = name, f.Problem
		return fmt.Sprintf(": %s %q of %s, %s, cause %q", name, f.Title, f.Service, f.Status, f.Cause)
	case events.ProblemChanged:
		return w.recordSays(f.ProblemRecord)
	case events.ProblemNoticed:
		return w.recordSays(f.ProblemRecord)
	case events.ProblemClosed:
		return fmt.Sprintf("%s; %q", w.recordSays(f.ProblemRecord), f.Resolution)
	case events.ProblemLinked:
		return fmt.Sprintf(": %s to %s", w.named(f.Incident), w.named(f.Problem))
	case events.ProblemUnlinked:
		return fmt.Sprintf(": %s from %s", w.named(f.Incident), w.named(f.Problem))
	case events.IncidentMatched:
		others := ""
		for _, id := range f.Others {
			others += " and " + w.named(id)
		}
		return fmt.Sprintf(": known error %s%s, by %s; workaround %q", w.named(f.Problem), others, f.By, f.Workaround)
	}
	return ""
}

func (w *stage) recordSays(r events.ProblemRecord) string {
	said := fmt.Sprintf(": %s %q, %s, revision %d, cause %q", w.named(r.Problem), r.Title, r.Status, r.Revision, r.Cause)
	if r.Known != nil {
		said += fmt.Sprintf(", workaround %q", r.Known.Workaround)
	}
	return said
}

// labelled reads "labels=alertname:Slow,region:eu".
func labelled(d *datadriven.TestData) events.Labels {
	labels := map[string]string{}
	for _, pair := range split(arg(d, "labels")) {
		name, value, _ := strings.Cut(pair, ":")
		labels[name] = value
	}
	return events.NewLabels(labels)
}
