package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/internal/whatif/verify"
)

// replayer is what `replay` was asked.
type replayer struct {
	*app
	address, file, archive      string
	from, to, zone, night       string
	catalog, baseline           string
	diff, reroute, again        bool
	format, out, export, resume string
	publish, speed              string
	period                      measure.Period
	nightFrom, nightTo          int
	history                     *backtest.History
	recheck                     *verify.Recheck // with --verify of a file or an archive
	asked                       time.Time       // when it was
	present, other              *catalog.Catalog
}

func newReplay(a *app) *cobra.Command {
	r := &replayer{app: a}
	c := &cobra.Command{
		Use: "replay", Short: "Play history through the rules again: verify it, or backtest another catalog", Args: args(cobra.NoArgs),
		Long: `Play history through the rules again.

Without --catalog it verifies: every recorded input is decided once more with the catalog of its time,
and the facts must equal the ledger's byte for byte. Differences are listed, and then it exits 1.

With --catalog it backtests: what was asked in the period, through another catalog, on virtual time.
Whom would it have paged, when, at night; which incidents would have been answered sooner, or by
nobody? --diff sets it beside what was recorded, or beside the catalog of --baseline.

History comes from NATS, or with --from-file from a file with one CloudEvent on each line: an export of
the archive, intake facts that 'tocsin archive import' made of another system's history, or what
--export wrote; or with --archive from the archive itself, which goes back further than the 30 days that
NATS keeps of what was asked. With --catalog and --verify both are verified as far as they can be: what
was asked is derived from what was decided, and decided once more. docs/replay.md says what is taken
for granted, and what a file cannot prove.

With --publish NAME the facts go out again on tocsin.replay.NAME.>, so that subscribers can be tried.
They page nobody.`,
		Example: `  tocsin replay --from 2026-03-01 --to 2026-04-01
  tocsin replay --catalog next --diff --format md
  tocsin replay --from-file history.jsonl --catalog next --baseline tocsin.d --json
  tocsin replay --archive /var/lib/tocsin/archive.db --catalog tocsin.d --verify
  tocsin replay --from 2026-03-01T08:00 --to 2026-03-01T10:00 --publish drill --speed 10`,
		RunE: func(c *cobra.Command, _ []string) error { return r.run(c) },
	}
	f := c.Flags()
	f.StringVar(&r.address, "nats-url", env("NATS_URL", nats.DefaultURL), "`URL` of NATS (NATS_URL); NATS_CREDS names a file of credentials")
	f.StringVar(&r.file, "from-file", "", "read facts from this `file` instead of NATS; - reads stdin")
	f.StringVar(&r.archive, "archive", "", "read facts from this archive instead of NATS: a SQLite `file`, or postgres://…")
	f.StringVar(&r.from, "from", "", "from this `instant` on: records that are verified, incidents that are counted by their opening")
	f.StringVar(&r.to, "to", "", "before this `instant`")
	f.StringVar(&r.zone, "timezone", "UTC", "the `zone` of --from and --to where they name none")
	f.StringVar(&r.catalog, "catalog", "", "backtest this catalog's `folder`")
	f.BoolVar(&r.again, "verify", false, "decide what a file or an archive recorded once more by --catalog, and list what differs")
	f.BoolVar(&r.diff, "diff", false, "set the backtest beside what was recorded, or beside --baseline")
	f.StringVar(&r.baseline, "baseline", "", "the `folder` of a catalog to compare with instead of the record; means --diff")
	f.BoolVar(&r.reroute, "reroute", false, "place every alert by the catalog's routes, also those of services that it knows")
	f.StringVar(&r.night, "night", "22:00-07:00", "when pages count as such at night, in each person's own time")
	f.StringVar(&r.format, "format", "table", "table, json or md (a comment on a pull request)")
	f.StringVar(&r.out, "out", "", "write to this `file` (default: stdout)")
	f.StringVar(&r.export, "export", "", "write what was asked in the period to this `file` of intake facts, and end")
	f.StringVar(&r.resume, "resume", "", "keep a checkpoint in this `file`, and go on from it where it is there")
	f.StringVar(&r.publish, "publish", "", "publish the facts on tocsin.replay.`NAME`.>")
	f.StringVar(&r.speed, "speed", "1", "of --publish: 1 as it was, `N` times as fast, or max")
	return c
}

// collectAt is how many percent the heap of a replay may grow between two collections of garbage.
const collectAt = 400

func (r *replayer) run(c *cobra.Command) (err error) {
	r.asked = r.now()
	defer debug.SetGCPercent(debug.SetGCPercent(collectAt)) // a run that ends soon may spend memory on speed
	if err := r.check(c); err != nil {
		return err
	}
	switch {
	case r.export != "":
		return r.exportIntake(c.Context())
	case r.publish != "":
		return r.republish(c.Context())
	case r.catalog == "":
		return r.verifyStreams(c.Context())
	case r.again:
		return r.verifyDecisions(c.Context())
	}
	return r.backtest(c.Context())
}

// check reads the flags and says which of them do not go together.
func (r *replayer) check(c *cobra.Command) (err error) {
	if r.json {
		r.format = "json"
	}
	r.diff = r.diff || r.baseline != ""
	switch {
	case !slices.Contains([]string{"table", "json", "md"}, r.format):
		return misuse(c, fmt.Errorf("--format %q: not one of table, json, md", r.format))
	case r.catalog == "" && (r.diff || r.reroute):
		return misuse(c, errors.New("--diff, --baseline and --reroute need --catalog with the catalog to be tried"))
	case r.file != "" && r.archive != "":
		return misuse(c, errors.New("--from-file and --archive cannot stand together"))
	case r.again && r.catalog != "" && r.stored() == "":
		return misuse(c, errors.New("--verify with --catalog needs --from-file or --archive: NATS keeps each catalog of its time, leave --catalog away"))
	case r.again && (r.diff || r.reroute || r.publish != "" || r.resume != "" && r.catalog != ""):
		return misuse(c, errors.New("--verify stands without --diff, --baseline, --reroute and --publish, and of a file or an archive without --resume"))
	case r.again && r.format == "md":
		return misuse(c, errors.New("--verify is shown as table or json"))
	case r.export != "" && (r.stored() != "" || r.catalog != "" || r.publish != "" || r.again):
		return misuse(c, errors.New("--export writes what NATS holds: it stands alone with --from and --to"))
	case r.publish == "" && c.Flags().Changed("speed"):
		return misuse(c, errors.New("--speed is of --publish"))
	}
	zone, err := time.LoadLocation(r.zone)
	if err != nil {
		return misuse(c, fmt.Errorf("--timezone: there is no zone %q", r.zone))
	}
	if r.period.From, err = measure.ParseInstant(r.from, zone); err != nil {
		return misuse(c, fmt.Errorf("--from: %w", err))
	}
	if r.period.To, err = measure.ParseInstant(r.to, zone); err != nil {
		return misuse(c, fmt.Errorf("--to: %w", err))
	}
	if p := r.period; !p.From.IsZero() && !p.To.IsZero() && !p.From.Before(p.To) {
		return misuse(c, errors.New("--to is not after --from"))
	}
	h, err := measure.ParseHours(r.night)
	if err != nil {
		return misuse(c, fmt.Errorf("--night: %w", err))
	}
	r.nightFrom, r.nightTo = h.From, h.To
	if r.stored() != "" && r.catalog == "" && r.publish == "" {
		return fault{
			err:  fmt.Errorf("%s has no catalog of its own: name one with --catalog", r.kind()),
			hint: "with --verify the one of its time; or verify from NATS, which keeps each catalog", code: codeUsage,
		}
	}
	return r.catalogs()
}

// stored names the file or the archive that stands for NATS; empty for neither.
func (r *replayer) stored() string { return cmp.Or(r.file, r.archive) }

// kind is what [replayer.stored] names.
func (r *replayer) kind() string {
	if r.archive != "" {
		return "an archive"
	}
	return "a file"
}

func (r *replayer) catalogs() (err error) {
	if r.catalog == "" {
		return nil
	}
	if r.present, err = catalogIn("--catalog", r.catalog); err != nil || r.baseline == "" {
		return err
	}
	r.other, err = catalogIn("--baseline", r.baseline)
	return err
}

// catalogIn reads and checks the catalog that a flag names.
func catalogIn(flag, folder string) (*catalog.Catalog, error) {
	files, err := readCatalog(folder)
	if err != nil {
		return nil, err
	}
	c, faults := catalog.Parse(files)
	if c == nil {
		return nil, fault{err: fmt.Errorf("%s %s: it has %s", flag, folder, plural(len(faults), "fault")), hint: "'tocsin catalog check " + folder + "' lists them", code: codeFailed}
	}
	return c, nil
}

// backtest plays the history through the catalog, and through the other one.
func (r *replayer) backtest(ctx context.Context) error {
	if err := r.load(ctx); err != nil {
		return err
	}
	nights := backtest.NightsOf(r.present, r.nightFrom, r.nightTo)
	began := time.Now()
	saved := r.checkpoints(fmt.Sprintf("backtest reroute=%v", r.reroute))
	b, err := r.play(ctx, r.present, saved, nil)
	if err != nil {
		return err
	}
	took := time.Since(began)
	result := backtest.Summarize(r.history, b, r.period, nights)
	result.Timed(took)
	if r.diff {
		before := r.history.Recorded()
		if r.other != nil {
			base, err := r.play(ctx, r.other, nil, nil)
			if err != nil {
				return err
			}
			before = base.Outcomes()
		}
		result.Diff = backtest.Compare(before, b.Outcomes(), r.period, nights)
		if r.other != nil {
			result.Diff.Against, result.Baseline = "baseline", r.other.Rules.Revision
		}
	}
	if err := r.write(func(w io.Writer) error { return renderBacktest(result, r.format, w) }); err != nil {
		return err
	}
	return saved.done()
}

// write puts out a result, to stdout or the file that was named.
func (r *replayer) write(render func(io.Writer) error) error {
	if r.out == "" {
		return render(r.stdout)
	}
	return replace(r.out, 0o644, render)
}

func renderBacktest(result backtest.Result, format string, w io.Writer) error {
	switch format {
	case "json":
		return object(w, result)
	case "md":
		return result.Markdown(w)
	}
	fmt.Fprintf(w, "%s\n%s\n", clean(result.Headline()), clean(result.Subtitle()))
	for _, s := range result.Sections() {
		fmt.Fprintf(w, "\n%s\n", strings.ToUpper(s.Title))
		table(w, append([][]string{s.Head}, s.Rows...))
		if s.Left > 0 {
			fmt.Fprintf(w, "and %d more\n", s.Left)
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n%d inputs in %.3f s, %.0f a second\n", clean(result.Footnote()), result.Inputs, result.DurationS, result.InputsPerS)
	return err
}
