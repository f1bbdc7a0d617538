package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/audit"
	"tocsin.dev/internal/archive/export"
)

// archiver is what the commands of this noun share: they open the archive themselves, without the
// gateway, and reading goes on beside a running recorder.
type archiver struct {
	*app
	name string // --archive
}

func newArchive(a *app) *cobra.Command {
	h := &archiver{app: a}
	c := group(&cobra.Command{
		Use: "archive", Short: "Check, export, import and hold what is remembered",
		Long: `Check, export, import and hold what is remembered.

These commands open the archive itself: the file in the data folder, or what --archive names. All but
import may run beside 'tocsin up'.`,
	})
	f := c.PersistentFlags()
	f.StringVar(&h.name, "archive", os.Getenv("TOCSIN_ARCHIVE"), "the archive: a SQLite `file`, or postgres://… (TOCSIN_ARCHIVE; default <data>/archive.db)")
	f.Lookup("archive").DefValue = assembly.ShownArchive(h.name) // the help shows it
	c.AddCommand(newArchiveVerify(h), newArchiveExport(h), newArchiveImport(h), newArchiveHold(h), newArchiveHolds(h))
	return c
}

// view opens the archive to be looked at as a whole.
func (h *archiver) view(ctx context.Context, do func(archive.View) error) error {
	name := assembly.ArchiveAt(h.name, h.data)
	r, err := assembly.OpenArchiveReader(ctx, name)
	if err != nil {
		return notThere(err)
	}
	defer r.Close() //nolint:errcheck // it only read
	v, err := r.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close() //nolint:errcheck // it only read
	return do(v)
}

// notThere says where an archive is looked for when there is none, or no answer.
func notThere(err error) error {
	if _, network := errors.AsType[*net.OpError](err); network {
		return fault{err: err, hint: "is the database running? --archive and TOCSIN_ARCHIVE say where it is"}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fault{err: err, hint: "name it with --archive or its folder with --data; the recorder, or 'tocsin up', makes it and brings it up to date"}
	}
	return err
}

func newArchiveVerify(h *archiver) *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Check every hash, count and document; name what was changed or is missing", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return h.view(c.Context(), func(v archive.View) error { return h.verify(c.Context(), v) })
		},
	}
}

// verified is the answer of verify with --json.
type verified struct {
	OK bool `json:"ok"`
	audit.Summary
	Found []audit.Finding `json:"found"`
}

func (h *archiver) verify(ctx context.Context, v archive.View) error {
	out := verified{Found: []audit.Finding{}}
	var err error
	out.Summary, err = audit.Verify(ctx, v, func(f audit.Finding) {
		if h.json {
			out.Found = append(out.Found, f)
			return
		}
		fmt.Fprintln(h.stdout, clean(f.String()))
	})
	if err != nil {
		return fmt.Errorf("the check could not be finished: %w", err)
	}
	out.OK = out.Findings == 0
	s := out.Summary
	if h.json {
		err = object(h.stdout, out)
	} else if out.OK {
		fmt.Fprintf(h.stdout, "ok: %d facts, %d records, %d incidents, %d removed, up to record %d\n", s.Facts, s.Records, s.Incidents, s.Removed, s.Position)
	}
	switch {
	case err != nil || out.OK:
		return err
	case s.Findings >= audit.MaxFindings:
		return fmt.Errorf("the archive is not whole: %d findings, and the check ended there", s.Findings)
	}
	return fault{
		err: fmt.Errorf("the archive is not whole: %s", plural(s.Findings, "finding")), code: codeFailed,
		hint: "keep a copy of it; the ledger is the truth, and an archive that is deleted is built again from it",
	}
}

func newArchiveExport(h *archiver) *cobra.Command {
	var f export.Filter
	var format, from, to, file string
	c := &cobra.Command{
		Use: "export", Short: "Write facts as CloudEvents, one a line, or incidents as CSV", Args: args(cobra.NoArgs),
		Example: "  tocsin archive export --out all.jsonl\n  tocsin archive export --format csv --service checkout --from 2026-01-01",
	}
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if f.From, err = instant(from, h.now()); err != nil {
			return misuse(c, fmt.Errorf("--from: %w", err))
		}
		if f.To, err = instant(to, h.now()); err != nil {
			return misuse(c, fmt.Errorf("--to: %w", err))
		}
		write := map[string]func(context.Context, archive.View, export.Filter, io.Writer) (int, error){"jsonl": export.Lines, "csv": export.Table}[format]
		if write == nil {
			return misuse(c, fmt.Errorf("--format %q: not jsonl or csv", format))
		}
		return h.view(c.Context(), func(v archive.View) error {
			return h.into(file, func(w io.Writer) (int, error) { return write(c.Context(), v, f, w) })
		})
	}
	flags := c.Flags()
	flags.StringVar(&format, "format", "jsonl", "jsonl (every fact as it stands in the ledger) or csv (a table of incidents)")
	flags.StringVar(&from, "from", "", "only incidents opened at this `instant` or later")
	flags.StringVar(&to, "to", "", "only incidents opened before this `instant`")
	flags.StringVar(&f.Service, "service", "", "only incidents of this service")
	flags.StringVar(&f.Team, "team", "", "only incidents of this team")
	flags.StringVar(&f.Status, "status", "", "only open ones, or those of this status")
	flags.StringVar(&file, "out", "", "write to this `file`, which must not be there yet (default: stdout)")
	return c
}

// into writes to a new file, or to stdout. A file that could not be written whole is removed.
func (h *archiver) into(file string, write func(io.Writer) (int, error)) error {
	if file == "" {
		_, err := write(h.stdout)
		return err
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault{err: fmt.Errorf("%s is there already", file), hint: "name another file, or remove it"}
	}
	if err != nil {
		return err
	}
	n, err := write(out)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, os.Remove(file))
	}
	fmt.Fprintf(h.stderr, "%s in %s\n", plural(n, "line"), file)
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func newArchiveHold(h *archiver) *cobra.Command {
	var release bool
	var reason string
	c := &cobra.Command{
		Use: "hold INCIDENT", Short: "Keep an incident from being removed, for a legal reason", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			return h.keep(c.Context(), func(k assembly.ArchiveKeeper) error {
				id, err := h.whole(c.Context(), ids[0])
				if err != nil {
					return err
				}
				if release {
					err = k.Release(c.Context(), id)
				} else {
					err = k.Hold(c.Context(), archive.Hold{Incident: id, Since: h.now().UTC().Truncate(time.Second), Reason: reason})
				}
				if errors.Is(err, archive.ErrNotFound) && release {
					return fault{err: fmt.Errorf("incident %s is not held", brief(id)), hint: "'tocsin archive holds' lists them", code: codeNotFound}
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&release, "release", false, "end the hold")
	c.Flags().StringVar(&reason, "reason", "", "why, in words")
	return c
}

func (h *archiver) keep(ctx context.Context, do func(assembly.ArchiveKeeper) error) error {
	k, err := assembly.OpenArchiveKeeper(ctx, assembly.ArchiveAt(h.name, h.data))
	if err != nil {
		return notThere(err)
	}
	return errors.Join(do(k), k.Close())
}

// whole gives the full id of an incident.
func (h *archiver) whole(ctx context.Context, id string) (string, error) {
	r, err := assembly.OpenArchiveReader(ctx, assembly.ArchiveAt(h.name, h.data))
	if err != nil {
		return "", notThere(err)
	}
	defer r.Close() //nolint:errcheck // it only read
	in, err := r.Incident(ctx, id)
	if errors.Is(err, archive.ErrNotFound) {
		return "", fault{err: err, hint: "'tocsin incident list --status all' lists them; an id may be shortened to 4 characters or more", code: codeNotFound}
	}
	return in.ID, err
}

func newArchiveHolds(h *archiver) *cobra.Command {
	return &cobra.Command{
		Use: "holds", Short: "List incidents that are kept from being removed", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return h.keep(c.Context(), func(k assembly.ArchiveKeeper) error {
				all, err := k.Holds(c.Context())
				if err != nil {
					return err
				}
				if h.json {
					return object(h.stdout, all)
				}
				rows := [][]string{{"INCIDENT", "SINCE", "REASON"}}
				for _, one := range all {
					rows = append(rows, []string{one.Incident, h.short(one.Since), one.Reason})
				}
				table(h.stdout, rows)
				return nil
			})
		},
	}
}
