package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/pkg/events"
)

// histories holds the formats of other systems' histories.
var histories = map[string]func(io.Reader, history.Options) ([]events.Event, error){
	"servicenow": history.ServiceNow,
}

func historyFormats() string { return strings.Join(slices.Sorted(maps.Keys(histories)), ", ") }

// importHistory converts another system's history to a file of intake facts.
func (a *app) importHistory(format, from, to, zone string) error {
	read := histories[format]
	if read == nil {
		return misuse("--format %q: not jsonl, %s", format, historyFormats())
	}
	location, err := timezone(zone)
	if err != nil {
		return err
	}
	in, err := a.open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	facts, err := read(in, history.Options{Location: location})
	if err != nil {
		return fault{err: inFile(from, err), hint: "docs/reports.md describes the columns"}
	}
	if err := a.output(to, 0o600, func(w io.Writer) error { return history.Write(w, facts) }); err != nil || to == "-" {
		return err
	}
	incidents := 0
	for _, e := range facts {
		if _, opens := e.Data.(events.AlertReceived); opens {
			incidents++
		}
	}
	return a.show(map[string]any{"facts": len(facts), "incidents": incidents}, func() {
		fmt.Fprintf(a.stdout, "wrote %s of %s to %s\n", count(len(facts), "fact"), count(incidents, "incident"), to)
	})
}

// inFile prefixes each of several joined errors with the file's name.
func inFile(file string, err error) error {
	var several interface{ Unwrap() []error }
	if !errors.As(err, &several) {
		return fmt.Errorf("%s: %w", file, err)
	}
	var lines []string
	for _, one := range several.Unwrap() {
		lines = append(lines, file+": "+one.Error())
	}
	return errors.New(strings.Join(lines, "; "))
}
