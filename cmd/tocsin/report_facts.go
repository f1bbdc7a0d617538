package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/insight/live"
	kpi "tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

// eachFact hands on the facts of a file, one a line, or where none is named those of an archive.
func (a *app) eachFact(ctx context.Context, file, archive string, each func(events.Event)) error {
	if file != "" {
		return a.fromFile(file, each)
	}
	return a.fromArchive(ctx, archive, each)
}

func (a *app) fromFile(name string, each func(events.Event)) error {
	in, err := a.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	err = history.Read(in, func(_ int, e events.Event) error {
		each(e)
		return nil
	})
	if err != nil {
		return fault{err: fmt.Errorf("%s: %w", name, err), hint: "it should hold one CloudEvent on each line, as 'tocsin archive export' writes them"}
	}
	return nil
}

// open opens a file to be read; - is stdin.
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

// fromArchive hands on every fact that the archive holds. Those that a newer version wrote and this
// one does not know are left out, and counted.
func (a *app) fromArchive(ctx context.Context, name string, each func(events.Event)) error {
	foreign := 0
	err := (&archiver{app: a, name: name}).view(ctx, func(v archive.View) (err error) {
		foreign, err = archive.EachEvent(ctx, v, each)
		return err
	})
	if foreign > 0 {
		fmt.Fprintf(a.stderr, "left out: %s of kinds that this version does not know\n", plural(foreign, "fact"))
	}
	return err
}

// options are those that the flags and the catalog give; the period is not among them.
func (r *reporting) options() (o kpi.Options, err error) {
	o.Team = r.team
	if o.Location, err = time.LoadLocation(r.zone); err != nil {
		return o, fmt.Errorf("--timezone: there is no zone %q", r.zone)
	}
	if o.Night, err = kpi.ParseHours(r.night); err != nil {
		return o, fmt.Errorf("--night: %w", err)
	}
	if r.catalog == "" {
		return o, nil
	}
	files, err := readCatalog(r.catalog)
	if err != nil {
		return o, err
	}
	c, faults := catalog.Parse(files)
	if c == nil {
		return o, fault{err: fmt.Errorf("--catalog %s: it has %s", r.catalog, plural(len(faults), "fault")), hint: "'tocsin catalog check' lists them", code: codeFailed}
	}
	known := live.Options(c)
	o.Zones, o.Levels = known.Zones, known.Levels
	return o, nil
}
