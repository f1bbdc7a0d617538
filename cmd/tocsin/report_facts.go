package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/insight/history"
	"tocsin.dev/pkg/events"
)

// factsHint is the hint for a file that does not hold facts.
const factsHint = "it must contain one CloudEvent per line, as 'tocsin archive export' writes them"

// eachFact calls each for every fact of the ledger in a file, or in the archive if file is empty.
func (a *app) eachFact(ctx context.Context, file, archive string, each func(events.Event)) error {
	if file != "" {
		return a.fromFile(file, each)
	}
	return a.fromArchive(ctx, archive, each)
}

// fromFile reads a file of facts. Intake facts are read as if everything they ask for had been done.
func (a *app) fromFile(name string, each func(events.Event)) error {
	in, err := a.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	var asDone history.AsDone
	err = history.Read(in, func(line int, e events.Event) error {
		if err := asDone.Add(e, each); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		return nil
	})
	switch {
	case errors.Is(err, history.ErrMixed):
		return fault{err: fmt.Errorf("%s: %w", name, err), hint: "use a file with one of the two"}
	case err != nil:
		return fault{err: fmt.Errorf("%s: %w", name, err), hint: factsHint}
	}
	return nil
}

// open opens a file for reading; - is stdin.
func (a *app) open(name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(a.stdin), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, unpath(err, name)
	}
	return f, nil
}

// fromArchive calls each for every fact of the archive. It skips facts of types that this version does not know,
// and reports their number on stderr.
func (a *app) fromArchive(ctx context.Context, name string, each func(events.Event)) error {
	unknown := 0
	err := (&archiver{app: a, name: name}).view(ctx, func(v archive.View) (err error) {
		unknown, err = archive.EachEvent(ctx, v, each)
		return err
	})
	if unknown > 0 {
		fmt.Fprintf(a.stderr, "skipped %s of types that this version does not know\n", count(unknown, "fact"))
	}
	return err
}
