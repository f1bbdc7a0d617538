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

// archiver is what the archive commands share. They open the archive themselves, without the gateway. Reading is
// safe while a recorder runs.
type archiver struct {
	*app
	name string // --archive
}

func newArchive(a *app) *cobra.Command {
	h := &archiver{app: a}
	c := group(&cobra.Command{
		Use: "archive", Short: "Verify, export, import and hold archived incidents",
		Long: `Verify, export, import and hold archived incidents.

These commands open the archive directly: archive.db in the data folder, or what --archive names. All but
import may be used while 'tocsin up' runs.`,
	}, newArchiveVerify(h), newArchiveExport(h), newArchiveImport(h), newArchiveHold(h), newArchiveHolds(h))
	archiveVar(c.PersistentFlags(), &h.name)
	return c
}

// view opens a consistent view of the archive.
func (h *archiver) view(ctx context.Context, do func(archive.View) error) error {
	r, err := assembly.OpenArchiveReader(ctx, assembly.ArchiveAt(h.name, h.data))
	if err != nil {
		return noArchive(err)
	}
	defer r.Close() //nolint:errcheck // only read
	v, err := r.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close() //nolint:errcheck // only read
	return do(v)
}

// noArchive adds a hint to the error of an archive that is missing or does not answer.
func noArchive(err error) error {
	if _, network := errors.AsType[*net.OpError](err); network {
		return fault{err: err, hint: "is the database running? --archive or TOCSIN_ARCHIVE sets its address"}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return fault{err: err, hint: "name it with --archive, or its folder with --data; 'tocsin up' or the recorder creates it"}
	}
	return err
}

func newArchiveVerify(h *archiver) *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Check that no archived fact was changed or lost", Args: args(cobra.NoArgs),
		Long: `Check every hash, count and document of the archive. It lists what was changed or is missing, and then exits
with 1.`,
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

func (h *archiver) verify(ctx context.Context, v archive.View) (err error) {
	out := verified{Found: []audit.Finding{}}
	out.Summary, err = audit.Verify(ctx, v, func(f audit.Finding) {
		if h.json {
			out.Found = append(out.Found, f)
			return
		}
		fmt.Fprintln(h.stdout, clean(f.String()))
	})
	if err != nil {
		return fmt.Errorf("verify archive: %w", err)
	}
	out.OK = out.Findings == 0
	s := out.Summary
	err = h.show(out, func() {
		if out.OK {
			fmt.Fprintf(h.stdout, "ok: %s, %s, %s, %d removed, up to record %d\n", count(s.Facts, "fact"), count(s.Records, "record"), count(s.Incidents, "incident"), s.Removed, s.Position)
		}
	})
	switch {
	case err != nil || out.OK:
		return err
	case s.Findings >= audit.MaxFindings:
		return fmt.Errorf("the archive is damaged: stopped after %d findings", s.Findings)
	}
	return fault{
		err:  fmt.Errorf("the archive is damaged: %s", count(s.Findings, "finding")),
		hint: "keep a copy of it; the recorder rebuilds a deleted archive from the ledger",
	}
}

func newArchiveExport(h *archiver) *cobra.Command {
	var f export.Filter
	var format, from, to, file string
	c := &cobra.Command{
		Use: "export", Short: "Export facts as CloudEvents, one per line, or incidents as CSV", Args: args(cobra.NoArgs),
		Example: "  tocsin archive export --out all.jsonl\n  tocsin archive export --format csv --service checkout --from 2026-01-01",
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if f.From, f.To, err = localPeriod(from, to, h.now()); err != nil {
				return err
			}
			write := map[string]func(context.Context, archive.View, export.Filter, io.Writer) (int, error){"jsonl": export.Lines, "csv": export.Table}[format]
			if write == nil {
				return misuse("--format %q: not jsonl or csv", format)
			}
			return h.view(c.Context(), func(v archive.View) error {
				return h.create(file, func(w io.Writer) (int, error) { return write(c.Context(), v, f, w) })
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&format, "format", "jsonl", "jsonl (every fact as in the ledger) or csv (a table of incidents)")
	flags.StringVar(&from, "from", "", "only incidents opened at or after this `instant`")
	flags.StringVar(&to, "to", "", "only incidents opened before this `instant`")
	flags.StringVar(&f.Service, "service", "", "only incidents of this service")
	flags.StringVar(&f.Team, "team", "", "only incidents of this team")
	flags.StringVar(&f.Status, "status", "", "only incidents with this status, or open ones")
	flags.StringVar(&file, "out", "", "write to this new `file` (default: stdout)")
	return c
}

// create writes to a new file, or to stdout for an empty name. A file that cannot be completed is removed.
func (h *archiver) create(file string, write func(io.Writer) (int, error)) error {
	if file == "" {
		_, err := write(h.stdout)
		return err
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault{err: fmt.Errorf("%s already exists", file), hint: "name another file, or remove it"}
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
	fmt.Fprintf(h.stderr, "wrote %s to %s\n", count(n, "line"), file)
	return nil
}

func newArchiveHold(h *archiver) *cobra.Command {
	var release bool
	var reason string
	c := &cobra.Command{
		Use: "hold INCIDENT", Short: "Hold an incident, so that retention does not remove it", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			return h.keep(c.Context(), func(k assembly.ArchiveKeeper) error {
				id, err := h.fullID(c.Context(), ids[0])
				if err != nil {
					return err
				}
				if !release {
					return k.Hold(c.Context(), archive.Hold{Incident: id, Since: h.now().UTC().Truncate(time.Second), Reason: reason})
				}
				err = k.Release(c.Context(), id)
				if errors.Is(err, archive.ErrNotFound) {
					return fault{err: fmt.Errorf("incident %s is not held", brief(id)), hint: "'tocsin archive holds' lists the holds", code: codeNotFound}
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&release, "release", false, "end the hold")
	c.Flags().StringVar(&reason, "reason", "", "why it is held")
	return c
}

func (h *archiver) keep(ctx context.Context, do func(assembly.ArchiveKeeper) error) error {
	k, err := assembly.OpenArchiveKeeper(ctx, assembly.ArchiveAt(h.name, h.data))
	if err != nil {
		return noArchive(err)
	}
	return errors.Join(do(k), k.Close())
}

// fullID returns the full id of an incident.
func (h *archiver) fullID(ctx context.Context, id string) (string, error) {
	r, err := assembly.OpenArchiveReader(ctx, assembly.ArchiveAt(h.name, h.data))
	if err != nil {
		return "", noArchive(err)
	}
	defer r.Close() //nolint:errcheck // only read
	in, err := r.Incident(ctx, id)
	if errors.Is(err, archive.ErrNotFound) {
		err = noIncident(fault{err: err, code: codeNotFound})
	}
	return in.ID, err
}

func newArchiveHolds(h *archiver) *cobra.Command {
	return &cobra.Command{
		Use: "holds", Short: "List the incidents that are held", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return h.keep(c.Context(), func(k assembly.ArchiveKeeper) error {
				all, err := k.Holds(c.Context())
				if err != nil {
					return err
				}
				return list(h.app, all, "no holds", []string{"INCIDENT", "SINCE", "REASON"}, func(one archive.Hold) []string {
					return []string{one.Incident, h.short(one.Since), one.Reason}
				})
			})
		},
	}
}
