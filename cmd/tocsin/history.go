package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/files"
	"tocsin.dev/internal/insight/history"
	"tocsin.dev/pkg/events"
)

// histories are the foreign formats that become a file of intake facts.
var histories = map[string]func(io.Reader, history.Options) ([]events.Event, error){
	"servicenow": history.ServiceNow,
}

func historyFormats() string { return strings.Join(slices.Sorted(maps.Keys(histories)), ", ") }

// importHistory turns an export of another system into intake facts, one a line.
func (a *app) importHistory(c *cobra.Command, format, from, to, zone string) error {
	read := histories[format]
	if read == nil {
		return misuse(c, fmt.Errorf("--format %q: not jsonl, %s", format, historyFormats()))
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return misuse(c, fmt.Errorf("--timezone: there is no zone %q", zone))
	}
	in, err := a.open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	facts, err := read(in, history.Options{Location: location})
	if err != nil {
		return fault{err: inFile(from, err), hint: "docs/reports.md says what the columns should hold"}
	}
	if to == "-" {
		return history.Write(a.stdout, facts)
	}
	if err := files.Replace(to, 0o600, func(w io.Writer) error { return history.Write(w, facts) }); err != nil {
		return err
	}
	return a.told(to, facts)
}

// told says what was made of the history.
func (a *app) told(to string, facts []events.Event) error {
	incidents := 0
	for _, e := range facts {
		if _, opens := e.Data.(events.AlertReceived); opens {
			incidents++
		}
	}
	if a.json {
		return object(a.stdout, map[string]any{"facts": len(facts), "incidents": incidents})
	}
	fmt.Fprintf(a.stdout, "%s of %s in %s\n", plural(len(facts), "fact"), plural(incidents, "incident"), to)
	return nil
}

// inFile puts the file's name before each of several errors.
func inFile(file string, err error) error {
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) {
		return fmt.Errorf("%s: %w", file, err)
	}
	lines := make([]string, 0, 8)
	for _, one := range several.Unwrap() {
		lines = append(lines, file+": "+one.Error())
	}
	return errors.New(strings.Join(lines, "; "))
}
