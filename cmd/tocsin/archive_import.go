package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/recorder"
	"tocsin.dev/pkg/events"
)

func newArchiveImport(h *archiver) *cobra.Command {
	var to, format, zone string
	c := &cobra.Command{
		Use: "import FILE", Short: "Import an export into an empty archive, or convert another system's history", Args: args(cobra.ExactArgs(1)),
		Long: `Import an export into an empty archive; - reads stdin. A full export produces an archive with the same digest.
Such an archive is for reading: it has no ledger, so a recorder refuses to continue it.

With the --format of another system, convert its history instead: --to is then a file of intake facts, one per
line, for the --from-file of 'tocsin report' and 'tocsin replay'.`,
		Example: "  tocsin archive import all.jsonl --to again.db\n  tocsin archive import --format servicenow incidents.csv --to history.jsonl",
		RunE: func(c *cobra.Command, files []string) error {
			if format != "jsonl" {
				return h.importHistory(format, files[0], to, zone)
			}
			in, err := h.open(files[0])
			if err != nil {
				return err
			}
			defer in.Close()
			return h.fill(c.Context(), in, to)
		},
	}
	c.Flags().StringVar(&to, "to", "", "empty `archive`: a SQLite file, which may be new, or postgres://…; for another system: the file of facts")
	c.Flags().StringVar(&format, "format", "jsonl", "jsonl (an export of an archive), or another system: "+historyFormats())
	c.Flags().StringVar(&zone, "timezone", "UTC", "time `zone` of another system's times that have none")
	needs(c, "to")
	return c
}

// fill lets a recorder read the file as if it were the ledger, so that imported facts are hashed and folded like
// recorded ones.
func (h *archiver) fill(ctx context.Context, from io.Reader, to string) (err error) {
	a, err := assembly.OpenArchive(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if at, err := a.Position(ctx); err != nil || at > 0 {
		if err == nil {
			err = fmt.Errorf("%s is not empty", assembly.ShownArchive(to))
		}
		return err
	}
	file := &exportLog{lines: bufio.NewReaderSize(from, 1<<16), record: firstImported}
	rec, err := recorder.New(recorder.Config{Log: file, Archive: a, Cache: importCache, ReadAhead: true})
	if err != nil {
		return err
	}
	defer rec.Close()
	for progress := true; progress; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if progress, err = rec.Turn(ctx); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	if err := rec.Settle(ctx); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if err := rec.Healthy(); err != nil {
		return fault{err: fmt.Errorf("imported, but: %w", err), hint: "check that it is a full export, and that nothing in it was changed"}
	}
	digest, err := a.Digest(ctx)
	if err != nil {
		return err
	}
	return h.show(map[string]any{"facts": file.count, "digest": digest}, func() {
		fmt.Fprintf(h.stdout, "%s, digest %s\n", count(file.count, "fact"), digest)
	})
}

// firstImported is the position before an import. It is beyond the end of any ledger, so a recorder that is
// pointed at the archive sees that it belongs to another ledger, and refuses it.
const firstImported = 1 << 40

// exportLog serves the lines of an export as the records of a ledger.
type exportLog struct {
	lines  *bufio.Reader
	record uint64
	count  int // facts read
}

// importCache is how many incidents the import keeps in memory.
const importCache = 80_000

// recordLines lines make a record. A line longer than maxLine bytes is an error, so that it cannot exhaust the
// memory.
const (
	recordLines = 500
	maxLine     = 16 << 20
)

// Read returns the file itself. It can be read once, from the beginning.
func (e *exportLog) Read(context.Context, bus.Stream, int, uint64) (bus.Reader, error) { return e, nil }

// Last is not used.
func (e *exportLog) Last(context.Context, bus.Stream, int) (bus.Message, error) {
	return bus.Message{}, bus.ErrEmpty
}

// Newest claims that there is always more.
func (e *exportLog) Newest(context.Context, bus.Stream, int) (uint64, error) {
	return ^uint64(0) >> 1, nil
}

// Append is not used.
func (e *exportLog) Append(context.Context, bus.Stream, int, uint64, bus.Message) (uint64, error) {
	return 0, errors.ErrUnsupported
}

// Ready is not used.
func (e *exportLog) Ready() <-chan struct{} { return nil }

// Close does nothing: the caller closes the file.
func (e *exportLog) Close() {}

// Poll returns the next lines as one record.
func (e *exportLog) Poll(int) ([]bus.Message, error) {
	var lines [][]byte
	for len(lines) < recordLines {
		line, err := e.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", e.count+1, err)
		}
		if _, _, err := events.Split(line); e.count == 0 && err != nil {
			return nil, fmt.Errorf("line 1 is not an event: %w", err)
		}
		lines = append(lines, line)
		e.count++
	}
	if len(lines) == 0 {
		return nil, nil
	}
	e.record++
	return []bus.Message{{Seq: e.record, Body: events.JoinLines(lines)}}, nil
}

// next returns the next line without its newline, or io.EOF after the last one.
func (e *exportLog) next() ([]byte, error) {
	var line []byte
	for {
		part, err := e.lines.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return bytes.TrimSuffix(line, []byte("\n")), nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxLine:
			return nil, fmt.Errorf("longer than %d MiB", maxLine>>20)
		}
	}
}
