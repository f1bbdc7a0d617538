package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/recorder"
	"tocsin.dev/pkg/events"
)

func newArchiveImport(h *archiver) *cobra.Command {
	var to, format, zone string
	c := &cobra.Command{
		Use: "import FILE", Short: "Fill an empty archive from an export, or turn a foreign history into facts", Args: args(cobra.ExactArgs(1)),
		Long: `Fill an empty archive from an export in JSON lines; - reads stdin.

A full export gives an archive with the same digest. It is for reading: it has no ledger behind it,
so no recorder goes on with it.

With the format of another system FILE is its history, and --to a file that gets the intake facts it
amounts to, one on each line, for 'tocsin report' and 'tocsin replay' with --from-file.`,
		Example: "  tocsin archive import all.jsonl --to again.db\n  tocsin archive import --format servicenow incidents.csv --to history.jsonl",
		RunE: func(c *cobra.Command, files []string) error {
			if format != "jsonl" {
				return h.importHistory(c, format, files[0], to, zone)
			}
			in := io.NopCloser(h.stdin)
			if files[0] != "-" {
				f, err := os.Open(files[0])
				if err != nil {
					return err
				}
				in = f
			}
			defer in.Close()
			return h.fill(c.Context(), in, to)
		},
	}
	c.Flags().StringVar(&to, "to", "", "the empty `archive`: a SQLite file, made where there is none, or postgres://…; of a foreign history the file of facts")
	c.Flags().StringVar(&format, "format", "jsonl", "jsonl (an export of an archive), or of another system: "+historyFormats())
	c.Flags().StringVar(&zone, "timezone", "UTC", "the `zone` of times in a foreign history that names none")
	c.MarkFlagRequired("to") //nolint:errcheck // the flag is there
	return c
}

// fill lets a recorder follow the file as if it were the ledger, so that what is imported is chained
// and folded as what is recorded.
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
	file := &exported{lines: bufio.NewReaderSize(from, 1<<16), record: imported}
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
		return fault{err: fmt.Errorf("imported as it is, but: %w", err), hint: "was it a full export, and was nothing changed in it?", code: codeFailed}
	}
	digest, err := a.Digest(ctx)
	if err != nil {
		return err
	}
	if h.json {
		return object(h.stdout, map[string]any{"facts": file.count, "digest": digest})
	}
	fmt.Fprintf(h.stdout, "%s, digest %s\n", plural(file.count, "fact"), digest)
	return nil
}

// imported is the position before the first of an import: beyond every ledger's end, so that a
// recorder that is pointed at the archive says that it belongs to another ledger, and keeps out.
const imported = 1 << 40

// exported is a file of lines in the place of the ledger.
type exported struct {
	lines  *bufio.Reader
	record uint64
	count  int // facts so far
}

// importCache is how many incidents are held in memory.
const importCache = 80_000

// Some lines make a record; the longest one must not exhaust the memory.
const (
	recordLines = 500
	maxLine     = 16 << 20
)

// Read gives the file itself: it is read once, from its beginning.
func (e *exported) Read(context.Context, bus.Stream, int, uint64) (bus.Reader, error) { return e, nil }

// Last is not asked for.
func (e *exported) Last(context.Context, bus.Stream, int) (bus.Message, error) {
	return bus.Message{}, bus.ErrEmpty
}

// Newest says that there is always more.
func (e *exported) Newest(context.Context, bus.Stream, int) (uint64, error) {
	return ^uint64(0) >> 1, nil
}

// Append is never done.
func (e *exported) Append(context.Context, bus.Stream, int, uint64, bus.Message) (uint64, error) {
	return 0, errors.ErrUnsupported
}

// Ready is never waited for.
func (e *exported) Ready() <-chan struct{} { return nil }

// Close leaves the file to who opened it.
func (e *exported) Close() {}

// Poll makes a record of the next lines.
func (e *exported) Poll(int) ([]bus.Message, error) {
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
			return nil, fmt.Errorf("line 1 is no event: %w", err)
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

// next reads one line without its end; io.EOF after the last.
func (e *exported) next() ([]byte, error) {
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
